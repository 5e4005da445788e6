import { TCP_FLAG, type TcpPacket } from '@/model/packet/packet'
import type { FlagClass } from './tcp-table'
import { isAfter, isBefore, segmentEnd, type TcpSide, type TcpTrack } from './tcp-track'
import { type Direction, opposite } from './tuple'

/** Acknowledgments may lag behind by this many bytes at least (MAXACKWINCONST of the kernel). */
const ACK_LAG = 66_000

export type WindowResult =
  | { readonly kind: 'in-window'; readonly track: TcpTrack }
  /** Old, but of this connection: let through, changes nothing. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'invalid' }

/**
 * Whether the numbers of a segment fit what both sides have sent and allowed so far, and what is known after it.
 * Source: the four bounds of van Rooij's paper as the kernel applies them (nf_conntrack_proto_tcp.c); [A11, A18, A19].
 * Window scaling is not modelled: no packet of ours carries the option.
 */
export function checkWindow(
  track: TcpTrack,
  packet: TcpPacket,
  direction: Direction,
  flags: FlagClass,
  liberal: boolean,
  /** How far a helper has moved what the segment acknowledges. */
  shift = 0,
): WindowResult {
  const isSet = (flag: number) => (packet.flags & flag) !== 0
  const [syn, hasAck, rst] = [isSet(TCP_FLAG.SYN), isSet(TCP_FLAG.ACK), isSet(TCP_FLAG.RST)]
  let { seq } = packet
  let ack = (packet.ack - shift) >>> 0
  let end = segmentEnd(packet)
  const { window } = packet
  let sender = track[direction]
  let receiver = track[opposite(direction)]
  const result = (): WindowResult => ({
    kind: 'in-window',
    track: {
      ...track,
      original: direction === 'original' ? sender : receiver,
      reply: direction === 'original' ? receiver : sender,
    },
  })

  const opening = track.state === 'SYN_SENT' || track.state === 'SYN_RECV'
  if (sender.maxWindow === 0) {
    if (syn) {
      sender = openedSide(sender, end, window)
      // Simultaneous open: nothing is acknowledged yet.
      if (!hasAck) return result()
    } else {
      // In the middle of a connection: start from what the segment says.
      sender = { ...sender, end, maxWindow: window || 1, maxEnd: (end + (window || 1)) >>> 0 }
      if (receiver.maxWindow === 0) receiver = { ...receiver, end: ack, maxEnd: ack }
      else if (ack === (receiver.end + 1) >>> 0) receiver = { ...receiver, end: ack }
    }
  } else if (syn && isAfter(end, sender.end) && opening) {
    // A new attempt with higher numbers replaces the old one.
    sender = openedSide(sender, end, window)
    if (direction === 'reply' && !hasAck) return result()
  }

  if (!hasAck || (rst && ack === 0)) ack = receiver.end
  // A reset that answers a SYN carries no number of its own.
  if (rst && seq === 0 && track.state === 'SYN_SENT') {
    seq = sender.end
    end = sender.end
  }

  const tolerated = liberal || sender.liberal
  const outside = (kind: 'invalid' | 'ignore'): WindowResult => (tolerated ? result() : { kind })
  if (!isBefore(seq, (sender.maxEnd + 1) >>> 0)) return outside('invalid')
  if (!isBefore(ack, (receiver.end + 1) >>> 0)) return outside('invalid')
  const lowest = (sender.end - receiver.maxWindow - 1) >>> 0
  if (receiver.maxWindow !== 0 && !isAfter(end, lowest)) return outside('ignore')
  const lag = Math.max(sender.maxWindow, ACK_LAG)
  if (!isAfter(ack, (receiver.end - lag - 1) >>> 0)) return outside('ignore')

  const beyond = isAfter(end, sender.maxEnd) ? (end - sender.maxEnd) >>> 0 : 0
  sender = advancedSender(sender, end, window, hasAck ? ack : undefined)
  receiver = advancedReceiver(receiver, ack, window, beyond)
  const { kind, track: moved } = result() as Extract<WindowResult, { kind: 'in-window' }>
  return { kind, track: flags === 'ack' ? withRetransmission(moved, packet, direction, end) : moved }
}

function openedSide(side: TcpSide, end: number, window: number): TcpSide {
  return { ...side, end, maxEnd: end, maxWindow: window || 1 }
}

function advancedSender(side: TcpSide, end: number, window: number, ack: number | undefined): TcpSide {
  const sentMore = isAfter(end, side.end)
  const acknowledges = ack !== undefined && (!side.maxAckKnown || isAfter(ack, side.maxAck))
  const grows = window > side.maxWindow
  if (!sentMore && !acknowledges && !grows) return side
  return {
    end: sentMore ? end : side.end,
    maxEnd: side.maxEnd,
    maxWindow: grows ? window : side.maxWindow,
    maxAck: acknowledges ? ack : side.maxAck,
    maxAckKnown: side.maxAckKnown || acknowledges,
    closing: side.closing,
    unacknowledged: side.unacknowledged || sentMore,
    liberal: side.liberal,
  }
}

function advancedReceiver(side: TcpSide, ack: number, window: number, beyond: number): TcpSide {
  const allowed = (ack + window) >>> 0
  const allowsMore = isAfter(allowed, (side.maxEnd - 1) >>> 0)
  const limit = window === 0 ? (allowed + 1) >>> 0 : allowed
  return {
    end: side.end,
    maxEnd: allowsMore ? limit : side.maxEnd,
    maxWindow: side.maxWindow === 0 ? 0 : side.maxWindow + beyond,
    maxAck: side.maxAck,
    maxAckKnown: side.maxAckKnown,
    closing: side.closing,
    unacknowledged: side.unacknowledged && ack !== side.end,
    liberal: side.liberal,
  }
}

/** Counts how often the same segment comes again; after three times the entry times out earlier. */
function withRetransmission(track: TcpTrack, packet: TcpPacket, direction: Direction, end: number): TcpTrack {
  const { last } = track
  const again =
    last.direction === direction &&
    last.seq === packet.seq &&
    last.ack === packet.ack &&
    last.end === end &&
    last.window === packet.window
  const segment = { ...last, direction, seq: packet.seq, ack: packet.ack, end, window: packet.window }
  return { ...track, last: segment, retransmissions: again ? track.retransmissions + 1 : 0 }
}
