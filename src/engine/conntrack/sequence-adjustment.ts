import { TCP_FLAG, type TcpPacket } from '@/model/packet/packet'
import { isAfter, isBefore } from './tcp-track'
import { type Direction, opposite } from './tuple'

/**
 * How the sequence numbers of one sender are moved since a helper changed the length of what it sent: `before` up to the
 * place of the last change, `after` behind it. Source: nf_conntrack_seqadj.c.
 */
export interface SequenceShift {
  /** Sequence number of the segment that was changed last, as its sender wrote it. */
  readonly at: number
  readonly before: number
  readonly after: number
}

export type SequenceShifts = Readonly<Record<Direction, SequenceShift>>

const NO_SHIFT: SequenceShift = { at: 0, before: 0, after: 0 }

/** The shifts after a segment of that direction grew or shrank by `bytes`. */
export function shifted(
  shifts: SequenceShifts | undefined,
  direction: Direction,
  seq: number,
  bytes: number,
): SequenceShifts {
  const known = shifts ?? { original: NO_SHIFT, reply: NO_SHIFT }
  const own = known[direction]
  // The same segment sent again does not shift what follows a second time.
  const isNew = own.before === own.after || isBefore(own.at, seq)
  return isNew ? { ...known, [direction]: { at: seq, before: own.after, after: own.after + bytes } } : known
}

/** By how much the receiver's acknowledgment `ack` is ahead of what the sender in that direction wrote. */
export function shiftOfAcknowledgment(
  shifts: SequenceShifts | undefined,
  acknowledged: Direction,
  ack: number,
): number {
  if (!shifts) return 0
  const { at, before, after } = shifts[acknowledged]
  return isAfter((ack - 1) >>> 0, at) ? after : before
}

/** The segment with its numbers as the other side counts. */
export function withShiftedNumbers(
  packet: TcpPacket,
  shifts: SequenceShifts,
  direction: Direction,
): TcpPacket {
  const own = shifts[direction]
  const other = shifts[opposite(direction)]
  const seq = (packet.seq + (isAfter(packet.seq, own.at) ? own.after : own.before)) >>> 0
  const back = isAfter((packet.ack - other.before) >>> 0, other.at) ? other.after : other.before
  const ack = packet.flags & TCP_FLAG.ACK ? (packet.ack - back) >>> 0 : packet.ack
  return seq === packet.seq && ack === packet.ack ? packet : { ...packet, seq, ack }
}
