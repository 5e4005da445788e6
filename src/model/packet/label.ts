import { formatAddress } from './address'
import { icmpTypeName } from './icmp'
import type { Packet } from './packet'
import { formatProtocol } from './protocol'
import { tcpFlagNames } from './tcp-flags'

/** What kind of packet a person sees: "SYN", "SYN-ACK", "FIN-ACK", "ClientHello", "DNS query", "echo-request". */
export function packetWord(packet: Packet): string {
  if (packet.kind === 'icmp') return icmpTypeName(packet.family, packet.type, packet.code)
  if (packet.payload?.label) return packet.payload.label
  if (packet.kind === 'tcp') {
    const names = tcpFlagNames(packet.flags)
    if (packet.payload && packet.payload.bytes > 0) return 'data'
    return names.length === 0 ? 'null' : names.join('-')
  }
  return formatProtocol(packet.protocol)
}

/** The capsule: "SYN 62712 > 443". A packet without ports is named by its word alone. */
export function packetLabel(packet: Packet): string {
  const word = packetWord(packet)
  return packet.kind === 'tcp' || packet.kind === 'udp' ? `${word} ${packet.sport} > ${packet.dport}` : word
}

/** "104.244.42.1:443 > 192.168.1.10:62712". */
export function packetAddresses(packet: Packet): string {
  return `${endText(packet, 'src')} > ${endText(packet, 'dst')}`
}

/** The accessible name: "SYN 192.168.1.10:62712 to 104.244.42.1:443". */
export function packetName(packet: Packet): string {
  return `${packetWord(packet)} ${endText(packet, 'src')} to ${endText(packet, 'dst')}`
}

/** An address with its port, if there is one; IPv6 in brackets then (RFC 3986 3.2.2). */
export function endText(packet: Packet, end: 'src' | 'dst'): string {
  const address = formatAddress(packet[end])
  if (packet.kind !== 'tcp' && packet.kind !== 'udp') return address
  const port = end === 'src' ? packet.sport : packet.dport
  return packet.family === 6 ? `[${address}]:${port}` : `${address}:${port}`
}
