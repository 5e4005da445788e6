import type { CtState } from '@/model/fields/field'
import type { Packet } from '@/model/packet/packet'
import type { HelperName } from '@/model/ruleset/ruleset'
import type { ConntrackSettings } from '../network'
import { type ConntrackEntry, NO_NAT, tupleIn } from './entry'
import { type Expectation, takeExpectation } from './expectation'
import { FTP_HELPER } from './ftp-helper'
import { isIcmpError, isUntracked } from './icmp-types'
import { type ConntrackTable, findEntry, isLive, withEntry, withoutEntry } from './table'
import type { Advance } from './tracker'
import { trackerFor } from './trackers'
import { type Direction, invertTuple, type Tuple, tupleOf } from './tuple'

/** What became of the table. */
export type TableChange = 'created' | 'updated' | 'destroyed' | 'looked-up'

/** What the tracker says of one packet. An entry that it creates is not in the table until it is confirmed. */
export interface Tracked {
  readonly state: CtState
  readonly direction: Direction
  readonly entry?: ConntrackEntry
  readonly table: ConntrackTable
  readonly change: TableChange
  /** An entry with the packet's tuple that had timed out, or was closed and begins anew. */
  readonly ended?: ConntrackEntry
  /** What the entry that it created was expected as. */
  readonly expected?: Expectation
}

export interface Look {
  readonly table: ConntrackTable
  readonly packet: Packet
  readonly nowMs: number
  readonly journey: number
  /** It came in from a link; what is made here has its checksum still to come [A16]. */
  readonly checksChecksum: boolean
  readonly settings: ConntrackSettings
  /** A rule has given the packet a helper, which the entry that it creates will have. */
  readonly helper?: HelperName
}

/** Looks a packet up, begins an entry where one may start, and moves the entry's state on. */
export function track(look: Look): Tracked {
  const { table, packet } = look
  if (packet.badChecksum && look.checksChecksum) return without(table, 'invalid')
  if (isIcmpError(packet)) return trackError(look)
  if (isUntracked(packet)) return without(table, 'untracked')
  const tuple = tupleOf(packet)
  if (!tuple) return without(table, 'invalid')
  const found = findEntry(table, tuple)
  if (!found) return begin(look, tuple)
  if (!isLive(found.entry, look.nowMs)) return beginAnew(look, tuple, found.entry)
  return continueEntry(look, tuple, found.entry, found.direction)
}

function without(table: ConntrackTable, state: 'invalid' | 'untracked'): Tracked {
  return { state, direction: 'original', table, change: 'looked-up' }
}

/**
 * An ICMP error is RELATED where it quotes a live flow and is sent to the source of what it quotes, whoever sends it;
 * else INVALID. It never begins or refreshes an entry [C3, e11 E1].
 */
function trackError({ table, packet, nowMs }: Look): Tracked {
  const quoted = packet.kind === 'icmp' && packet.quoted && tupleOf(packet.quoted)
  const found = quoted && findEntry(table, invertTuple(quoted))
  if (!found || !isLive(found.entry, nowMs)) return without(table, 'invalid')
  const { entry, direction } = found
  if (tupleIn(entry, direction).dst !== packet.dst) return without(table, 'invalid')
  return { state: 'related', direction, entry, table, change: 'looked-up' }
}

function begin(look: Look, tuple: Tuple): Tracked {
  const { packet, nowMs, settings, journey, helper } = look
  const taken = takeExpectation(look.table, tuple, nowMs)
  const table = taken?.table ?? look.table
  const tracker = trackerFor(packet.protocol)
  const context = { direction: 'original', nowMs, settings } as const
  const started = tracker.start(packet, context)
  if (!started) return without(table, 'invalid')
  const entry: ConntrackEntry = {
    id: table.nextId,
    original: tuple,
    reply: invertTuple(tuple),
    track: started,
    seenReply: false,
    assured: false,
    confirmed: false,
    nat: NO_NAT,
    // A connection that was expected begins with the mark of the one it belongs to.
    mark: taken ? (table.entries.get(String(taken.expected.master))?.mark ?? 0) : 0,
    ...(helper === undefined ? {} : { helper: FTP_HELPER }),
    ...(taken ? { expected: true } : {}),
    timeoutAtMs: nowMs,
    createdBy: journey,
  }
  const advanced = tracker.advance(entry, packet, context)
  if (advanced.kind !== 'accept') return without(table, 'invalid')
  const { track: moved, timeoutMs } = advanced
  return {
    state: taken ? 'related' : 'new',
    direction: 'original',
    entry: { ...entry, track: moved, timeoutAtMs: nowMs + timeoutMs },
    table: { ...table, nextId: table.nextId + 1 },
    change: 'created',
    ...(taken ? { expected: taken.expected } : {}),
  }
}

function beginAnew(look: Look, tuple: Tuple, ended: ConntrackEntry): Tracked {
  return { ...begin({ ...look, table: withoutEntry(look.table, ended) }, tuple), ended }
}

/** The packet belongs to no connection; what it told of one that is in the table is kept. */
function refuse(
  { table, nowMs }: Look,
  entry: ConntrackEntry,
  { track: known, timeoutMs }: Extract<Advance, { kind: 'invalid' }>,
): Tracked {
  if (!known || known === entry.track) return without(table, 'invalid')
  const timeoutAtMs = timeoutMs === undefined ? entry.timeoutAtMs : nowMs + timeoutMs
  return without(withEntry(table, { ...entry, track: known, timeoutAtMs }), 'invalid')
}

function continueEntry(look: Look, tuple: Tuple, entry: ConntrackEntry, direction: Direction): Tracked {
  const { table, packet, nowMs, settings } = look
  const advanced = trackerFor(packet.protocol).advance(entry, packet, { direction, nowMs, settings })
  if (advanced.kind === 'invalid') return refuse(look, entry, advanced)
  if (advanced.kind === 'reopen') return beginAnew(look, tuple, entry)
  // NEW means that no reply was seen, not that it is the first packet [A8, C3].
  const seenReply = entry.seenReply || direction === 'reply'
  const state = seenReply ? 'established' : entry.expected ? 'related' : 'new'
  const { track: moved } = advanced
  if (advanced.kind === 'destroy') {
    const last = { ...entry, track: moved, seenReply }
    return { state, direction, entry: last, table: withoutEntry(table, entry), change: 'destroyed' }
  }
  const accepted = advanced.kind === 'accept'
  const updated: ConntrackEntry = {
    ...entry,
    track: moved,
    seenReply,
    assured: accepted ? advanced.assured : entry.assured,
    timeoutAtMs: accepted ? nowMs + advanced.timeoutMs : entry.timeoutAtMs,
  }
  return { state, direction, entry: updated, table: withEntry(table, updated), change: 'updated' }
}
