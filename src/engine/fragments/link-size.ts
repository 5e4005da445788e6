import { packetLength } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import type { NetworkDevice } from '../network'
import type { Passage } from '../passage'
import { interfaceByName } from '../routing/lookup'
import { bytesOf } from './queue'

/** IPv4: its header. IPv6: its header and that of a fragment. */
const FRAGMENT_HEADERS = { 4: 20, 6: 48 } as const
/** IPv6 reckons with no link smaller than this (RFC 8200 section 5). */
const SMALLEST_LINK_V6 = 1280

/** Bytes that the link of an interface takes, with the IP header; nothing where the drawing sets no limit. */
function limitOf(device: NetworkDevice, oif: string, family: 4 | 6): number {
  const mtu = interfaceByName(device, oif)?.mtu ?? Number.POSITIVE_INFINITY
  return family === 6 ? Math.max(mtu, SMALLEST_LINK_V6) : mtu
}

/**
 * Whether a router cannot pass the packet on by this interface: it is longer than the link takes and must not be cut.
 * Routers of IPv6 never cut. What was put together goes by its largest fragment. Asked before forward is [e10 F3].
 */
export function isTooBig({ packet, fragmentSizes, visit }: Passage, oif: string): boolean {
  const { family, dontFragment } = packet
  const limit = limitOf(visit.device, oif, family)
  if (packetLength(packet) <= limit || (family === 4 && !dontFragment)) return false
  if (!fragmentSizes) return true
  return Math.max(...fragmentSizes) + FRAGMENT_HEADERS[family] > limit
}

/** Sizes of the fragments in which the packet leaves, behind the IP header; nothing where it leaves whole. */
export function sizesToLeaveIn(
  { packet, fragmentSizes, visit }: Passage,
  oif: string,
): readonly number[] | undefined {
  const { family } = packet
  const limit = limitOf(visit.device, oif, family)
  const largest = limit - FRAGMENT_HEADERS[family]
  if (!fragmentSizes) return packetLength(packet) > limit ? evenSizes(packet, largest) : undefined
  return fragmentSizes.every((size) => size <= largest)
    ? fragmentSizes
    : evenSizes(packet, Math.min(largest, Math.max(...fragmentSizes)))
}

/** All but the last as long as the link takes, in units of eight bytes. */
function evenSizes(packet: Packet, largest: number): number[] {
  const size = Math.floor(largest / 8) * 8
  const total = bytesOf(packet)
  const full = Math.floor((total - 1) / size)
  return [...Array.from({ length: full }, () => size), total - full * size]
}
