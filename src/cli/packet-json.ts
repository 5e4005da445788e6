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
  readonly fragment?: { readonly offset: number; readonly more: boolean }
  readonly icmp_type?: number
  readonly icmp_code?: number
  readonly icmp_id?: number
  readonly icmp_seq?: number
  readonly inner?: PacketJson
  /** Its text where that is known, else how many bytes. */
  readonly payload?: string | number
}

type Draft = Pick<PacketJson, 'proto' | 'src' | 'dst'> & {
  -readonly [Key in keyof PacketJson]?: PacketJson[Key]
}

/** Protocols that are written by name; the others by number. */
const NAMED: ReadonlySet<string> = new Set(['tcp', 'udp', 'icmp', 'icmpv6'])

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

function letters(flags: number): string {
  let text = ''
  for (const [letter, bit] of LETTERS) if (flags & bit) text += letter
  return text
}

/** Members in the order in which people read them. Written one by one: spreading objects of this size is slow. */
export function packetJson(packet: Packet): PacketJson {
  const { protocol, payload } = packet
  const name = formatProtocol(protocol)
  const json: Draft = {
    proto: NAMED.has(name) ? name : protocol,
    src: formatAddress(packet.src),
    dst: formatAddress(packet.dst),
  }
  switch (packet.kind) {
    case 'tcp':
      json.sport = packet.sport
      json.dport = packet.dport
      json.flags = letters(packet.flags)
      json.seq = packet.seq
      json.ack = packet.ack
      json.window = packet.window
      break
    case 'udp':
      json.sport = packet.sport
      json.dport = packet.dport
      break
    case 'icmp':
      json.icmp_type = packet.type
      json.icmp_code = packet.code
      if (packet.icmpId !== undefined) json.icmp_id = packet.icmpId
      if (packet.icmpSeq !== undefined) json.icmp_seq = packet.icmpSeq
      if (packet.quoted) json.inner = packetJson(packet.quoted)
      break
    case 'other':
      break
  }
  json.ttl = packet.hopLimit
  json.tos = packet.tos
  json.id = packet.id
  if (packet.fragment) json.fragment = packet.fragment
  if (payload) json.payload = payload.text ?? payload.bytes
  return json as PacketJson
}
