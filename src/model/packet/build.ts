import { FAMILY, familyOf, type IpAddress } from './address'
import {
  type IcmpPacket,
  type OtherPacket,
  type Packet,
  PROTOCOL,
  TCP_FLAG,
  type TcpPacket,
  type UdpPacket,
} from './packet'

type Ends = { readonly src: IpAddress; readonly dst: IpAddress }
type Free<P extends Packet> = Partial<Omit<P, 'kind' | 'family' | 'src' | 'dst'>>

/**
 * Header fields that most packets do not care about. TTL 64: RFC 1700 "IP TIME TO LIVE PARAMETER" and today's Linux.
 * Assigned into and not spread, which is a hundred times as slow for objects of this many fields.
 */
const header = ({ src }: Ends) => ({ family: familyOf(src), hopLimit: 64, tos: 0, id: 0, dontFragment: true })

export function tcpPacket(
  fields: Ends & { readonly sport: number; readonly dport: number; readonly flags: number } & Free<TcpPacket>,
): TcpPacket {
  const kind = { kind: 'tcp', protocol: PROTOCOL.tcp } as const
  const optionBytes = fields.flags & TCP_FLAG.SYN ? 20 : 0
  return Object.assign(header(fields), kind, { seq: 0, ack: 0, window: 64240, optionBytes }, fields)
}

export function udpPacket(
  fields: Ends & { readonly sport: number; readonly dport: number } & Free<UdpPacket>,
): UdpPacket {
  return Object.assign(header(fields), { kind: 'udp', protocol: PROTOCOL.udp } as const, fields)
}

export function icmpPacket(
  fields: Ends & { readonly type: number; readonly code?: number } & Free<IcmpPacket>,
): IcmpPacket {
  const protocol = FAMILY[familyOf(fields.src)].protocolOfIcmp
  return Object.assign(header(fields), { kind: 'icmp', protocol, code: 0 } as const, fields)
}

export function otherPacket(fields: Ends & { readonly protocol: number } & Free<OtherPacket>): OtherPacket {
  return Object.assign(header(fields), { kind: 'other' } as const, fields)
}

/** Length in bytes with the IP header, as log lines print it (`LEN=`, `L=`). */
export function packetLength(packet: Packet): number {
  const ip = packet.family === 4 ? 20 : 40
  return ip + transportBytes(packet) + (packet.payload?.bytes ?? 0)
}

function transportBytes(packet: Packet): number {
  switch (packet.kind) {
    case 'tcp':
      return 20 + packet.optionBytes
    case 'udp':
      return 8
    case 'icmp':
      return 8 + (packet.quoted ? packetLength(packet.quoted) : 0)
    case 'other':
      return 0
  }
}
