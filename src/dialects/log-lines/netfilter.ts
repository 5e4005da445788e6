import { formatAddress, type IpAddress, toInteger } from '@/model/packet/address'
import { packetLength } from '@/model/packet/build'
import { type Packet, TCP_FLAG } from '@/model/packet/packet'

const FLAG_ORDER = ['CWR', 'ECE', 'URG', 'ACK', 'PSH', 'RST', 'SYN', 'FIN'] as const
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  50: 'ESP',
  51: 'AH',
  58: 'ICMPv6',
  136: 'UDPLITE',
}
const hex2 = (value: number) => `0x${value.toString(16).toUpperCase().padStart(2, '0')}`

/** The line that the kernel's LOG target writes. Source: net/netfilter/nf_log_syslog.c, iptables-extensions(8) LOG. */
export function netfilterLine(
  packet: Packet,
  where: { readonly prefix: string; readonly iif?: string; readonly oif?: string },
): string {
  return `${where.prefix}IN=${where.iif ?? ''} OUT=${where.oif ?? ''} ${packetText(packet)}`
}

function packetText(packet: Packet): string {
  const ends = `SRC=${fullAddress(packet.src)} DST=${fullAddress(packet.dst)}`
  const protocol = `PROTO=${PROTOCOLS[packet.protocol] ?? packet.protocol}`
  // Only the first fragment has a transport header.
  const rest = (packet.fragment?.offset ?? 0) > 0 ? '' : transport(packet)
  return `${ends} ${packet.family === 4 ? ipv4(packet) : ipv6(packet)} ${protocol}${rest}`
}

/** The kernel writes all eight groups with their zeros (`%pI6`). */
function fullAddress(address: IpAddress): string {
  if (typeof address === 'number') return formatAddress(address)
  const digits = toInteger(address).toString(16).padStart(32, '0')
  return (digits.match(/.{4}/g) ?? []).join(':')
}

/** The offset of a fragment is in units of eight bytes here, in bytes with IPv6. */
function ipv4(packet: Packet): string {
  const { fragment } = packet
  const words = [
    ...(packet.dontFragment ? [' DF'] : []),
    ...(fragment?.more ? [' MF'] : []),
    ...(fragment && fragment.offset > 0 ? [` FRAG:${fragment.offset >> 3}`] : []),
  ].join('')
  return `LEN=${packetLength(packet)} TOS=${hex2(packet.tos & 0x1e)} PREC=${hex2(packet.tos & 0xe0)} TTL=${packet.hopLimit} ID=${packet.id}${words}`
}

function ipv6(packet: Packet): string {
  const { fragment } = packet
  const header = `LEN=${packetLength(packet)} TC=${packet.tos} HOPLIMIT=${packet.hopLimit} FLOWLBL=0`
  if (!fragment) return header
  const identification = packet.id.toString(16).padStart(8, '0')
  return `${header} FRAG:${fragment.offset}${fragment.more ? ' INCOMPLETE' : ''} ID:${identification}`
}

function transport(packet: Packet): string {
  switch (packet.kind) {
    case 'tcp': {
      const flags = FLAG_ORDER.filter((name) => packet.flags & TCP_FLAG[name]).join(' ')
      return ` SPT=${packet.sport} DPT=${packet.dport} WINDOW=${packet.window} RES=0x00 ${flags}${flags === '' ? '' : ' '}URGP=0`
    }
    case 'udp':
      return ` SPT=${packet.sport} DPT=${packet.dport} LEN=${8 + (packet.payload?.bytes ?? 0)}`
    case 'icmp': {
      const echo = packet.icmpId === undefined ? '' : ` ID=${packet.icmpId} SEQ=${packet.icmpSeq ?? 0}`
      // What an error is about is told without what that packet quotes itself.
      const quoted = packet.quoted ? ` [${packetText(withoutQuote(packet.quoted))}]` : ''
      return ` TYPE=${packet.type} CODE=${packet.code}${echo}${quoted}`
    }
    case 'other':
      return ''
  }
}

function withoutQuote(packet: Packet): Packet {
  if (packet.kind !== 'icmp' || !packet.quoted) return packet
  const { quoted: _quoted, ...rest } = packet
  return rest
}
