import { tcpPacket } from '@/model/packet/build'
import { type Packet, TCP_FLAG, type TcpPacket } from '@/model/packet/packet'
import type { RejectKind } from '@/model/ruleset/ruleset'
import { segmentEnd } from '../conntrack/tcp-track'
import type { NetworkDevice } from '../network'
import { type Arrival, icmpErrorAbout } from '../routing/icmp-error'

/**
 * How a packet is rejected. A policy that rejects names no kind and takes what suits the packet: a reset for TCP, port
 * unreachable for the rest. A reset can only answer TCP.
 */
export function rejectKindFor(packet: Packet, wanted: RejectKind | undefined): RejectKind {
  if (wanted !== undefined && (wanted !== 'tcp-reset' || packet.kind === 'tcp')) return wanted
  return packet.kind === 'tcp' ? 'tcp-reset' : 'icmp-port-unreachable'
}

/** The packet that a reject answers with; undefined where it stays silent [D1, D5, D7]. */
export function rejectAnswer(
  device: NetworkDevice,
  packet: Packet,
  kind: RejectKind,
  arrival: Arrival,
): Packet | undefined {
  if (kind !== 'tcp-reset') return icmpErrorAbout(device, packet, kind, arrival)
  return packet.kind === 'tcp' ? resetFor(packet, device.profile.hopLimit) : undefined
}

/**
 * The reset to a segment, from where the segment wanted to go: RST+ACK to one without ACK, else a bare RST with the
 * number that was acknowledged (RFC 9293 3.10.7.1). No reset answers a reset [D5].
 */
export function resetFor(segment: TcpPacket, hopLimit: number): TcpPacket | undefined {
  if (segment.flags & TCP_FLAG.RST || segment.badChecksum) return undefined
  const { src, dst, sport, dport, flags, ack } = segment
  const numbers =
    flags & TCP_FLAG.ACK
      ? { flags: TCP_FLAG.RST, seq: ack, ack: 0 }
      : { flags: TCP_FLAG.RST | TCP_FLAG.ACK, seq: 0, ack: segmentEnd(segment) }
  return tcpPacket({
    src: dst,
    dst: src,
    sport: dport,
    dport: sport,
    ...numbers,
    window: 0,
    hopLimit,
  })
}
