import type { CtState, MatchContext } from '@/model/fields/field'
import type { Packet } from '@/model/packet/packet'
import type { Hook } from '@/model/ruleset/ruleset'
import { type ConntrackEntry, isTaken, withEntry } from './conntrack/table'
import { track } from './conntrack/track'
import { type Direction, formatTuple } from './conntrack/tuple'
import type { DeviceState } from './device-state'
import { type Recorder, type StepBody, walkChain } from './filter/evaluate'
import type { Neighbor, Network, NetworkDevice, Stage } from './network'
import { rejectAnswer } from './routing/icmp-error'
import { interfaceByName } from './routing/lookup'
import type { Disposition, EntryView, TraceStep } from './trace'

/** One packet at one device. */
export interface Visit {
  readonly network: Network
  readonly device: NetworkDevice
  readonly state: DeviceState
  readonly packet: Packet
  readonly journey: number
  readonly nowMs: number
  /** 0 inclusive to 1 exclusive. */
  readonly random: () => number
  /** Set for a packet that the device made because of another one: a reject's answer is RELATED [D1]. */
  readonly ctState?: CtState
}

/** A packet that the device makes because of this one; it goes through `originate` next. */
export interface MadePacket {
  readonly packet: Packet
  readonly why: 'reject' | 'icmp-error'
  readonly ctState: CtState
}

/** What became of a packet at one device: exactly one of `forward`, `deliver` and `ended` is there. */
export interface PipelineResult {
  readonly state: DeviceState
  readonly steps: readonly TraceStep[]
  readonly forward?: { readonly oif: string; readonly packet: Packet; readonly neighbor: Neighbor }
  readonly deliver?: { readonly packet: Packet; readonly iif: string }
  readonly made: readonly MadePacket[]
  readonly ended?: Disposition
}

/** The way of one packet through one device while it is being walked. Nothing of it is left but the result. */
export interface Passage {
  readonly visit: Visit
  packet: Packet
  state: DeviceState
  iif: string | undefined
  oif: string | undefined
  ctState: CtState | undefined
  direction: Direction | undefined
  entry: ConntrackEntry | undefined
  /** What bound the entry in this passage, for the trace. */
  boundBy: 'snat' | 'dnat' | 'masquerade' | 'redirect' | 'binding'
  readonly steps: TraceStep[]
  readonly made: MadePacket[]
}

export function newPassage(visit: Visit, iif: string | undefined): Passage {
  return {
    visit,
    packet: visit.packet,
    state: visit.state,
    iif,
    oif: undefined,
    // Before the tracker has looked, every packet counts as invalid [e11 B2].
    ctState: visit.device.tracks ? 'invalid' : undefined,
    direction: undefined,
    entry: undefined,
    boundBy: 'binding',
    steps: [],
    made: [],
  }
}

export function record(passage: Passage, step: StepBody): void {
  const { nowMs, device, journey } = passage.visit
  passage.steps.push({ atMs: nowMs, device: device.id, journey, ...step } as TraceStep)
}

export function end(passage: Passage, disposition: Disposition): PipelineResult {
  record(passage, { kind: 'ended', disposition, packet: passage.packet })
  return { state: passage.state, steps: passage.steps, made: passage.made, ended: disposition }
}

/** The tracker's look at a packet, once per device. */
export function trackPacket(passage: Passage): void {
  const { visit } = passage
  if (!visit.device.tracks) return
  if (visit.ctState !== undefined) {
    passage.ctState = visit.ctState
    return
  }
  const tracked = track(passage.state.conntrack, passage.packet, visit.nowMs, visit.journey)
  passage.ctState = tracked.state
  passage.direction = tracked.direction
  passage.entry = tracked.entry
  passage.state = { ...passage.state, conntrack: tracked.table }
  const view = tracked.entry && tracked.change !== 'created' ? { entry: entryView(tracked.entry) } : {}
  record(passage, { kind: 'conntrack', change: tracked.change, state: tracked.state, ...view })
}

/** An entry is kept only when its packet has passed the last hook [A7]. False where its reply tuple is taken. */
export function confirm(passage: Passage): boolean {
  const { entry, visit } = passage
  if (!entry || entry.confirmed || passage.ctState === 'related') return true
  if (isTaken(passage.state.conntrack, entry.reply, visit.nowMs, entry.id)) return false
  const confirmed = { ...entry, confirmed: true }
  passage.entry = confirmed
  passage.state = { ...passage.state, conntrack: withEntry(passage.state.conntrack, confirmed) }
  record(passage, {
    kind: 'conntrack',
    change: 'confirmed',
    state: passage.ctState ?? 'new',
    entry: entryView(confirmed),
  })
  return true
}

/** The entry as tables on screen show it. */
export function entryView(entry: ConntrackEntry): EntryView {
  return {
    id: entry.id,
    protocol: entry.original.protocol,
    original: formatTuple(entry.original),
    reply: formatTuple(entry.reply),
    state: entry.tcp ?? (entry.seenReply ? 'REPLIED' : 'UNREPLIED'),
    seenReply: entry.seenReply,
    assured: entry.assured,
    timeoutAtMs: entry.timeoutAtMs,
    createdBy: entry.createdBy,
  }
}

function contextOf(passage: Passage): MatchContext {
  const { packet, iif, oif, ctState } = passage
  return {
    packet,
    ...(iif === undefined ? {} : { iif }),
    ...(oif === undefined ? {} : { oif }),
    ...(ctState === undefined ? {} : { ctState }),
  }
}

/** Whether a stage is asked for this packet: family of its table, and the sides of its guard. */
export function concerns(passage: Passage, stage: Stage): boolean {
  const { device } = passage.visit
  const { family } = stage.table
  if (family !== 'inet' && (family === 'ip6') !== (passage.packet.family === 6)) return false
  const side = (name: string | undefined) => interfaceByName(device, name)?.side
  if (stage.iifSide && side(passage.iif) !== stage.iifSide) return false
  return !(stage.oifSide && side(passage.oif) !== stage.oifSide)
}

/** Walks one base chain of a filter for the packet; the disposition where it ends here. */
export function askStage(passage: Passage, hook: Hook, stage: Stage): ReturnType<typeof walkChain> {
  const { visit } = passage
  const context = contextOf(passage)
  const recorder: Recorder = (step) => record(passage, step)
  recorder({ kind: 'chain-entered', chain: stage.chain.ref, hook, base: true, ...context })
  const decision = walkChain({
    chain: stage.chain,
    context,
    names: visit.network.names,
    find: (ref) => visit.device.chain(ref),
    record: recorder,
    effect: (target) => {
      if (target.kind === 'notrack' && stage.priority < -200) passage.ctState = 'untracked'
    },
    log: (compiled, prefix) =>
      recorder({
        kind: 'logged',
        prefix,
        packet: passage.packet,
        hook,
        by: {
          kind: 'rule',
          chain: stage.chain.ref,
          rule: compiled.rule.id,
          name: compiled.rule.name,
          locked: compiled.locked,
          ...(compiled.number === undefined ? {} : { number: compiled.number }),
        },
        ...(passage.iif === undefined ? {} : { iif: passage.iif }),
        ...(passage.oif === undefined ? {} : { oif: passage.oif }),
      }),
  })
  const verdict = decision.kind === 'translate' ? 'accept' : decision.kind
  const policy = 'policy' in decision && decision.policy ? { policy: decision.policy } : {}
  recorder({ kind: 'verdict', hook, verdict, by: decision.by, ...policy })
  return decision
}

/** Ends the journey where a filter chain says so; a reject makes its answer. */
export function endBy(
  passage: Passage,
  decision: Exclude<ReturnType<typeof walkChain>, { kind: 'accept' | 'translate' }>,
): PipelineResult {
  if (decision.kind === 'drop') return end(passage, { kind: 'dropped', by: decision.by })
  const answer = rejectAnswer(passage.visit.device, passage.packet, decision.with)
  if (answer) {
    // The answer belongs to the connection it refuses; of what has none it is INVALID [E1, E3].
    const stateless = passage.ctState === 'invalid' || passage.ctState === 'untracked'
    passage.made.push({ packet: answer, why: 'reject', ctState: stateless ? 'invalid' : 'related' })
  }
  return end(passage, { kind: 'rejected', by: decision.by, with: decision.with })
}
