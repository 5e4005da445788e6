import type { NodeKindId } from '@/model/topology/topology'
import type { Perspective } from '@/state/view-store'

/**
 * What a chain's packets are from where one stands: the request that leaves the client arrives at the server, and a
 * router sees it come in and go out. Undefined for the device's own place, where the chain's name says it.
 */
export function seenFrom(perspective: Perspective, kind: NodeKindId, chain: string): string | undefined {
  const direction = /^(inbound|input)$/i.test(chain)
    ? 'in'
    : /^(outbound|output)$/i.test(chain)
      ? 'out'
      : undefined
  if (direction === undefined || perspective === 'router' || kind === perspective) return undefined
  const towardsClient = kind === 'server' ? direction === 'out' : direction === 'in'
  if (perspective === 'client')
    return towardsClient
      ? 'inbound as the client sees it: what comes back'
      : 'outbound as the client sees it: what it sends'
  return towardsClient
    ? 'outbound as the server sees it: what it answers'
    : 'inbound as the server sees it: what it is asked'
}
