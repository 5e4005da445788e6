import { PersistentMap } from '../persistent-map'
import type { ConntrackEntry } from './entry'
import type { Expectation } from './expectation'
import { type Direction, type Tuple, tupleKey } from './tuple'

/** All confirmed connections of a device. A value: changes make a new one. */
export interface ConntrackTable {
  readonly entries: PersistentMap<ConntrackEntry>
  /** Key of an original or reply tuple -> key of its entry. A packet changes entries far more often than tuples. */
  readonly byTuple: PersistentMap<string>
  /** Connections that helpers have read about, in the order in which they did. */
  readonly expectations: readonly Expectation[]
  readonly nextId: number
}

export const EMPTY_CONNTRACK: ConntrackTable = {
  entries: PersistentMap.empty(),
  byTuple: PersistentMap.empty(),
  expectations: [],
  nextId: 1,
}

const entryKey = ({ id }: Pick<ConntrackEntry, 'id'>) => String(id)

export interface FoundEntry {
  readonly entry: ConntrackEntry
  readonly direction: Direction
}

/**
 * The entry that has this tuple, and which of its two it is (of one that is its own reply: the reply, which the kernel
 * puts in last and finds first); one that has timed out is found too, see `isLive`.
 */
export function findEntry(table: ConntrackTable, tuple: Tuple): FoundEntry | undefined {
  const key = tupleKey(tuple)
  const entry = entryWith(table, key)
  return entry && { entry, direction: tupleKey(entry.reply) === key ? 'reply' : 'original' }
}

function entryWith({ entries, byTuple }: ConntrackTable, key: string): ConntrackEntry | undefined {
  const found = byTuple.get(key)
  return found === undefined ? undefined : entries.get(found)
}

export function isLive(entry: ConntrackEntry, nowMs: number): boolean {
  return entry.timeoutAtMs > nowMs
}

/** Puts a confirmed entry in, or in the place of the one with its id, whose tuples are the same. */
export function withEntry(table: ConntrackTable, entry: ConntrackEntry): ConntrackTable {
  const id = entryKey(entry)
  const entries = table.entries.with(id, entry)
  const before = table.entries.get(id)
  const isKnown = before?.original === entry.original && before.reply === entry.reply
  const byTuple = isKnown
    ? table.byTuple
    : table.byTuple.with(tupleKey(entry.original), id).with(tupleKey(entry.reply), id)
  const { expectations, nextId } = table
  return { entries, byTuple, expectations, nextId }
}

export function withoutEntry(table: ConntrackTable, entry: ConntrackEntry): ConntrackTable {
  const id = entryKey(entry)
  const keys = [tupleKey(entry.original), tupleKey(entry.reply)]
  return {
    entries: table.entries.without(id),
    byTuple: keys.reduce((map, key) => (map.get(key) === id ? map.without(key) : map), table.byTuple),
    // A connection that is gone expects nothing.
    expectations: table.expectations.filter(({ master }) => master !== entry.id),
    nextId: table.nextId,
  }
}

/** Whether a live connection other than `except` has this tuple in either direction. */
export function isTaken(table: ConntrackTable, tuple: Tuple, nowMs: number, except: number): boolean {
  const entry = entryWith(table, tupleKey(tuple))
  return entry !== undefined && entry.id !== except && isLive(entry, nowMs)
}

/** All live entries, oldest first. */
export function entriesOf(table: ConntrackTable, nowMs: number): ConntrackEntry[] {
  return [...table.entries.values()].filter((entry) => isLive(entry, nowMs)).sort((a, b) => a.id - b.id)
}
