import type { CtState, MatchContext } from '@/model/fields/field'
import type { Packet } from '@/model/packet/packet'
import type { HelperName } from '@/model/ruleset/ruleset'
import type { ConntrackEntry } from './conntrack/entry'
import type { Direction } from './conntrack/tuple'
import type { DeviceState } from './device-state'
import type { Network, NetworkDevice } from './network'
import type { RecordedStep } from './recording'
import type { StepBase } from './trace'

/** What the tracker hangs on a packet: the connection it belongs to and what it is there. */
export interface Tracking {
  readonly state: CtState
  readonly direction: Direction
  /** Absent where the state is invalid or untracked. */
  readonly entry?: ConntrackEntry
}

/** What a packet that the device makes because of another one takes over from it. */
export interface Inheritance {
  readonly tracking?: Tracking
  /** It answers an untracked packet: the tracker looks at it, whatever NOTRACK says. */
  readonly answersUntracked?: true
  /** The binding of a home gateway, which may not be confirmed yet. */
  readonly binding?: ConntrackEntry
}

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
  /** Of a `MadePacket`: an answer to a packet belongs to that packet's connection [D1]. */
  readonly inherits?: Inheritance
}

/** A packet that the device makes because of this one; it goes through `originate` next, with what it inherits. */
export interface MadePacket {
  readonly packet: Packet
  readonly why: 'reject' | 'icmp-error'
  readonly inherits: Inheritance
}

/** The way of one packet through one device while it is being walked. Nothing of it is left but the result. */
export interface Passage {
  readonly visit: Visit
  packet: Packet
  state: DeviceState
  iif: string | undefined
  oif: string | undefined
  /** Undefined until the tracker has looked; then every packet counts as invalid [e11 B2]. */
  tracking: Tracking | undefined
  /** Set by rules; gone when the packet leaves the device. */
  mark: number
  /** The helper that a rule wants for the connection that this packet begins. */
  helper: HelperName | undefined
  /** The binding of a home gateway that this packet goes by, confirmed or not. */
  binding: ConntrackEntry | undefined
  /** ipchains: a rule of the forward chain said MASQ. */
  isMasqueraded: boolean
  /** ipchains: an answer that got its inside address again; the forward chain is not asked about it. */
  isDemasqueraded: boolean
  /** Of a packet that was put together here: bytes of each of its fragments, behind the IP header. */
  fragmentSizes: readonly number[] | undefined
  readonly steps: RecordedStep[]
  readonly made: MadePacket[]
}

export function newPassage(visit: Visit, iif: string | undefined): Passage {
  return {
    visit,
    packet: visit.packet,
    state: visit.state,
    iif,
    oif: undefined,
    tracking: visit.inherits?.tracking,
    mark: 0,
    helper: undefined,
    binding: visit.inherits?.binding,
    isMasqueraded: false,
    isDemasqueraded: false,
    fragmentSizes: undefined,
    steps: [],
    made: [],
  }
}

type Body<Step> = Step extends unknown ? Omit<Step, 'atMs' | 'device' | 'journey'> : never
/** A step without the place and time. */
export type StepBody = Body<RecordedStep>

/** Writes a step down. The step is the passage's from then on: it gets its place and time without being copied. */
export function record(passage: Passage, step: StepBody): void {
  const { nowMs, device, journey } = passage.visit
  const placed = step as unknown as { -readonly [Key in keyof StepBase]: StepBase[Key] }
  placed.atMs = nowMs
  placed.device = device.id
  placed.journey = journey
  passage.steps.push(placed as RecordedStep)
}

/** The state that rules see; undefined on a device that keeps none. */
export function ctStateOf(passage: Passage): CtState | undefined {
  return passage.visit.device.tracks ? (passage.tracking?.state ?? 'invalid') : undefined
}

/** The packet as the rules of a chain see it here and now. */
export function contextOf(passage: Passage): MatchContext {
  const { packet, iif, oif, mark, tracking } = passage
  const ctState = ctStateOf(passage)
  const context: { -readonly [Key in keyof MatchContext]: MatchContext[Key] } = { packet }
  if (iif !== undefined) context.iif = iif
  if (oif !== undefined) context.oif = oif
  if (ctState !== undefined) context.ctState = ctState
  if (mark !== 0) context.mark = mark
  if (tracking !== undefined && ctState !== undefined) context.tracking = tracking
  const { addressType } = passage.visit.device
  if (addressType !== undefined) context.addressType = addressType
  return context
}
