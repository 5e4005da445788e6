import { formatAddress, type IpAddress } from '@/model/packet/address'
import type { Packet } from '@/model/packet/packet'

/** The identity of one direction of a connection. The echo identifier of ICMP takes the place of both ports. */
export interface Tuple {
  readonly protocol: number
  readonly src: IpAddress
  readonly dst: IpAddress
  readonly sport: number
  readonly dport: number
}

export type Direction = 'original' | 'reply'

/** ICMP types that ask, with the type that answers. Source: RFC 792, RFC 950, RFC 4443, RFC 4620; SEMANTICS [C2], [e10 B1]. */
const ANSWERS: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  1: { 8: 0, 13: 14, 15: 16, 17: 18 },
  58: { 128: 129, 139: 140 },
}

/** What a query of this protocol and type is to the tracker. */
export function icmpRole(protocol: number, type: number): 'query' | 'answer' | undefined {
  const row = ANSWERS[protocol] ?? {}
  if (type in row) return 'query'
  return Object.values(row).includes(type) ? 'answer' : undefined
}

/** The tuple of a packet; undefined where it has none (ICMP without identifier, later fragments). */
export function tupleOf(packet: Packet): Tuple | undefined {
  const { src, dst, protocol } = packet
  switch (packet.kind) {
    case 'tcp':
    case 'udp':
      return { protocol, src, dst, sport: packet.sport, dport: packet.dport }
    case 'icmp': {
      if (icmpRole(protocol, packet.type) === undefined) return undefined
      const id = packet.icmpId ?? 0
      return { protocol, src, dst, sport: id, dport: id }
    }
    case 'other':
      return { protocol, src, dst, sport: 0, dport: 0 }
  }
}

/** Ends swapped, protocol kept. */
export function invertTuple(tuple: Tuple): Tuple {
  return { protocol: tuple.protocol, src: tuple.dst, dst: tuple.src, sport: tuple.dport, dport: tuple.sport }
}

export function tupleKey({ protocol, src, dst, sport, dport }: Tuple): string {
  return `${protocol} ${src} ${sport} ${dst} ${dport}`
}

/** "192.168.1.10:62712 > 104.244.42.1:443". */
export function formatTuple(tuple: Tuple): string {
  return `${formatEnd(tuple.src, tuple.sport)} > ${formatEnd(tuple.dst, tuple.dport)}`
}

export function formatEnd(address: IpAddress, port: number): string {
  const text = formatAddress(address)
  return typeof address === 'bigint' ? `[${text}]:${port}` : `${text}:${port}`
}
