import { newDeviceState } from '@/engine/device-state'
import { runHook } from '@/engine/hooks'
import type { Network, NetworkDevice, NetworkInterface } from '@/engine/network'
import { newPassage, type Visit } from '@/engine/passage'
import { arrive } from '@/engine/pipeline'
import { solicitedNodeGroup } from '@/engine/routing/multicast'
import type { Decider, Disposition } from '@/engine/trace'
import { fromInteger, type IpAddress, toInteger } from '@/model/packet/address'
import { icmpPacket } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'

/** Rules that drop what IPv6 needs to find a neighbor. The wires of a drawing need no neighbor discovery; real ones do. */
export interface DroppedDiscovery {
  readonly device: string
  readonly sentence: string
}

/** Types of RFC 4861 section 4 without which no packet reaches a neighbor. */
const MESSAGES = [
  { type: 135, name: 'neighbor solicitations (135)' },
  { type: 136, name: 'neighbor advertisements (136)' },
] as const
/** A receiver believes no other, so that nobody from beyond a router can send one (RFC 4861 section 7.1). */
const HOP_LIMIT = 255

/** One sentence for every rule or policy that is in the way, device by device [e10 C1]. */
export function droppedDiscovery(network: Network): DroppedDiscovery[] {
  return [...network.devices.values()].flatMap((device) =>
    sentencesFor(network, device).map((sentence) => ({ device: device.id, sentence })),
  )
}

/** A device stays the same object as long as neither it nor its rules change. */
const known = new WeakMap<NetworkDevice, readonly string[]>()

function sentencesFor(network: Network, device: NetworkDevice): readonly string[] {
  const before = known.get(device)
  if (before) return before
  const named = new Map<string, Set<string>>()
  // Home filters are pictures of a firmware, which takes care of its own neighbors.
  const ports = device.firewall.id === 'netfilter' ? device.interfaces : []
  for (const port of ports) {
    for (const { name, by } of dropsAt(network, device, port)) {
      const names = named.get(by) ?? new Set()
      named.set(by, names.add(name))
    }
  }
  const sentences = [...named].map(
    ([by, names]) =>
      `${by} drops ${[...names].join(' and ')}: on a real network IPv6 stops. Accept ICMPv6 types 133 to 136 before it.`,
  )
  known.set(device, sentences)
  return sentences
}

interface Drop {
  readonly name: string
  readonly by: string
}

function dropsAt(network: Network, device: NetworkDevice, port: NetworkInterface): Drop[] {
  const own = port.addresses.map(({ address }) => address).find((address) => typeof address === 'bigint')
  if (own === undefined || port.link === undefined) return []
  // Any other address on the link; which one it is matters to no sensible rule.
  const neighbor = fromInteger(6, toInteger(own) ^ 2n)
  const visit = (packet: Packet): Visit => ({
    network,
    device,
    state: newDeviceState(device),
    packet,
    journey: 0,
    nowMs: 0,
    random: () => 0,
  })
  return MESSAGES.flatMap(({ type, name }) => {
    const inward = arrive(visit(message(type, neighbor, own)), port.name).ended
    const outward = goingOut(visit(message(type, own, neighbor)), port.name)
    return [inward, outward].flatMap((end) => (end ? deciderOf(end) : [])).map((by) => ({ name, by }))
  })
}

/** A solicitation asks all that may have the address, an advertisement answers the one that asked. */
function message(type: number, src: IpAddress, to: IpAddress): Packet {
  const dst = type === 135 ? solicitedNodeGroup(toInteger(to)) : to
  return icmpPacket({ src, dst, type, hopLimit: HOP_LIMIT })
}

/** Neighbor discovery knows its interface without a route. */
function goingOut(visit: Visit, oif: string): Disposition | undefined {
  const passage = newPassage(visit, undefined)
  passage.oif = oif
  return runHook(passage, 'output') ?? runHook(passage, 'postrouting')
}

function deciderOf(end: Disposition): string[] {
  return end.kind === 'dropped' || end.kind === 'rejected' ? [deciderName(end.by)] : []
}

function deciderName(by: Decider): string {
  const { table, chain } = by.chain
  if (by.kind === 'policy') return `The policy of ${chain} in table ${table}`
  return `${by.number === undefined ? 'A built-in rule' : `Rule ${by.number}`} of ${chain} in table ${table}`
}
