import type { TcpPacket } from '@/model/packet/packet'
import { TCP_FLAG } from '@/model/packet/packet'
import type { FlagClass, TcpTrackState } from './tcp-table'
import type { Direction } from './tuple'

/**
 * What the tracker knows of one sender: the window that its next segments and the acknowledgments of them must fall in
 * (G. van Rooij, "Real Stateful TCP Packet Filtering in IP Filter", 2001). Sequence numbers are 32-bit unsigned.
 */
export interface TcpSide {
  /** Highest sequence number it has sent, plus one. */
  readonly end: number
  /** Highest sequence number that the other side has allowed, plus one. */
  readonly maxEnd: number
  /** Largest window it has offered; 0: nothing was seen of it. */
  readonly maxWindow: number
  /** Highest acknowledgment it has sent. */
  readonly maxAck: number
  readonly maxAckKnown: boolean
  /** It began to close the connection. */
  readonly closing: boolean
  /** What it sent last is not acknowledged yet. */
  readonly unacknowledged: boolean
  /** Picked up in the middle: its numbers are not held against it. */
  readonly liberal: boolean
  /** Its windows are offered in units of two to this power (RFC 7323). */
  readonly scale: number
  readonly offersScale: boolean
  /** It takes selective acknowledgments (RFC 2018). */
  readonly takesSack: boolean
}

export const UNSEEN_SIDE: TcpSide = {
  end: 0,
  maxEnd: 0,
  maxWindow: 0,
  maxAck: 0,
  maxAckKnown: false,
  closing: false,
  unacknowledged: false,
  liberal: false,
  scale: 0,
  offersScale: false,
  takesSack: false,
}

/** The last segment that was looked at, for retransmissions and for segments that were let through unseen. */
export interface LastSegment {
  readonly flags: FlagClass
  readonly direction: Direction
  readonly seq: number
  readonly ack: number
  readonly end: number
  readonly window: number
}

export interface TcpTrack {
  readonly kind: 'tcp'
  readonly state: TcpTrackState
  readonly original: TcpSide
  readonly reply: TcpSide
  readonly last: LastSegment
  readonly retransmissions: number
  /** Both ends have sent a SYN [A9]. */
  readonly simultaneousOpen: boolean
  /** A SYN inside the connection was let through; the answer may be a challenge ACK (RFC 5961 section 4). */
  readonly challenged: boolean
}

/** Sequence number after the segment: data, SYN and FIN each take their place. */
export function segmentEnd({ seq, flags, payload }: TcpPacket): number {
  const marks = (flags & TCP_FLAG.SYN ? 1 : 0) + (flags & TCP_FLAG.FIN ? 1 : 0)
  return (seq + (payload?.bytes ?? 0) + marks) >>> 0
}

/** Serial number arithmetic of RFC 1982 and RFC 9293 section 3.4: whether `a` comes before `b`. */
export function isBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}

export function isAfter(a: number, b: number): boolean {
  return isBefore(b, a)
}
