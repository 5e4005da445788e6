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

/** Header fields that most packets do not care about. TTL 64: RFC 1700 "IP TIME TO LIVE PARAMETER" and today's Linux. */
const DEFAULTS = { hopLimit: 64, tos: 0, id: 0, dontFragment: true } as const

type Ends = { readonly src: IpAddress; readonly dst: IpAddress }
type Free<P extends Packet> = Partial<Omit<P, 'kind' | 'family' | 'src' | 'dst'>>

export function tcpPacket(
  fields: Ends & { readonly sport: number; readonly dport: number; readonly flags: number } & Free<TcpPacket>,
): TcpPacket {
  const syn = (fields.flags & TCP_FLAG.SYN) !== 0
  return {
    ...DEFAULTS,
    kind: 'tcp',
    family: familyOf(fields.src),
    protocol: PROTOCOL.tcp,
    seq: 0,
    ack: 0,
    window: 64240,
    optionBytes: syn ? 20 : 0,
    ...fields,
  }
}

export function udpPacket(
  fields: Ends & { readonly sport: number; readonly dport: number } & Free<UdpPacket>,
): UdpPacket {
  return { ...DEFAULTS, kind: 'udp', family: familyOf(fields.src), protocol: PROTOCOL.udp, ...fields }
}

export function icmpPacket(
  fields: Ends & { readonly type: number; readonly code?: number } & Free<IcmpPacket>,
): IcmpPacket {
  const family = familyOf(fields.src)
  return { ...DEFAULTS, kind: 'icmp', family, protocol: FAMILY[family].protocolOfIcmp, code: 0, ...fields }
}

export function otherPacket(fields: Ends & { readonly protocol: number } & Free<OtherPacket>): OtherPacket {
  return { ...DEFAULTS, kind: 'other', family: familyOf(fields.src), ...fields }
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
