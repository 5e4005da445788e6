import { familyOf, type IpAddress } from '@/model/packet/address'
import { icmpPacket } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import { prefixContains } from '@/model/packet/prefix'
import type { RejectKind } from '@/model/ruleset/ruleset'
import { isIcmpError } from '../conntrack/icmp-types'
import type { NetworkDevice, NetworkInterface } from '../network'
import { interfaceByName, isBroadcast, isOwnAddress, sourceAddressFor } from './lookup'
import { isLinkLocalV6, isMulticast, isPrivate } from './special-prefixes'

/** How the packet came that an error is about. */
export interface Arrival {
  /** False in prerouting, where it is not known yet whom the packet is for. */
  readonly isRouted?: boolean
  /** Absent for what the device made. */
  readonly iif?: string | undefined
}

/** What an ICMP error says. */
export type IcmpMeaning =
  | Exclude<RejectKind, 'tcp-reset'>
  | 'ttl-exceeded'
  | 'no-route'
  | 'too-big'
  /** Nothing on the host takes this protocol: IPv6 calls it a parameter problem (RFC 4443 3.4). */
  | 'no-protocol'

/** Type and code in both families. Sources: RFC 792, RFC 1812 5.2.7.1, RFC 4443 section 3; [D9, e10 E1, F1]. */
const NUMBERS: Readonly<Record<IcmpMeaning, Readonly<Record<4 | 6, readonly [type: number, code: number]>>>> =
  {
    'icmp-net-unreachable': { 4: [3, 0], 6: [1, 0] },
    'icmp-host-unreachable': { 4: [3, 1], 6: [1, 3] },
    'icmp-proto-unreachable': { 4: [3, 2], 6: [1, 4] },
    'icmp-port-unreachable': { 4: [3, 3], 6: [1, 4] },
    'icmp-net-prohibited': { 4: [3, 9], 6: [1, 1] },
    'icmp-host-prohibited': { 4: [3, 10], 6: [1, 1] },
    'icmp-admin-prohibited': { 4: [3, 13], 6: [1, 1] },
    'icmp6-policy-fail': { 4: [3, 13], 6: [1, 5] },
    'icmp6-reject-route': { 4: [3, 13], 6: [1, 6] },
    'ttl-exceeded': { 4: [11, 0], 6: [3, 0] },
    'no-route': { 4: [3, 0], 6: [1, 0] },
    'too-big': { 4: [3, 4], 6: [2, 0] },
    'no-protocol': { 4: [3, 2], 6: [4, 1] },
  }

/** IPv4: the type of service asked for, with precedence 6 (RFC 1812 4.3.2.5); IPv6: nothing. */
function tosOfErrorAbout({ family, tos }: Packet): number {
  return family === 4 ? (tos & TYPE_OF_SERVICE) | INTERNETWORK_CONTROL : 0
}
const TYPE_OF_SERVICE = 0x1e
const INTERNETWORK_CONTROL = 0xc0

/**
 * The device answers from the address that was asked for, if that is its own, else from the one facing the sender [E5].
 * IPv4 looks for its own in the route. In prerouting there is none yet and the way back is taken for it, which is local
 * for what the device sent itself; IPv6 asks its addresses, those of the interface that the packet came in by first
 * (icmp6_send in net/ipv6/icmp.c).
 */
function answeringAddress(
  device: NetworkDevice,
  { src, dst, family }: Packet,
  { isRouted = true, iif }: Arrival,
): IpAddress | undefined {
  const looks = isRouted || family === 6 || isOwnAddress(device, src)
  if (looks && isOwnAddress(device, dst)) return dst
  // With a local way back the address asked for is taken as it is, and nothing can be sent from an address of others.
  if (!isRouted && family === 4 && isOwnAddress(device, src)) return undefined
  // RFC 6724 rule 1: to one of its own addresses it answers from that address.
  const isOwnSource = isOwnAddress(device, src)
  const own = family === 6 && iif !== undefined && !isOwnSource ? addressesOn(device, iif) : []
  return (
    own.find((each) => prefixContains(each, src))?.address ??
    own.findLast(({ address }) => isPrivate(address) === isPrivate(src))?.address ??
    own.at(-1)?.address ??
    sourceAddressFor(device, src)
  )
}

/** Global addresses of IPv6. */
function addressesOn(device: NetworkDevice, name: string): NetworkInterface['addresses'] {
  const all = interfaceByName(device, name)?.addresses ?? []
  return all.filter(({ address }) => familyOf(address) === 6 && !isLinkLocalV6(address))
}

/**
 * The ICMP error about a packet; undefined where none may be sent: about errors, later fragments, wrong checksums,
 * broadcasts and multicasts (RFC 1122 3.2.2, RFC 4443 2.4 (e); [D7, e10 E3]).
 */
export function icmpErrorAbout(
  device: NetworkDevice,
  packet: Packet,
  meaning: IcmpMeaning,
  arrival: Arrival = {},
): Packet | undefined {
  const { src: sender, dst, fragment, badChecksum } = packet
  if (isIcmpError(packet) || badChecksum || (fragment && fragment.offset > 0)) return undefined
  if (isBroadcast(device, dst) || isMulticast(dst) || isMulticast(sender)) return undefined
  const src = answeringAddress(device, packet, arrival)
  if (src === undefined) return undefined
  const [type, code] = NUMBERS[meaning][packet.family]
  const { hopLimit } = device.profile
  return icmpPacket({ src, dst: sender, type, code, quoted: packet, hopLimit, tos: tosOfErrorAbout(packet) })
}
