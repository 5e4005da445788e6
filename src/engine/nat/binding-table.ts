import type { Packet } from '@/model/packet/packet'
import { type ConntrackEntry, NO_NAT } from '../conntrack/entry'
import { isIcmpError } from '../conntrack/icmp-types'
import {
  type ConntrackTable,
  type FoundEntry,
  findEntry,
  isLive,
  withEntry,
  withoutEntry,
} from '../conntrack/table'
import { CONNTRACK_SETTINGS } from '../conntrack/tracker'
import { trackerFor } from '../conntrack/trackers'
import { type Direction, invertTuple, type Tuple, tupleOf } from '../conntrack/tuple'
import { type Passage, record } from '../passage'
import { bindingView } from './binding-view'

/** A packet of a kind the tracker does not take for a beginning gets a binding that goes away soon. Milliseconds. */
const SHORT_MS = 10_000

/** The binding that a packet goes by, and in which direction: an error goes by that of the packet it quotes. */
function findBinding(table: ConntrackTable, packet: Packet): FoundEntry | undefined {
  const tuple = lookupTuple(packet)
  return tuple && findEntry(table, tuple)
}

/** The binding in force for the packet; one that has timed out is taken out, and the trace says that it is gone. */
export function liveBinding(passage: Passage): FoundEntry | undefined {
  const { bindings } = passage.state
  const found = findBinding(bindings, passage.packet)
  if (!found || isLive(found.entry, passage.visit.nowMs)) return found
  passage.state = { ...passage.state, bindings: withoutEntry(bindings, found.entry) }
  record(passage, { kind: 'binding', change: 'expired', binding: bindingView(found.entry) })
  return undefined
}

/** What is looked up for a packet; undefined where there is nothing to look up by. */
export function lookupTuple(packet: Packet): Tuple | undefined {
  if (!isIcmpError(packet)) return tupleOf(packet)
  const quoted = packet.kind === 'icmp' && packet.quoted && tupleOf(packet.quoted)
  return quoted ? invertTuple(quoted) : undefined
}

/**
 * A binding for the first packet of a flow: `tuple` as it came, `far` as it leaves. It is in force once confirmed.
 * Timeouts are the tracker's, but translation is no filter: what the tracker calls invalid is translated too.
 */
export function newBinding(
  table: ConntrackTable,
  packet: Packet,
  far: Tuple,
  half: 'source' | 'destination',
  at: { readonly nowMs: number; readonly journey: number },
): ConntrackEntry | undefined {
  const original = tupleOf(packet)
  if (!original) return undefined
  const context = { direction: 'original', nowMs: at.nowMs, settings: CONNTRACK_SETTINGS } as const
  const tracker = trackerFor(packet.protocol)
  const started = tracker.start(packet, context)
  const fresh: ConntrackEntry = {
    id: table.nextId,
    original,
    reply: invertTuple(far),
    track: started ?? { kind: 'generic' },
    seenReply: false,
    assured: false,
    confirmed: false,
    nat: { ...NO_NAT, [half]: true },
    mark: 0,
    timeoutAtMs: at.nowMs + SHORT_MS,
    createdBy: at.journey,
  }
  const advanced = started && tracker.advance(fresh, packet, context)
  return advanced?.kind === 'accept'
    ? { ...fresh, track: advanced.track, timeoutAtMs: at.nowMs + advanced.timeoutMs }
    : fresh
}

/** The binding after one more packet. A connection that ends leaves it to its timeout; one that begins anew restarts it. */
export function refreshed(
  binding: ConntrackEntry,
  packet: Packet,
  direction: Direction,
  nowMs: number,
): ConntrackEntry {
  const tracker = trackerFor(packet.protocol)
  const context = { direction, nowMs, settings: CONNTRACK_SETTINGS }
  const advanced = tracker.advance(binding, packet, context)
  const seenReply = binding.seenReply || direction === 'reply'
  switch (advanced.kind) {
    case 'accept':
      return {
        ...binding,
        track: advanced.track,
        assured: advanced.assured,
        seenReply,
        timeoutAtMs: nowMs + advanced.timeoutMs,
      }
    case 'ignore':
      return { ...binding, track: advanced.track, seenReply }
    case 'destroy':
      return { ...binding, track: advanced.track, seenReply, timeoutAtMs: nowMs + SHORT_MS }
    case 'reopen':
    case 'invalid':
      return restarted(binding, packet, direction, nowMs)
  }
}

/** A first packet on a binding whose connection is over, or was never one, starts the tracker again. */
function restarted(
  binding: ConntrackEntry,
  packet: Packet,
  direction: Direction,
  nowMs: number,
): ConntrackEntry {
  const { track } = binding
  const over = track.kind === 'generic' || (track.kind === 'tcp' && isOver(track.state))
  if (direction !== 'original' || !over) return binding
  const context = { direction, nowMs, settings: CONNTRACK_SETTINGS }
  const tracker = trackerFor(packet.protocol)
  const started = tracker.start(packet, context)
  if (!started) return binding
  const fresh = { ...binding, track: started, seenReply: false, assured: false }
  const advanced = tracker.advance(fresh, packet, context)
  return advanced.kind === 'accept'
    ? { ...fresh, track: advanced.track, timeoutAtMs: nowMs + advanced.timeoutMs }
    : binding
}

const isOver = (state: string) => state === 'TIME_WAIT' || state === 'CLOSE'

/** The table with a binding put in or brought up to date. */
export function withBinding(table: ConntrackTable, binding: ConntrackEntry): ConntrackTable {
  const grown = withEntry(table, binding)
  return { ...grown, nextId: Math.max(grown.nextId, binding.id + 1) }
}
