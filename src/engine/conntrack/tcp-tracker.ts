import type { TcpPacket } from '@/model/packet/packet'
import type { ConntrackEntry } from './entry'
import { shiftOfAcknowledgment } from './sequence-adjustment'
import {
  type FlagClass,
  flagClass,
  isKnownCombination,
  TCP_MAX_RETRANSMISSIONS,
  TCP_TRACK_STATES,
  type TcpTrackState,
  tcpTimeout,
  transition,
} from './tcp-table'
import { isBefore, segmentEnd, type TcpTrack, UNSEEN_SIDE } from './tcp-track'
import { checkWindow, offeredBy } from './tcp-window'
import type { ConntrackTimeouts } from './timeouts'
import type { Advance, Tracker, TrackerContext } from './tracker'
import { type Direction, opposite } from './tuple'

/** TCP as the kernel follows it: the table first, then the exceptions to it, then the window. */
export const tcpTracker: Tracker = {
  start: (packet, context) => (packet.kind === 'tcp' ? startTrack(packet, context) : undefined),
  advance: (entry, packet, context) =>
    packet.kind === 'tcp' && entry.track.kind === 'tcp'
      ? advance(entry, entry.track, packet, context)
      : { kind: 'invalid' },
}

/** Of a connection whose beginning was missed nothing is held against its numbers. */
const MIDDLE = { liberal: true, takesSack: true } as const

/** A SYN begins an entry; a bare ACK does where flows may be picked up in their middle; nothing else [A4, A5]. */
function startTrack(packet: TcpPacket, { settings }: TrackerContext): TcpTrack | undefined {
  if (!isKnownCombination(packet.flags)) return undefined
  const next = transition('NONE', flagClass(packet.flags), 'original')
  if (next === 'invalid' || next === 'ignore') return undefined
  const pickedUp = next !== 'SYN_SENT'
  if (pickedUp && !settings.tcpLoose) return undefined
  const end = segmentEnd(packet)
  const maxWindow = packet.window || 1
  const maxEnd = pickedUp ? (end + maxWindow) >>> 0 : end
  return {
    kind: 'tcp',
    state: 'NONE',
    original: {
      ...UNSEEN_SIDE,
      ...(pickedUp ? MIDDLE : offeredBy(packet)),
      end,
      maxEnd,
      maxWindow,
    },
    reply: pickedUp ? { ...UNSEEN_SIDE, ...MIDDLE } : UNSEEN_SIDE,
    last: { flags: 'none', direction: 'original', seq: 0, ack: 0, end: 0, window: 0 },
    retransmissions: 0,
    simultaneousOpen: false,
    challenged: false,
  }
}

function advance(
  entry: ConntrackEntry,
  track: TcpTrack,
  packet: TcpPacket,
  context: TrackerContext,
): Advance {
  const { direction, settings } = context
  if (!isKnownCombination(packet.flags)) return { kind: 'invalid' }
  const flags = flagClass(packet.flags)
  const next = transition(track.state, flags, direction)
  if (next === 'invalid') return { kind: 'invalid' }
  if (next === 'ignore') return ignore(entry, track, packet, context)
  if (next === 'SYN_SENT' && isOver(track.state)) {
    return reopens(track, direction) ? { kind: 'reopen' } : ignore(entry, track, packet, context)
  }
  if (next === 'TIME_WAIT' && isChallengeAck(track, flags, direction)) {
    return { kind: 'ignore', track: { ...track, challenged: false } }
  }
  let state: TcpTrackState = next
  if (next === 'SYN_RECV' && direction === 'reply' && flags === 'ack' && track.simultaneousOpen) {
    state = 'ESTABLISHED'
  }
  if (flags === 'rst') {
    const reset = stateAfterReset(entry, track, packet, direction)
    if (reset === 'invalid') return { kind: 'invalid' }
    state = reset
  }
  const isUnchecked = flags === 'rst' && (isEnding(track.state) || answersUnseen(entry, track, packet))
  const window = isUnchecked
    ? ({ kind: 'in-window', track } as const)
    : checkWindow(
        track,
        packet,
        direction,
        flags,
        settings.tcpBeLiberal,
        shiftAgainst(entry, packet, direction),
      )
  if (window.kind === 'invalid') return refused(entry, window.track, flags, context)
  if (window.kind === 'ignore') return { kind: 'ignore', track: window.track }
  const side = window.track[direction]
  const starting = state === 'FIN_WAIT' && track.state !== 'FIN_WAIT'
  const moved: TcpTrack = {
    ...window.track,
    state,
    [direction]: starting ? { ...side, closing: true } : side,
    last: { ...window.track.last, flags, direction },
    simultaneousOpen: track.simultaneousOpen || state === 'SYN_SENT2',
  }
  // A reset of a connection that nobody has answered takes the entry away [A6, A10].
  if (flags === 'rst' && !entry.seenReply) return { kind: 'destroy', track: moved }
  const settled = track.state === 'SYN_RECV' || track.state === 'ESTABLISHED'
  return {
    kind: 'accept',
    track: moved,
    timeoutMs:
      timeoutSeconds(moved, flags === 'rst', entry.seenReply, packet.window, settings.timeouts) * 1000,
    assured: entry.assured || (entry.seenReply && settled && state === 'ESTABLISHED'),
  }
}

function shiftAgainst({ shifts }: ConntrackEntry, { ack }: TcpPacket, direction: Direction): number {
  return shiftOfAcknowledgment(shifts, opposite(direction), ack)
}

/**
 * A close out of the window is not believed, but remembered: where both sides try, the connection is forgotten as early
 * as one with unacknowledged data.
 */
function refused(
  entry: ConntrackEntry,
  track: TcpTrack,
  flags: FlagClass,
  { direction, nowMs, settings }: TrackerContext,
): Advance {
  const closes = (each: FlagClass) => each === 'fin' || each === 'rst'
  if (!entry.assured || !closes(flags)) return { kind: 'invalid', track }
  const { last } = track
  if (last.direction === direction || !closes(last.flags))
    return { kind: 'invalid', track: { ...track, last: { ...last, flags, direction } } }
  const soonestMs = settings.timeouts.tcp_timeout_unacknowledged * 1000
  const leftMs = entry.timeoutAtMs - nowMs
  return leftMs < CLOSE_SOON_MS || leftMs <= soonestMs
    ? { kind: 'invalid', track }
    : { kind: 'invalid', track, timeoutMs: soonestMs }
}
const CLOSE_SOON_MS = 120_000

function isOver(state: TcpTrackState): boolean {
  return TCP_TRACK_STATES.indexOf(state) >= TCP_TRACK_STATES.indexOf('TIME_WAIT')
}

/** A SYN after the end begins a fresh entry where the old one was closed, or reset by the same side [A13]. */
function reopens({ original, reply, last }: TcpTrack, direction: Direction): boolean {
  return original.closing || reply.closing || (last.flags === 'rst' && last.direction === direction)
}

/** Lets a segment through that may tell of a connection the tracker has missed, and remembers it [A14]. */
function ignore(entry: ConntrackEntry, track: TcpTrack, packet: TcpPacket, context: TrackerContext): Advance {
  const { direction } = context
  const flags = flagClass(packet.flags)
  const { last } = track
  const end = segmentEnd(packet)
  if (
    flags === 'syn-ack' &&
    last.flags === 'syn' &&
    last.direction !== direction &&
    packet.ack === last.end
  ) {
    return inStepAgain(entry, track, packet, context)
  }
  return {
    kind: 'ignore',
    track: {
      ...track,
      challenged: flags === 'syn' && direction === 'original',
      last: { flags, direction, seq: packet.seq, ack: packet.ack, end, window: packet.window },
    },
  }
}

/** Both ends agree on a new connection that began with a SYN the tracker had not believed: it follows them. */
function inStepAgain(
  entry: ConntrackEntry,
  track: TcpTrack,
  packet: TcpPacket,
  { direction, settings }: TrackerContext,
): Advance {
  const { last } = track
  const asker = { ...UNSEEN_SIDE, end: last.end, maxEnd: last.end, maxWindow: last.window || 1 }
  const restarted: TcpTrack = {
    ...track,
    state: 'SYN_SENT',
    original: direction === 'reply' ? asker : UNSEEN_SIDE,
    reply: direction === 'reply' ? UNSEEN_SIDE : asker,
    challenged: false,
  }
  const window = checkWindow(
    restarted,
    packet,
    direction,
    'syn-ack',
    false,
    shiftAgainst(entry, packet, direction),
  )
  if (window.kind !== 'in-window') return { kind: 'invalid' }
  const moved: TcpTrack = {
    ...window.track,
    state: 'SYN_RECV',
    last: { ...window.track.last, flags: 'syn-ack', direction },
  }
  const timeoutMs = timeoutSeconds(moved, false, entry.seenReply, packet.window, settings.timeouts) * 1000
  return { kind: 'accept', track: moved, timeoutMs, assured: entry.assured }
}

/** The ACK that a host sends on a SYN out of the blue acknowledges no FIN (RFC 5961 section 4). */
function isChallengeAck(track: TcpTrack, flags: string, direction: Direction): boolean {
  const { last } = track
  return (
    track.state === 'LAST_ACK' &&
    flags === 'ack' &&
    track.challenged &&
    last.direction !== direction &&
    last.flags === 'syn'
  )
}

/** One end is closing, or both are: such an entry may be of an earlier connection, and no reset is held against it. */
function isEnding(state: TcpTrackState): boolean {
  return ENDING.has(state)
}
const ENDING: ReadonlySet<TcpTrackState> = new Set([
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
])

/**
 * Only a reset with the exact number closes; one inside the window may be forged and leaves the state (RFC 5961 section
 * 3). One that answers a SYN which was let through carries no number worth a look.
 */
function stateAfterReset(
  entry: ConntrackEntry,
  track: TcpTrack,
  packet: TcpPacket,
  direction: Direction,
): TcpTrackState | 'invalid' {
  const other = track[opposite(direction)]
  const { last } = track
  if (isEnding(track.state) || !other.maxAckKnown || last.flags === 'syn') return 'CLOSE'
  const established = track.state === 'ESTABLISHED' && entry.assured
  if (packet.seq === 0 && !established) return 'CLOSE'
  if (isBefore(packet.seq, other.maxAck)) return 'invalid'
  const follows = last.flags === 'ack' && last.direction === direction && packet.seq === last.end
  return !established || packet.seq === other.maxAck || follows ? 'CLOSE' : track.state
}

/** A reset that answers a SYN or ACK which had been let through unseen is of the connection, whatever its number. */
function answersUnseen(entry: ConntrackEntry, { last }: TcpTrack, packet: TcpPacket): boolean {
  const unseen = (entry.seenReply && last.flags === 'syn') || (!entry.assured && last.flags === 'ack')
  return unseen && packet.ack === last.end
}

function timeoutSeconds(
  track: TcpTrack,
  isReset: boolean,
  seenReply: boolean,
  window: number,
  timeouts: ConntrackTimeouts,
): number {
  if (isReset) return timeouts.tcp_timeout_close
  const normal = tcpTimeout(track.state, timeouts)
  const { tcp_timeout_max_retrans: retransmitting, tcp_timeout_unacknowledged: unacknowledged } = timeouts
  const waiting = track.original.unacknowledged || track.reply.unacknowledged
  const limits = [
    track.retransmissions >= TCP_MAX_RETRANSMISSIONS || window === 0 ? retransmitting : normal,
    waiting ? unacknowledged : normal,
    // Picked up in the middle, not answered yet [A2].
    track.state === 'ESTABLISHED' && !seenReply ? unacknowledged : normal,
  ]
  return Math.min(normal, ...limits)
}
