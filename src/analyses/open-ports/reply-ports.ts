import type { Network } from '@/engine/network'
import type { Journey, Trace } from '@/engine/trace'
import type { Design } from '@/model/project/design'
import { settingsOf } from '@/model/topology/host-profiles'
import { resolverFor } from '@/model/topology/names'
import { walksOf } from '../explain-verdict/walks'
import { acceptedPorts, inRow, type PortVerdict, portVerdicts } from './open-ports'

/** The ports of a run's client, and what the filters on the way of the reply say of each. */
export interface ReplyPorts {
  /** Name of the device that asked. */
  readonly client: string
  /** From which it picks source ports. */
  readonly range: { readonly first: number; readonly last: number }
  readonly picked: number
  /**
   * `filtered`: `verdicts` covers all ports; `unfiltered`: no filter was asked about the reply; `translated`: the filters
   * see another port than the client's; `no-reply`: none was sent.
   */
  readonly reading: 'filtered' | 'unfiltered' | 'translated' | 'no-reply'
  readonly verdicts: readonly PortVerdict[]
  /** Ports of `range` at which the reply is accepted; 0 unless `filtered`. */
  readonly open: number
}

/**
 * The client's ports and the reply to it: had the client picked another port, would the same reply have passed the
 * filters that it met? Undefined for runs without ports, such as ping.
 */
export function replyPorts(design: Design, network: Network, trace: Trace): ReplyPorts | undefined {
  const reply = replyOf(trace)
  const request = reply?.answers === undefined ? trace.journeys[0] : trace.journeys[reply.answers]
  const client = design.devices.find(({ id }) => id === request?.from)
  if (!request || !client || (request.packet.kind !== 'tcp' && request.packet.kind !== 'udp'))
    return undefined
  const picked = request.packet.sport
  const base = { client: client.name, range: settingsOf(client).ephemeralPorts, picked }
  const without = (reading: ReplyPorts['reading']): ReplyPorts => ({
    ...base,
    reading,
    verdicts: [],
    open: 0,
  })
  if (!reply) return without('no-reply')
  const walks = walksOf(trace, reply, trace.steps.length)
  if (walks.length === 0) return without('unfiltered')
  const seen = walks.filter(({ packet }) => 'dport' in packet && packet.dport === picked)
  if (seen.length === 0) return without('translated')
  const verdicts = seen
    .map(({ device, chain, context }) => {
      const at = network.devices.get(device)
      const compiled = at?.chain(chain)
      return at && compiled ? portVerdicts(at, compiled, context, resolverFor(design, device)) : []
    })
    .filter((each) => each.length > 0)
    .reduce<PortVerdict[] | undefined>((before, each) => (before ? inRow(before, each) : each), undefined)
  if (!verdicts) return without('unfiltered')
  return { ...base, reading: 'filtered', verdicts, open: acceptedPorts(verdicts, base.range) }
}

/** The reply that failed where one did, else the first. */
function replyOf(trace: Trace): Journey | undefined {
  const replies = trace.journeys.filter(
    ({ role, packet }) => role === 'reply' && (packet.kind === 'tcp' || packet.kind === 'udp'),
  )
  return replies.find(({ index }) => index === trace.outcome.journey) ?? replies[0]
}
