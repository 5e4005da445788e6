import type { Packet } from '@/model/packet/packet'
import { type ConntrackEntry, tupleIn } from '../conntrack/entry'
import { isIcmpError } from '../conntrack/icmp-types'
import { type Direction, invertTuple, opposite, type Tuple } from '../conntrack/tuple'
import { type Half, otherHalf } from './half'
import { withAddressOf, withEndOf, withQuoted } from './manipulate'

/** What a packet of that direction is to look like on the far side: the other direction's tuple turned round. */
export function farTuple(entry: ConntrackEntry, direction: Direction): Tuple {
  return invertTuple(tupleIn(entry, opposite(direction)))
}

/** In the reply direction the halves change places: what was a new source is a destination to be put back. */
export function isTranslated(entry: ConntrackEntry, direction: Direction, half: Half): boolean {
  return entry.nat[direction === 'original' ? half : otherHalf(half)]
}

/** The packet with one half translated as its connection says; the same object where there is nothing to do. */
export function translated(packet: Packet, entry: ConntrackEntry, direction: Direction, half: Half): Packet {
  if (!isTranslated(entry, direction, half)) return packet
  const target = farTuple(entry, direction)
  return isIcmpError(packet)
    ? translatedError(packet, target, tupleIn(entry, opposite(direction)), half)
    : withEndOf(packet, target, half)
}

/**
 * An ICMP error about a translated connection: its own address, and the opposite end of the packet it quotes, which
 * travelled the other way [B11]. `quoted` is the tuple that the quoted packet has on the far side.
 */
function translatedError(packet: Packet, target: Tuple, quoted: Tuple, half: Half): Packet {
  if (packet.kind !== 'icmp' || !packet.quoted) return packet
  const inner = withEndOf(packet.quoted, quoted, otherHalf(half))
  return withQuoted(withAddressOf(packet, target, half), inner)
}
