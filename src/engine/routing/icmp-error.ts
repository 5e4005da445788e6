import type { IpAddress } from '@/model/packet/address'
import { icmpPacket, tcpPacket } from '@/model/packet/build'
import { type Packet, TCP_FLAG } from '@/model/packet/packet'
import type { RejectKind } from '@/model/ruleset/ruleset'
import { isIcmpError } from '../conntrack/track'
import type { NetworkDevice } from '../network'
import { isBroadcast, isOwnAddress, sourceAddressFor } from './lookup'

/** What an ICMP error says, with type and code in both families. Sources: RFC 792, RFC 1812 5.2.7, RFC 4443 section 3; [E1], [E7]. */
const MEANING = {
  'icmp-net-unreachable': { 4: [3, 0], 6: [1, 0] },
  'icmp-host-unreachable': { 4: [3, 1], 6: [1, 3] },
  'icmp-proto-unreachable': { 4: [3, 2], 6: [1, 4] },
  'icmp-port-unreachable': { 4: [3, 3], 6: [1, 4] },
  'icmp-net-prohibited': { 4: [3, 9], 6: [1, 1] },
  'icmp-host-prohibited': { 4: [3, 10], 6: [1, 1] },
  'icmp-admin-prohibited': { 4: [3, 13], 6: [1, 1] },
  'ttl-exceeded': { 4: [11, 0], 6: [3, 0] },
} as const
export type IcmpMeaning = keyof typeof MEANING

/** The device that answers `packet` does so from this address: its own that was asked for, or the one facing the sender [E5]. */
function answeringAddress(device: NetworkDevice, packet: Packet): IpAddress | undefined {
  return isOwnAddress(device, packet.dst) && !isBroadcast(device, packet.dst)
    ? packet.dst
    : sourceAddressFor(device, packet.src)
}

/** The ICMP error about a packet; undefined where none is sent: about errors, broadcasts, wrong checksums [E3, D5, D7]. */
export function icmpErrorAbout(
  device: NetworkDevice,
  packet: Packet,
  meaning: IcmpMeaning,
): Packet | undefined {
  if (isIcmpError(packet) || packet.badChecksum || isBroadcast(device, packet.dst)) return undefined
  const src = answeringAddress(device, packet)
  if (src === undefined) return undefined
  const [type, code] = MEANING[meaning][packet.family]
  return icmpPacket({ src, dst: packet.src, type, code, quoted: packet, hopLimit: device.profile.hopLimit })
}

/** The answer that a reject makes; a RST is never answered with a RST [D5]. */
export function rejectAnswer(device: NetworkDevice, packet: Packet, kind: RejectKind): Packet | undefined {
  if (kind !== 'tcp-reset') return icmpErrorAbout(device, packet, kind)
  return packet.kind === 'tcp' ? resetFor(packet, device.profile.hopLimit) : undefined
}

/** The RST to a segment: RST+ACK for one without ACK, a bare RST with its acknowledgment number otherwise (RFC 9293 3.10.7.1). */
export function resetFor(packet: Extract<Packet, { kind: 'tcp' }>, hopLimit: number): Packet | undefined {
  if (packet.flags & TCP_FLAG.RST || packet.badChecksum) return undefined
  const answersAck = (packet.flags & TCP_FLAG.ACK) !== 0
  const length =
    (packet.payload?.bytes ?? 0) +
    (packet.flags & TCP_FLAG.SYN ? 1 : 0) +
    (packet.flags & TCP_FLAG.FIN ? 1 : 0)
  return tcpPacket({
    src: packet.dst,
    dst: packet.src,
    sport: packet.dport,
    dport: packet.sport,
    flags: answersAck ? TCP_FLAG.RST : TCP_FLAG.RST | TCP_FLAG.ACK,
    seq: answersAck ? packet.ack : 0,
    ack: answersAck ? 0 : (packet.seq + length) >>> 0,
    window: 0,
    hopLimit,
  })
}
