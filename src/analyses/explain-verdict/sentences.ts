import type { Network } from '@/engine/network'
import type { Decider, Disposition, Journey, Trace, TraceStep } from '@/engine/trace'
import { formatAddress } from '@/model/packet/address'
import { packetAddresses, packetWord } from '@/model/packet/label'
import { decidingWalk, deviceName, type Walk } from './walks'

/** The reason in words: a headline in the colour of the verdict, and the one fact behind it. */
export interface Explanation {
  readonly meaning: 'accept' | 'drop' | 'reject' | 'none'
  readonly headline: string
  readonly fact: string
}

/** "the policy", `rule 3 "Ping replies"`, "Black List Defense". */
export function deciderName(by: Decider): string {
  if (by.kind === 'policy') return 'the policy'
  if (by.locked) return by.name
  return by.name === '' ? `rule ${by.number}` : `rule ${by.number} "${by.name}"`
}

/** What became of a packet and why, in two sentences. */
export function explain(
  trace: Trace,
  network: Network,
  journey: Journey,
  walks: readonly Walk[],
): Explanation {
  const walk = decidingWalk(walks)
  const ended = lastEnd(trace, journey)
  if (!ended) return passing(trace, network, journey, walk)
  const { disposition } = journey
  const at = deviceName(network, journey.at)
  switch (disposition.kind) {
    case 'dropped':
    case 'rejected': {
      const word = disposition.kind === 'dropped' ? 'Dropped' : 'Rejected'
      const headline = `${word} at ${at}, ${disposition.by.chain.chain}, by ${deciderName(disposition.by)}.`
      const fact = `${whatItIs(network, journey)} ${stopFact(trace, network, journey, disposition.by)}`
      return { meaning: disposition.kind === 'dropped' ? 'drop' : 'reject', headline, fact }
    }
    case 'delivered':
      return passing(trace, network, journey, walk)
    default:
      return {
        meaning: disposition.kind === 'no-listener' ? 'reject' : 'drop',
        ...lost(trace, disposition, journey, at, network),
      }
  }
}

function lastEnd(trace: Trace, journey: Journey): TraceStep | undefined {
  return journey.steps.map((index) => trace.steps[index]).find((step) => step?.kind === 'ended')
}

function passing(trace: Trace, network: Network, journey: Journey, walk: Walk | undefined): Explanation {
  const what = whatItIs(network, journey)
  if (!walk)
    return {
      meaning: 'accept',
      headline: `Delivered to ${deviceName(network, journey.at)}.`,
      fact: `${what} No filter was on its way.`,
    }
  const headline = `Accepted at ${deviceName(network, walk.device)}, ${walk.chain.chain}, by ${deciderName(walk.by)}.`
  const tracked = trackedFact(trace, walk)
  return { meaning: 'accept', headline, fact: tracked === undefined ? what : `${what} ${tracked}` }
}

/** R021: a reply that the tracker knows was let in because of the packet that opened the connection. */
function trackedFact(trace: Trace, walk: Walk): string | undefined {
  if (walk.state !== 'established' && walk.state !== 'related') return undefined
  const seen = trace.steps
    .slice(0, walk.step)
    .findLast((step) => step.kind === 'conntrack' && step.device === walk.device && step.entry)
  const entry = seen?.kind === 'conntrack' ? seen.entry : undefined
  if (!entry) return undefined
  const maker = entry.createdBy === undefined ? '' : `, created by packet ${entry.createdBy + 1}`
  const rest = walk.by.kind === 'rule' && walk.by.locked ? '; your rules were not consulted' : ''
  return `It matched flow ${entry.id}${maker}${rest}.`
}

/** Which packet of the conversation this is. */
export function whatItIs(network: Network, journey: Journey): string {
  const number = journey.index + 1
  const maker = deviceName(network, journey.from)
  const of = journey.answers === undefined ? '' : ` to packet ${journey.answers + 1}`
  const again = journey.retry > 0 ? ', sent again because no answer came' : ''
  switch (journey.role) {
    case 'request':
      return `Packet ${number} is ${possessive(maker)} ${packetWord(journey.packet)}${again}.`
    case 'reply':
      return of === ''
        ? `Packet ${number} is ${possessive(maker)} ${packetWord(journey.packet)}${again}.`
        : `Packet ${number} is ${possessive(maker)} reply${of}${again}.`
    case 'error':
      return `Packet ${number} is what ${maker} answers${of}.`
  }
}

const possessive = (name: string) => (name.endsWith('s') ? `${name}’` : `${name}’s`)

/** The one fact behind a drop or reject. */
function stopFact(trace: Trace, network: Network, journey: Journey, by: Decider): string {
  const walk = trace.steps.find(
    (step) => step.kind === 'chain-entered' && step.journey === journey.index && step.device === journey.at,
  )
  const packet = walk?.kind === 'chain-entered' ? walk.packet : journey.packet
  if (by.kind === 'rule') return by.locked ? 'It runs before your own rules.' : ''
  const picked = trace.steps.find((step) => step.kind === 'socket' && step.event === 'port-picked')
  if (
    (packet.kind === 'tcp' || packet.kind === 'udp') &&
    picked?.kind === 'socket' &&
    picked.port === packet.dport &&
    journey.role === 'reply'
  ) {
    return `It goes to port ${packet.dport}, which ${deviceName(network, picked.device)} picked for this connection, and no ${by.chain.chain} rule accepts that port.`
  }
  return `No ${by.chain.chain} rule matches it.`
}

function lost(
  trace: Trace,
  disposition: Disposition,
  journey: Journey,
  at: string,
  network: Network,
): { headline: string; fact: string } {
  const what = whatItIs(network, journey)
  const to = formatAddress(journey.packet.dst)
  switch (disposition.kind) {
    case 'no-binding': {
      const lookup = trace.steps.find(
        (step) => step.kind === 'binding-lookup' && step.journey === journey.index && !step.found,
      )
      const looked = lookup?.kind === 'binding-lookup' ? lookup.looked : packetAddresses(journey.packet)
      return {
        headline: `Dropped at ${at}: no binding.`,
        fact: `${what} NAT lookup: none for ${looked}. No host inside has asked for it and no port mapping covers it, so the router does not know whom to send it to; no rule was asked.`,
      }
    }
    case 'nat-exhausted':
      return {
        headline: `Dropped at ${at}: no free port.`,
        fact: `${what} Every port of the NAT pool is taken for this peer.`,
      }
    case 'no-route':
      return { headline: `Lost at ${at}: no route.`, fact: `${what} ${at} has no route to ${to}.` }
    case 'no-neighbor':
      return {
        headline: `Lost at ${at}: nobody has the address.`,
        fact: `${what} No device on the link answers for the next hop to ${to}.`,
      }
    case 'no-link':
      return {
        headline: `Lost at ${at}: not plugged in.`,
        fact: `${what} The interface that it would leave by is not connected.`,
      }
    case 'helper-refused':
      return {
        headline: `Dropped at ${at}: by the FTP helper.`,
        fact: `${what} It begins with a command that opens a data connection and cannot be read to its end, so the helper drops it; no rule did.`,
      }
    case 'incomplete':
      return {
        headline: `Waits at ${at}: a fragment.`,
        fact: `${what} It is a fragment, and the others of its packet have not come; rules are asked about whole packets.`,
      }
    case 'ttl-expired':
      return {
        headline: `Lost at ${at}: TTL expired.`,
        fact: `${what} It had one hop left and was not at its destination.`,
      }
    case 'too-big':
      return {
        headline: `Lost at ${at}: too long for the link.`,
        fact: `${what} The link that it would leave by takes shorter packets, and this one must not be cut; the sender is told.`,
      }
    case 'martian':
      return {
        headline: `Dropped at ${at}: impossible source.`,
        fact: `${what} ${formatAddress(journey.packet.src)} cannot come in from there; no rule was asked.`,
      }
    case 'not-forwarding':
      return {
        headline: `Dropped at ${at}: it does not forward.`,
        fact: `${what} It is meant for ${to}, and ${at} is not a router.`,
      }
    case 'no-listener':
      return {
        headline: `Delivered to ${at}, where nobody listens.`,
        fact: `${what} No service of ${at} is on that port, so the host itself answers that.`,
      }
    default:
      return { headline: '', fact: what }
  }
}
