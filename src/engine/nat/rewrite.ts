import type { IpAddress } from '@/model/packet/address'
import type { Packet } from '@/model/packet/packet'

/** One end of a packet as translation sees it; the port is the ICMP identifier where there are no ports. */
export interface End {
  readonly address: IpAddress
  readonly port: number
}

/** A packet with its source or destination replaced. Immutable: the old packet stays as it was. */
export function withEnd(packet: Packet, end: 'src' | 'dst', to: End): Packet {
  const moved = { ...packet, [end]: to.address }
  if (moved.kind === 'tcp' || moved.kind === 'udp')
    return { ...moved, [end === 'src' ? 'sport' : 'dport']: to.port }
  if (moved.kind === 'icmp' && moved.icmpId !== undefined) return { ...moved, icmpId: to.port }
  return moved
}

/** An ICMP error with the packet it quotes replaced. */
export function withQuoted(packet: Packet, quoted: Packet): Packet {
  return packet.kind === 'icmp' ? { ...packet, quoted } : packet
}
