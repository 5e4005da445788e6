import type { Packet } from '@/model/packet/packet'
import type { Tuple } from '../conntrack/tuple'
import type { Half } from './half'

/**
 * The packet with one end as the tuple has it. Of ICMP the identifier is the tuple's, whichever end changes. The same
 * object where nothing changes.
 */
export function withEndOf(packet: Packet, tuple: Tuple, half: Half): Packet {
  const { src, dst, sport, dport } = tuple
  const address = half === 'source' ? { src } : { dst }
  switch (packet.kind) {
    case 'tcp':
    case 'udp': {
      const port = half === 'source' ? { sport } : { dport }
      return changed(packet, { ...address, ...port })
    }
    case 'icmp':
      return changed(packet, { ...address, ...(packet.icmpId === undefined ? {} : { icmpId: sport }) })
    case 'other':
      return changed(packet, address)
  }
}

/** The packet with one address as the tuple has it, ports left alone: what happens to an ICMP error itself. */
export function withAddressOf(packet: Packet, { src, dst }: Tuple, half: Half): Packet {
  return changed(packet, half === 'source' ? { src } : { dst })
}

/** An ICMP error with the packet it quotes replaced. */
export function withQuoted(packet: Packet, quoted: Packet): Packet {
  return packet.kind === 'icmp' ? changed(packet, { quoted }) : packet
}

function changed<P extends Packet>(packet: P, fields: Partial<P>): P {
  const same = Object.entries(fields).every(([name, value]) => packet[name as keyof P] === value)
  return same ? packet : { ...packet, ...fields }
}
