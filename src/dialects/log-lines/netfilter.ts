import { formatAddress } from '@/model/packet/address'
import { packetLength } from '@/model/packet/build'
import { type Packet, TCP_FLAG } from '@/model/packet/packet'

const FLAG_ORDER = ['CWR', 'ECE', 'URG', 'ACK', 'PSH', 'RST', 'SYN', 'FIN'] as const
const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6' }
const hex2 = (value: number) => `0x${value.toString(16).toUpperCase().padStart(2, '0')}`

/** The line that the kernel's LOG target writes. Source: net/netfilter/nf_log_syslog.c, iptables-extensions(8) LOG. */
export function netfilterLine(
  packet: Packet,
  where: { readonly prefix: string; readonly iif?: string; readonly oif?: string },
): string {
  const ip =
    packet.family === 4
      ? `LEN=${packetLength(packet)} TOS=${hex2(packet.tos & 0x1e)} PREC=${hex2(packet.tos & 0xe0)} TTL=${packet.hopLimit} ID=${packet.id}${packet.dontFragment ? ' DF' : ''}`
      : `LEN=${packetLength(packet)} TC=${packet.tos} HOPLIMIT=${packet.hopLimit} FLOWLBL=0`
  const ends = `SRC=${formatAddress(packet.src)} DST=${formatAddress(packet.dst)}`
  const protocol = `PROTO=${PROTOCOLS[packet.protocol] ?? packet.protocol}`
  const prefix = where.prefix === '' ? '' : where.prefix
  return `${prefix}IN=${where.iif ?? ''} OUT=${where.oif ?? ''} ${ends} ${ip} ${protocol}${transport(packet)}`
}

function transport(packet: Packet): string {
  switch (packet.kind) {
    case 'tcp': {
      const flags = FLAG_ORDER.filter((name) => packet.flags & TCP_FLAG[name]).join(' ')
      return ` SPT=${packet.sport} DPT=${packet.dport} WINDOW=${packet.window} RES=0x00 ${flags}${flags === '' ? '' : ' '}URGP=0`
    }
    case 'udp':
      return ` SPT=${packet.sport} DPT=${packet.dport} LEN=${8 + (packet.payload?.bytes ?? 0)}`
    case 'icmp':
      return ` TYPE=${packet.type} CODE=${packet.code}${packet.icmpId === undefined ? '' : ` ID=${packet.icmpId} SEQ=${packet.icmpSeq ?? 0}`}`
    case 'other':
      return ''
  }
}
