import type { Disposition, OutcomeCause } from '../trace'

/** What connect() or send() is told at once where there is no way to the destination [e6 G5]. */
export function noWay(ended: Disposition | undefined): OutcomeCause | undefined {
  switch (ended?.kind) {
    case 'no-route':
    case 'no-link':
      return 'net-unreachable'
    case 'no-neighbor':
      return 'host-unreachable'
    default:
      return undefined
  }
}

/**
 * What send() of a datagram is told. The host's own filter answers with EPERM, also where it rejects [e6 G5, E12]; TCP
 * takes that for silence and sends its segment again.
 */
export function refusalOfDatagram(ended: Disposition | undefined): OutcomeCause | undefined {
  switch (ended?.kind) {
    case 'dropped':
    case 'rejected':
    case 'nat-exhausted':
      return 'not-permitted'
    default:
      return noWay(ended)
  }
}
