import type { Packet } from '@/model/packet/packet'
import type { DeviceState } from './device-state'
import { newDeviceState } from './device-state'
import { type HostState, newHostState } from './host/host-state'
import type { ProgramEvent } from './host/program'
import type { Neighbor, NetworkDevice } from './network'
import type { StepBody } from './passage'
import { arrive, type Inheritance, type MadePacket, originate, type PipelineResult } from './pipeline'
import type { RecordedStep } from './recording'
import { LOOPBACK_INTERFACE } from './routing/lookup'
import type { Disposition, JourneyRole } from './trace'
import type { Departure, Emitted, RunningProgram, World } from './world'

/** A link takes this long, in milliseconds. */
export const LINK_DELAY_MS = 8

/**
 * One step while it is being made: the world is replaced piece by piece, and what happens is written down. Nothing of it
 * outlives the step but the result.
 */
export interface Moment {
  world: World
  readonly nowMs: number
  readonly random: () => number
  readonly trace: RecordedStep[]
  readonly emitted: Emitted[]
  readonly departures: Departure[]
  /** What becomes of a packet that a host's stack made; the same answer as `transmit`. */
  sendOut(device: string, packet: Packet, sending: Sending): Disposition | undefined
  /** Tells a client program what happened; `answers` is the journey that made it happen. */
  tell(connection: number, event: ProgramEvent, answers?: number): void
}

/** What is known of a packet beside itself when a host sends it. */
export interface Sending {
  readonly role: JourneyRole
  readonly connection: number
  readonly answers?: number
  readonly retry?: number
  /**
   * An ICMP answer of the stack itself. It makes one ICMP packet at a time, so that a rule of its own that rejects this one
   * cannot answer (`icmp_xmit_lock` of the kernel; measured).
   */
  readonly isIcmpOfStack?: boolean
  /** Of an answer that the device's rules or router made: what it takes over from the packet it answers. */
  readonly inherits?: Inheritance
}

export function deviceOf(moment: Moment, id: string): NetworkDevice {
  const device = moment.world.network.devices.get(id)
  if (!device) throw new Error(`no device ${id}`)
  return device
}

export function hostOf(moment: Moment, id: string): HostState {
  return moment.world.hosts.get(id) ?? newHostState(moment.random)
}

export function setHost(moment: Moment, id: string, host: HostState): void {
  moment.world = { ...moment.world, hosts: new Map(moment.world.hosts).set(id, host) }
}

export function setRunning(moment: Moment, connection: number, program: RunningProgram): void {
  moment.world = { ...moment.world, running: moment.world.running.with(connection, program) }
}

function stateOf(moment: Moment, id: string): DeviceState {
  return moment.world.devices.get(id) ?? newDeviceState()
}

export function note(moment: Moment, device: string, step: StepBody, journey?: number): void {
  moment.trace.push({
    atMs: moment.nowMs,
    device,
    ...(journey === undefined ? {} : { journey }),
    ...step,
  } as RecordedStep)
}

/**
 * A packet sets out from the device that made it. Returns why it did not get out, which the program that sends it is
 * told; what is lost on the way back in by `lo` is not.
 */
export function transmit(
  moment: Moment,
  device: string,
  packet: Packet,
  sending: Sending,
): Disposition | undefined {
  const host = hostOf(moment, device)
  const numbered = packet.family === 4 ? { ...packet, id: host.nextIpId } : packet
  setHost(moment, device, { ...host, nextIpId: (host.nextIpId + 1) % 65536 })
  return moment.sendOut(device, numbered, sending)
}

/** A packet as its maker made it begins its journey through the network. */
export function depart(
  moment: Moment,
  device: string,
  packet: Packet,
  sending: Sending,
): Disposition | undefined {
  const index = moment.world.nextJourney
  moment.world = { ...moment.world, nextJourney: index + 1 }
  const { role, connection, answers, retry = 0 } = sending
  moment.departures.push({
    index,
    from: device,
    packet,
    sentAtMs: moment.nowMs,
    role,
    connection,
    retry,
    ...(answers === undefined ? {} : { answers }),
  })
  const result = originate(visitOf(moment, device, packet, index, sending.inherits))
  const made = sending.isIcmpOfStack ? [] : result.made
  const ended = settle(moment, device, { ...result, made }, index, connection)
  return result.steps.some(cameBackIn) ? undefined : ended
}

/** A step that a packet sent to oneself takes only once it has come in again by `lo`. */
function cameBackIn(step: RecordedStep): boolean {
  return step.kind === 'routed'
    ? step.local
    : step.kind === 'chain-entered' && step.iif === LOOPBACK_INTERFACE
}

/** A packet reaches a device by one of its interfaces. What is meant for the device itself is returned. */
export function receive(
  moment: Moment,
  device: string,
  iif: string,
  packet: Packet,
  journey: number,
  connection: number,
): Packet | undefined {
  const result = arrive(visitOf(moment, device, packet, journey), iif)
  settle(moment, device, { ...result, deliver: undefined }, journey, connection)
  return result.deliver?.packet
}

function visitOf(moment: Moment, device: string, packet: Packet, journey: number, inherits?: Inheritance) {
  return {
    network: moment.world.network,
    device: deviceOf(moment, device),
    state: stateOf(moment, device),
    packet,
    journey,
    nowMs: moment.nowMs,
    random: moment.random,
    ...(inherits === undefined ? {} : { inherits }),
  }
}

type Settled = Omit<PipelineResult, 'deliver'> & { readonly deliver?: PipelineResult['deliver'] | undefined }

/** Writes down what a device did, puts the packet on its way, and sends what the device made because of it. */
function settle(
  moment: Moment,
  device: string,
  result: Settled,
  journey: number,
  connection: number,
): Disposition | undefined {
  moment.world = { ...moment.world, devices: new Map(moment.world.devices).set(device, result.state) }
  moment.trace.push(...result.steps)
  if (result.forward) travel(moment, device, result.forward, journey)
  if (result.deliver) {
    moment.emitted.push({
      atMs: moment.nowMs,
      event: { kind: 'local-delivery', device, packet: result.deliver.packet, journey },
    })
  }
  for (const made of result.made) sendMade(moment, device, made, journey, connection)
  return result.ended
}

function sendMade(
  moment: Moment,
  device: string,
  made: MadePacket,
  answers: number,
  connection: number,
): void {
  transmit(moment, device, made.packet, { role: 'error', connection, answers, inherits: made.inherits })
}

function travel(
  moment: Moment,
  from: string,
  forward: NonNullable<PipelineResult['forward']>,
  journey: number,
): void {
  for (const piece of forward.pieces) travelOne(moment, from, piece, forward.neighbor, journey)
}

function travelOne(moment: Moment, from: string, packet: Packet, neighbor: Neighbor, journey: number): void {
  let near = from
  let atMs = moment.nowMs
  for (const { link, to } of neighbor.path) {
    const arrivesAtMs = atMs + LINK_DELAY_MS
    moment.trace.push({ kind: 'hop', atMs, device: near, journey, link, to, arrivesAtMs, packet })
    near = to
    atMs = arrivesAtMs
  }
  moment.emitted.push({
    atMs,
    event: { kind: 'arrival', device: neighbor.device, iif: neighbor.interface, packet, journey },
  })
}
