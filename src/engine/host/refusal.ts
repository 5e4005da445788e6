import type { Disposition, OutcomeCause } from '../trace'

/** What the caller of send() is told when the packet did not get out of its own host [e6 G5]. */
export function refusalOf(ended: Disposition | undefined): OutcomeCause | undefined {
  switch (ended?.kind) {
    case 'no-route':
    case 'no-link':
      return 'net-unreachable'
    case 'no-neighbor':
      return 'host-unreachable'
    case 'dropped':
      return 'not-permitted'
    default:
      return undefined
  }
}
