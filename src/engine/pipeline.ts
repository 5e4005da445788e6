import { formatAddress } from '@/model/packet/address'
import type { Packet } from '@/model/packet/packet'
import type { DeviceState } from './device-state'
import { gather } from './fragments/gather'
import { isTooBig, sizesToLeaveIn } from './fragments/link-size'
import { refragmented } from './fragments/refragment'
import { recordEnd, runHook } from './hooks'
import { inheritanceOf } from './inheritance'
import type { Neighbor } from './network'
import { type MadePacket, newPassage, type Passage, record, type Visit } from './passage'
import type { RecordedStep } from './recording'
import { decideIn, decideOut, type RouteDecision } from './routing/decide'
import { spendOnNoRoute } from './routing/error-rate'
import { type IcmpMeaning, icmpErrorAbout } from './routing/icmp-error'
import { interfaceByName, isOwnAddress, LOOPBACK_INTERFACE } from './routing/lookup'
import { isMartianOnArrival } from './routing/martian'
import type { Disposition } from './trace'

export type { Inheritance, MadePacket, Visit } from './passage'

/** A packet leaves; what goes over the wire is the packet, or its fragments in order. */
export interface Forward {
  readonly oif: string
  readonly packet: Packet
  readonly pieces: readonly Packet[]
  readonly neighbor: Neighbor
}

/**
 * What became of a packet at one device: exactly one of `forward`, `deliver` and `ended` is there. Whoever runs devices
 * sends `made` on with `originate`, and writes the steps of the wire and of delivery; `ended` has its step already.
 */
export interface PipelineResult {
  readonly state: DeviceState
  readonly steps: readonly RecordedStep[]
  readonly forward?: Forward
  readonly deliver?: { readonly packet: Packet; readonly iif: string }
  readonly made: readonly MadePacket[]
  readonly ended?: Disposition
}

/** A packet comes in by an interface. */
export function arrive(visit: Visit, iif: string): PipelineResult {
  const passage = newPassage(visit, iif)
  record(passage, { kind: 'arrived', iif, packet: visit.packet })
  if (isMartianOnArrival(visit.packet)) return end(passage, { kind: 'martian' })
  return comeIn(passage, iif)
}

/** A packet is made on the device itself. To one of its own addresses it comes back in by `lo` [E6, E13]. */
export function originate(visit: Visit): PipelineResult {
  const passage = newPassage(visit, undefined)
  const { device } = visit
  const route = outOrLocal(passage)
  if (route.kind !== 'local' && route.kind !== 'out') return end(passage, { kind: route.kind })
  passage.oif = route.kind === 'local' ? LOOPBACK_INTERFACE : route.oif
  const stopped = runHook(passage, 'output')
  if (stopped) return end(passage, stopped)
  // A translation in output may send it elsewhere [B14].
  const final = passage.packet.dst === visit.packet.dst ? route : outOrLocal(passage)
  if (final.kind !== 'local' && final.kind !== 'out') return end(passage, { kind: final.kind })
  passage.oif = final.kind === 'local' ? LOOPBACK_INTERFACE : final.oif
  if (final.kind === 'out') recordRoute(passage, final)
  record(passage, { kind: 'sent', packet: passage.packet, oif: passage.oif })
  if (final.kind === 'out') return goOut(passage, final)
  const lost = runHook(passage, 'postrouting') ?? runHook(passage, 'egress')
  if (lost) return end(passage, lost)
  passage.iif = LOOPBACK_INTERFACE
  // Nothing hangs on a packet that the tracker made nothing of: it is looked at anew, and NOTRACK takes it.
  if (passage.tracking?.state === 'invalid') passage.tracking = undefined
  passage.oif = undefined
  return isOwnAddress(device, passage.packet.dst)
    ? comeIn(passage, LOOPBACK_INTERFACE)
    : end(passage, { kind: 'martian' })
}

function outOrLocal({ visit, packet }: Passage): RouteDecision {
  return isOwnAddress(visit.device, packet.dst) ? { kind: 'local' } : decideOut(visit.device, packet.dst)
}

function recordRoute(passage: Passage, { oif, via }: Extract<RouteDecision, { kind: 'out' }>): void {
  record(passage, {
    kind: 'routed',
    oif,
    local: false,
    ...(via === undefined ? {} : { via: formatAddress(via) }),
  })
}

/** From the wire or from `lo`: prerouting, then in, on, or nowhere. */
function comeIn(passage: Passage, iif: string): PipelineResult {
  const stopped = runHook(passage, 'ingress') ?? runHook(passage, 'prerouting')
  if (stopped) return end(passage, stopped)
  const route = decideIn(passage.visit.device, passage.packet, iif)
  switch (route.kind) {
    case 'local':
      record(passage, { kind: 'routed', local: true })
      return takeIn(passage, iif)
    case 'out':
      return passOn(passage, route)
    case 'no-route':
      return endWithoutRoute(passage)
    case 'martian':
    case 'not-forwarding':
      return end(passage, { kind: route.kind })
  }
}

function takeIn(passage: Passage, iif: string): PipelineResult {
  const stopped = gatherBeforeInput(passage) ?? runHook(passage, 'input') ?? gather(passage, 'local-delivery')
  if (stopped) return end(passage, stopped)
  const { packet } = passage
  return { ...resultOf(passage), deliver: { packet, iif } }
}

/** IPv4 puts fragments for the device itself together before input is asked, IPv6 only behind it. */
function gatherBeforeInput(passage: Passage): Disposition | undefined {
  return passage.packet.family === 4 ? gather(passage, 'local-delivery') : undefined
}

/** The TTL falls before forward is asked; a packet whose life ends is answered and never gets there [E17, D9]. */
function passOn(passage: Passage, route: Extract<RouteDecision, { kind: 'out' }>): PipelineResult {
  const { packet } = passage
  if (packet.hopLimit <= 1) return answerAndEnd(passage, 'ttl-exceeded', { kind: 'ttl-expired' })
  if (isTooBig(passage, route.oif)) return answerAndEnd(passage, 'too-big', { kind: 'too-big' })
  passage.packet = { ...packet, hopLimit: packet.hopLimit - 1 }
  passage.oif = route.oif
  recordRoute(passage, route)
  const stopped = runHook(passage, 'forward')
  return stopped ? end(passage, stopped) : goOut(passage, route)
}

/** Postrouting and the wire. An unknown neighbor is found out last: rules were asked and the connection stays [D9]. */
function goOut(passage: Passage, { oif, nextHop }: Extract<RouteDecision, { kind: 'out' }>): PipelineResult {
  const stopped = runHook(passage, 'postrouting') ?? runHook(passage, 'egress')
  if (stopped) return end(passage, stopped)
  const { device, network } = passage.visit
  if (interfaceByName(device, oif)?.link === undefined) return end(passage, { kind: 'no-link' })
  const neighbor = network.neighbor(device.id, oif, nextHop)
  if (!neighbor) return end(passage, { kind: 'no-neighbor' })
  return {
    ...resultOf(passage),
    forward: { oif, packet: passage.packet, pieces: piecesOf(passage, oif), neighbor },
  }
}

function piecesOf(passage: Passage, oif: string): readonly Packet[] {
  const { packet } = passage
  const sizes = sizesToLeaveIn(passage, oif)
  if (!sizes) return [packet]
  const pieces = refragmented(packet, sizes)
  record(passage, { kind: 'fragmented', pieces })
  return pieces
}

/** IPv4 tells a sender five times, then once a second; IPv6 has no limit of its own for this. */
function endWithoutRoute(passage: Passage): PipelineResult {
  const { packet, visit } = passage
  if (packet.family === 4) {
    const spent = spendOnNoRoute(passage.state, packet.src, visit.nowMs)
    passage.state = spent.state
    if (!spent.allowed) return end(passage, { kind: 'no-route' })
  }
  return answerAndEnd(passage, 'no-route', { kind: 'no-route' })
}

function answerAndEnd(passage: Passage, meaning: IcmpMeaning, disposition: Disposition): PipelineResult {
  const packet = icmpErrorAbout(passage.visit.device, passage.packet, meaning, { iif: passage.iif })
  if (packet) passage.made.push({ packet, why: 'icmp-error', inherits: inheritanceOf(passage) })
  return end(passage, disposition)
}

function end(passage: Passage, disposition: Disposition): PipelineResult {
  recordEnd(passage, disposition)
  return { ...resultOf(passage), ended: disposition }
}

function resultOf({ state, steps, made }: Passage): Omit<PipelineResult, 'forward' | 'deliver' | 'ended'> {
  return { state, steps, made }
}
