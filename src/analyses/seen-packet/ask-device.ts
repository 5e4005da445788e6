import { newDeviceState } from '@/engine/device-state'
import type { Network, NetworkDevice } from '@/engine/network'
import type { Visit } from '@/engine/passage'
import { arrive, originate, type PipelineResult } from '@/engine/pipeline'
import { stepsOf } from '@/engine/recording'
import { interfaceByName, isOwnAddress, lookupRoute } from '@/engine/routing/lookup'
import type { Disposition } from '@/engine/trace'
import type { CtState } from '@/model/fields/field'
import { type Packet, TCP_FLAG } from '@/model/packet/packet'
import { decidingWalk, type Walk, walksOf } from '../explain-verdict/walks'

/** A packet that somebody saw at a device. */
export interface SeenPacket {
  readonly packet: Packet
  /** Interfaces as far as they were told. */
  readonly iif?: string
  readonly oif?: string
}

/** What a device does with a packet that it has never heard of before. */
export interface Asked {
  readonly iif?: string
  readonly oif?: string
  readonly walks: readonly Walk[]
  /** The walk that stopped the packet, else the last that let it pass; absent where no rule was asked. */
  readonly deciding?: Walk
  /** What connection tracking says of it, first packet that it is; absent where the device keeps no state. */
  readonly state?: CtState
  /** How its journey ended here; absent where it goes on or is delivered. */
  readonly ended?: Disposition
  /** What had to be taken for granted, as sentences. */
  readonly notes: readonly string[]
}

/** Lets the device meet the packet with empty tables. */
export function askDevice(network: Network, asked: NetworkDevice, seen: SeenPacket): Asked {
  const { iif, notes } = wayIn(asked, seen)
  const device = withoutTranslationDone(asked, seen.packet, iif)
  const visit: Visit = {
    network,
    device,
    state: newDeviceState(device),
    packet: asItCame(seen),
    journey: 0,
    nowMs: 0,
    random: () => 0,
  }
  const result = iif === undefined ? originate(visit) : arrive(visit, iif)
  const steps = stepsOf(result.steps)
  const walks = walksOf({ steps }, { steps: steps.map((_, index) => index) }, steps.length)
  const deciding = decidingWalk(walks)
  const oif = result.forward?.oif ?? steps.findLast((step) => step.kind === 'routed')?.oif
  const state = stateIn(result)
  return {
    ...(iif === undefined ? {} : { iif }),
    ...(oif === undefined ? {} : { oif }),
    walks,
    ...(deciding ? { deciding } : {}),
    ...(state === undefined ? {} : { state }),
    ...(result.ended ? { ended: result.ended } : {}),
    notes: [
      ...notes,
      ...(device === asked
        ? []
        : [`It was seen after translation: its destination is not an address of ${device.name}.`]),
      ...otherWayOut(device, seen.oif, oif),
      ...strayNote(seen.packet, state),
    ],
  }
}

/** A home gateway looks for a binding first, and its filter sees inside addresses: to one of them it has translated already. */
function withoutTranslationDone(
  device: NetworkDevice,
  { dst }: Packet,
  iif: string | undefined,
): NetworkDevice {
  const isFromOutside = interfaceByName(device, iif)?.side === 'outside'
  if (device.nat.mode !== 'napt' || !isFromOutside || isOwnAddress(device, dst)) return device
  return { ...device, nat: { mode: 'off', mappings: [] } }
}

/** Lines about what passes through are written after a router took one from the hop limit. */
function asItCame({ packet, iif, oif }: SeenPacket): Packet {
  if (iif === undefined || oif === undefined || packet.hopLimit >= 255) return packet
  return { ...packet, hopLimit: packet.hopLimit + 1 }
}

/** The interface that it came in by; none where the device made the packet. */
function wayIn(device: NetworkDevice, { packet, iif }: SeenPacket): { iif?: string; notes: string[] } {
  if (iif !== undefined && interfaceByName(device, iif)) return { iif, notes: [] }
  if (iif === undefined && isOwnAddress(device, packet.src)) return { notes: [] }
  const route = lookupRoute(device, packet.src)
  const name = route?.interface ?? device.interfaces.find(({ side }) => side === 'outside')?.name
  const told = iif === undefined ? 'The way in is not told' : `${device.name} has no interface ${iif}`
  if (name === undefined) return { notes: [`${told}: it is taken for a packet of ${device.name} itself.`] }
  const why = route ? 'by its source address' : 'as for everything from outside'
  return { iif: name, notes: [`${told}: ${why} it is ${name}.`] }
}

function otherWayOut(device: NetworkDevice, told: string | undefined, oif: string | undefined): string[] {
  if (told === undefined || oif === undefined || told === oif) return []
  return [`It was seen going out by ${told}; the routes of ${device.name} send it out by ${oif}.`]
}

/** A stray packet is not what it was on its day: what belongs to a connection is said. */
function strayNote(packet: Packet, state: CtState | undefined): string[] {
  if (state === 'invalid')
    return [
      'No connection is known that it belongs to: INVALID. In one that is open it would be ESTABLISHED or RELATED.',
    ]
  const isMiddle = packet.kind === 'tcp' && (packet.flags & TCP_FLAG.SYN) === 0
  if (state === 'new' && isMiddle)
    return ['No connection is known that it belongs to: one is picked up in its middle, and is NEW.']
  return []
}

function stateIn({ steps }: PipelineResult): CtState | undefined {
  const look = steps.findLast((step) => step.kind === 'conntrack' && step.change !== 'confirmed')
  return look?.kind === 'conntrack' ? look.state : undefined
}
