import { TCP_FLAG, type TcpPacket } from '@/model/packet/packet'
import type { FlagClass } from './tcp-table'
import { isAfter, isBefore, segmentEnd, type TcpSide, type TcpTrack } from './tcp-track'
import { type Direction, opposite } from './tuple'

/** Acknowledgments may lag behind by this many bytes at least (MAXACKWINCONST of the kernel). */
const ACK_LAG = 66_000

/** With what is known after it: the kernel begins a side before it looks whether the segment fits. */
export type WindowResult =
  | { readonly kind: 'in-window'; readonly track: TcpTrack }
  /** Old, but of this connection: let through, changes nothing else. */
  | { readonly kind: 'ignore'; readonly track: TcpTrack }
  | { readonly kind: 'invalid'; readonly track: TcpTrack }

/**
 * Whether the numbers of a segment fit what both sides have sent and allowed so far, and what is known after it.
 * Source: the four bounds of van Rooij's paper as the kernel applies them (nf_conntrack_proto_tcp.c); [A11, A18, A19].
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
  let sender = track[direction]
  let receiver = track[opposite(direction)]
  /** The highest byte that has arrived, in order or not. */
  let reached = receiver.takesSack ? highestSack(packet, packet.ack, shift) : ack
  const result = (kind: WindowResult['kind']): WindowResult => ({
    kind,
    track: {
      ...track,
      original: direction === 'original' ? sender : receiver,
      reply: direction === 'original' ? receiver : sender,
    },
  })

  const opening = track.state === 'SYN_SENT' || track.state === 'SYN_RECV'
  if (sender.maxWindow === 0) {
    if (syn) {
      ;[sender, receiver] = opened(sender, receiver, packet, end, direction)
      // Simultaneous open: nothing is acknowledged yet.
      if (!hasAck) return result('in-window')
    } else {
      // In the middle of a connection: start from what the segment says.
      const maxWindow = packet.window << sender.scale || 1
      sender = { ...sender, end, maxWindow, maxEnd: (end + maxWindow) >>> 0 }
      if (receiver.maxWindow === 0) receiver = { ...receiver, end: reached, maxEnd: reached }
      else if (reached === (receiver.end + 1) >>> 0) receiver = { ...receiver, end: reached }
    }
  } else if (syn && isAfter(end, sender.end) && opening) {
    // A new attempt with higher numbers replaces the old one.
    ;[sender, receiver] = opened(sender, receiver, packet, end, direction)
    if (direction === 'reply' && !hasAck) return result('in-window')
  }

  if (!hasAck || (rst && ack === 0)) {
    ack = receiver.end
    reached = ack
  }
  // A reset that answers a SYN carries no number of its own.
  if (rst && seq === 0 && track.state === 'SYN_SENT') {
    seq = sender.end
    end = sender.end
  }

  const tolerated = liberal || sender.liberal
  const outside = (kind: 'invalid' | 'ignore') => result(tolerated ? 'in-window' : kind)
  const lag = Math.max(sender.maxWindow, ACK_LAG)
  const ackIsRecent = isAfter(reached, (receiver.end - lag - 1) >>> 0)
  const ackIsOfSent = isBefore(reached, (receiver.end + 1) >>> 0)
  const lowest = (sender.end - receiver.maxWindow - 1) >>> 0
  if (!isBefore(seq, (sender.maxEnd + 1) >>> 0)) {
    const over = (end - sender.maxEnd + 1) >>> 0
    const isLittle = receiver.maxWindow !== 0 && isAfter(end, lowest) && over <= receiver.maxWindow
    if (!isLittle || !ackIsRecent || !ackIsOfSent) return outside('invalid')
    // Somewhat more than allowed: what acknowledges it must not be wrong in turn.
    sender = { ...sender, end, unacknowledged: true }
    return outside('ignore')
  }
  if (!ackIsOfSent) return outside('invalid')
  if (receiver.maxWindow !== 0 && !isAfter(end, lowest)) return outside('ignore')
  if (!ackIsRecent) return outside('ignore')

  const window = syn ? packet.window : packet.window * 2 ** sender.scale
  const beyond = isAfter(end, sender.maxEnd) ? (end - sender.maxEnd) >>> 0 : 0
  sender = advancedSender(sender, end, window + ((reached - ack) >>> 0), hasAck ? ack : undefined)
  receiver = advancedReceiver(receiver, ack, reached, window, beyond)
  const { track: moved } = result('in-window')
  return {
    kind: 'in-window',
    track: flags === 'ack' ? withRetransmission(moved, packet, direction, end) : moved,
  }
}

function highestSack({ options }: TcpPacket, ack: number, shift: number): number {
  const rights = (options?.sack ?? []).map(([, next]) => next)
  const highest = rights.reduce((most, next) => (isAfter(next, most) ? next : most), ack)
  return (highest - shift) >>> 0
}

/** The options of a SYN as the tracker keeps them; more than 14 is taken for 14 (RFC 7323 section 2.3). */
export function offeredBy({ options }: TcpPacket): Pick<TcpSide, 'scale' | 'offersScale' | 'takesSack'> {
  const { windowScale } = options ?? {}
  return {
    scale: Math.min(windowScale ?? 0, 14),
    offersScale: windowScale !== undefined,
    takesSack: options?.sackPermitted ?? false,
  }
}

/** A SYN begins the sender's side. Windows are scaled only where both sides have offered it. */
function opened(
  sender: TcpSide,
  receiver: TcpSide,
  packet: TcpPacket,
  end: number,
  direction: Direction,
): [sender: TcpSide, receiver: TcpSide] {
  const begun = { ...sender, ...offeredBy(packet), end, maxEnd: end, maxWindow: packet.window || 1 }
  if (direction === 'original' || (begun.offersScale && receiver.offersScale)) return [begun, receiver]
  return [
    { ...begun, scale: 0 },
    { ...receiver, scale: 0 },
  ]
}

function advancedSender(side: TcpSide, end: number, window: number, ack: number | undefined): TcpSide {
  const sentMore = isAfter(end, side.end)
  const acknowledges = ack !== undefined && (!side.maxAckKnown || isAfter(ack, side.maxAck))
  const grows = window > side.maxWindow
  if (!sentMore && !acknowledges && !grows) return side
  return {
    ...side,
    end: sentMore ? end : side.end,
    maxWindow: grows ? window : side.maxWindow,
    maxAck: acknowledges ? ack : side.maxAck,
    maxAckKnown: side.maxAckKnown || acknowledges,
    unacknowledged: side.unacknowledged || sentMore,
  }
}

function advancedReceiver(
  side: TcpSide,
  ack: number,
  reached: number,
  window: number,
  beyond: number,
): TcpSide {
  const allowed = (reached + window) >>> 0
  const allowsMore = isAfter(allowed, (side.maxEnd - 1) >>> 0)
  const limit = window === 0 ? (allowed + 1) >>> 0 : allowed
  return {
    ...side,
    maxEnd: allowsMore ? limit : side.maxEnd,
    maxWindow: side.maxWindow === 0 ? 0 : side.maxWindow + beyond,
    unacknowledged: side.unacknowledged && ack !== side.end,
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
