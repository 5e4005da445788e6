import type { Decider, Disposition, Trace, TraceStep } from '@/engine/trace'
import type { Packet } from '@/model/packet/packet'
import { momentOfSimulated, type Timeline } from './timeline'

/** A packet as the drawing shows it at one moment. */
export type ShownPacket =
  | {
      readonly kind: 'flying'
      readonly journey: number
      readonly packet: Packet
      readonly link: string
      readonly from: string
      readonly to: string
      /** Playback milliseconds of its flight. */
      readonly startMs: number
      readonly endMs: number
    }
  | {
      readonly kind: 'standing'
      readonly journey: number
      readonly packet: Packet
      readonly device: string
      /** Interface it came in by; absent for a packet made there. */
      readonly iif?: string
      /** Present once it has ended. */
      readonly disposition?: Disposition
      readonly by?: Decider
    }

/** Which packets are on the drawing when step `upTo` has happened; where exactly a flying one is, is up to the clock. */
export function packetsAt(
  trace: Trace,
  timeline: Timeline,
  upTo: number,
  cursorJourney: number,
): ShownPacket[] {
  return trace.journeys.flatMap((journey) => {
    const happened = journey.steps.filter((index) => index <= upTo)
    const last = happened.at(-1)
    if (last === undefined) return []
    const steps = happened.map((index) => trace.steps[index] as TraceStep)
    const ended = steps.find((step) => step.kind === 'ended')
    if (ended && journey.index !== cursorJourney) return []
    return shownAt(trace, timeline, journey.index, happened, steps)
  })
}

function shownAt(
  trace: Trace,
  timeline: Timeline,
  journey: number,
  indices: readonly number[],
  steps: readonly TraceStep[],
): ShownPacket[] {
  const last = steps.at(-1)
  if (!last) return []
  if (last.kind === 'hop') return [flight(trace, timeline, journey, steps, indices)]
  const arrived = steps.findLast((step) => step.kind === 'arrived')
  const ended = steps.findLast((step) => step.kind === 'ended')
  const carrier = steps.findLast(
    (step) =>
      step.kind === 'ended' || step.kind === 'translated' || step.kind === 'arrived' || step.kind === 'sent',
  )
  const packet =
    carrier?.kind === 'translated'
      ? carrier.after
      : carrier && 'packet' in carrier
        ? carrier.packet
        : trace.journeys[journey]?.packet
  if (!packet) return []
  const here = arrived?.kind === 'arrived' && arrived.device === last.device ? { iif: arrived.iif } : {}
  const disposition =
    ended?.kind === 'ended' ? { disposition: ended.disposition, ...deciderOf(ended.disposition) } : {}
  return [{ kind: 'standing', journey, packet, device: last.device, ...here, ...disposition }]
}

function deciderOf(disposition: Disposition): { by?: Decider } {
  return disposition.kind === 'dropped' || disposition.kind === 'rejected' ? { by: disposition.by } : {}
}

/** A switch makes two hops of one flight, both written when it begins; the last begun one is shown. */
function flight(
  trace: Trace,
  timeline: Timeline,
  journey: number,
  steps: readonly TraceStep[],
  indices: readonly number[],
): ShownPacket {
  const hop = steps.at(-1) as Extract<TraceStep, { kind: 'hop' }>
  const startMs = timeline.moments[indices.at(-1) ?? 0] ?? 0
  const endMs = Math.max(startMs + 1, momentOfSimulated(trace, timeline, hop.arrivesAtMs))
  return {
    kind: 'flying',
    journey,
    packet: hop.packet,
    link: hop.link,
    from: hop.device,
    to: hop.to,
    startMs,
    endMs,
  }
}
