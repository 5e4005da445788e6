import { formatAddress, type IpAddress } from '@/model/packet/address'
import { type Packet, PROTOCOL } from '@/model/packet/packet'
import { icmpInverse } from './icmp-types'

/**
 * The identity of one direction of a connection. ICMP has no ports: `sport` is the identifier in both directions and
 * `dport` is type * 256 + code (linux/nf_conntrack_tuple.h has them in the same places). Other protocols have 0 and 0.
 */
export interface Tuple {
  readonly protocol: number
  readonly src: IpAddress
  readonly dst: IpAddress
  readonly sport: number
  readonly dport: number
}

export type Direction = 'original' | 'reply'

export function opposite(direction: Direction): Direction {
  return direction === 'original' ? 'reply' : 'original'
}

export function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6
}

const NO_NEXT_HEADER = 59

/** The tuple of a packet; undefined where it has none: ICMP that neither asks nor answers, later fragments. */
export function tupleOf(packet: Packet): Tuple | undefined {
  const { src, dst, protocol } = packet
  if (packet.fragment && packet.fragment.offset > 0) return undefined
  // "No next header" of IPv6 has nothing behind it [e10 G3].
  if (packet.family === 6 && protocol === NO_NEXT_HEADER) return undefined
  switch (packet.kind) {
    case 'tcp':
    case 'udp':
      return { protocol, src, dst, sport: packet.sport, dport: packet.dport }
    case 'icmp':
      if (icmpInverse(protocol, packet.type) === undefined) return undefined
      return { protocol, src, dst, sport: packet.icmpId ?? 0, dport: packet.type * 256 + packet.code }
    case 'other':
      return { protocol, src, dst, sport: 0, dport: 0 }
  }
}

/** Ends swapped, protocol kept; of ICMP the identifier stays and the type becomes the one that answers. */
export function invertTuple({ protocol, src, dst, sport, dport }: Tuple): Tuple {
  if (!isIcmp(protocol)) return { protocol, src: dst, dst: src, sport: dport, dport: sport }
  const inverse = icmpInverse(protocol, Math.floor(dport / 256)) ?? 0
  return { protocol, src: dst, dst: src, sport, dport: inverse * 256 + (dport % 256) }
}

/** One string per tuple. */
export function tupleKey({ protocol, src, dst, sport, dport }: Tuple): string {
  return `${protocol} ${src} ${sport} ${dst} ${dport}`
}

/** "192.168.1.10:62712 > 104.244.42.1:443"; "192.168.1.10 > 198.51.100.7 id 7" for ICMP. */
export function formatTuple(tuple: Tuple): string {
  return textOf(tuple)
}

function textOf({ protocol, src, dst, sport, dport }: Tuple): string {
  if (isIcmp(protocol)) return `${formatAddress(src)} > ${formatAddress(dst)} id ${sport}`
  const hasPorts = protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp
  if (!hasPorts) return `${formatAddress(src)} > ${formatAddress(dst)}`
  return `${formatEnd(src, sport)} > ${formatEnd(dst, dport)}`
}

/** An address with a port; IPv6 in brackets (RFC 3986 3.2.2). */
export function formatEnd(address: IpAddress, port: number): string {
  const text = formatAddress(address)
  return typeof address === 'bigint' ? `[${text}]:${port}` : `${text}:${port}`
}
