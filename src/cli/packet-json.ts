import { formatAddress } from '@/model/packet/address'
import { type Packet, TCP_FLAG } from '@/model/packet/packet'
import { formatProtocol } from '@/model/packet/protocol'

/** A packet as JSON writes it. Fields that its protocol does not have are absent. */
export interface PacketJson {
  readonly proto: string | number
  readonly src: string
  readonly dst: string
  readonly sport?: number
  readonly dport?: number
  /** Letters of FSRPAUEC in this order. */
  readonly flags?: string
  readonly seq?: number
  readonly ack?: number
  readonly window?: number
  readonly ttl: number
  readonly tos: number
  readonly id: number
  readonly icmp_type?: number
  readonly icmp_code?: number
  readonly icmp_id?: number
  readonly icmp_seq?: number
  readonly inner?: PacketJson
  /** Its text where that is known, else how many bytes. */
  readonly payload?: string | number
}

const LETTERS = [
  ['F', TCP_FLAG.FIN],
  ['S', TCP_FLAG.SYN],
  ['R', TCP_FLAG.RST],
  ['P', TCP_FLAG.PSH],
  ['A', TCP_FLAG.ACK],
  ['U', TCP_FLAG.URG],
  ['E', TCP_FLAG.ECE],
  ['C', TCP_FLAG.CWR],
] as const

export function packetJson(packet: Packet): PacketJson {
  const { src, dst, hopLimit: ttl, tos, id, protocol, payload } = packet
  const name = formatProtocol(protocol)
  const common = {
    proto: ['tcp', 'udp', 'icmp', 'icmpv6'].includes(name) ? name : protocol,
    src: formatAddress(src),
    dst: formatAddress(dst),
  }
  const header = { ttl, tos, id, ...(payload && { payload: payload.text ?? payload.bytes }) }
  switch (packet.kind) {
    case 'tcp': {
      const { sport, dport, flags, seq, ack, window } = packet
      const letters = LETTERS.filter(([, bit]) => flags & bit)
      return {
        ...common,
        sport,
        dport,
        flags: letters.map(([letter]) => letter).join(''),
        seq,
        ack,
        window,
        ...header,
      }
    }
    case 'udp':
      return { ...common, sport: packet.sport, dport: packet.dport, ...header }
    case 'icmp': {
      const { type, code, icmpId, icmpSeq, quoted } = packet
      return {
        ...common,
        icmp_type: type,
        icmp_code: code,
        ...(icmpId !== undefined && { icmp_id: icmpId }),
        ...(icmpSeq !== undefined && { icmp_seq: icmpSeq }),
        ...(quoted && { inner: packetJson(quoted) }),
        ...header,
      }
    }
    case 'other':
      return { ...common, ...header }
  }
}
