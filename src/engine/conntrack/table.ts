import { PersistentMap } from '../persistent-map'
import type { ConntrackEntry } from './entry'
import { type Direction, type Tuple, tupleKey } from './tuple'

/** All confirmed connections of a device. A value: changes make a new one. */
export interface ConntrackTable {
  /** Each entry twice, by its original and by its reply tuple. */
  readonly byTuple: PersistentMap<ConntrackEntry>
  readonly nextId: number
}

export const EMPTY_CONNTRACK: ConntrackTable = { byTuple: PersistentMap.empty(), nextId: 1 }

export interface FoundEntry {
  readonly entry: ConntrackEntry
  readonly direction: Direction
}

/** The entry that has this tuple, and which of its two it is; one that has timed out is found too, see `isLive`. */
export function findEntry(table: ConntrackTable, tuple: Tuple): FoundEntry | undefined {
  const key = tupleKey(tuple)
  const entry = table.byTuple.get(key)
  return entry && { entry, direction: tupleKey(entry.original) === key ? 'original' : 'reply' }
}

export function isLive(entry: ConntrackEntry, nowMs: number): boolean {
  return entry.timeoutAtMs > nowMs
}

/** Puts a confirmed entry in, or in the place of the one with the same tuples. */
export function withEntry(table: ConntrackTable, entry: ConntrackEntry): ConntrackTable {
  const byTuple = table.byTuple.with(tupleKey(entry.original), entry).with(tupleKey(entry.reply), entry)
  return { byTuple, nextId: table.nextId }
}

export function withoutEntry(table: ConntrackTable, entry: ConntrackEntry): ConntrackTable {
  const keys = [tupleKey(entry.original), tupleKey(entry.reply)]
  return {
    byTuple: keys.reduce(
      (map, key) => (map.get(key)?.id === entry.id ? map.without(key) : map),
      table.byTuple,
    ),
    nextId: table.nextId,
  }
}

/** Whether a live connection other than `except` has this tuple in either direction. */
export function isTaken(table: ConntrackTable, tuple: Tuple, nowMs: number, except: number): boolean {
  const entry = table.byTuple.get(tupleKey(tuple))
  return entry !== undefined && entry.id !== except && isLive(entry, nowMs)
}

/** All live entries, oldest first. */
export function entriesOf(table: ConntrackTable, nowMs: number): ConntrackEntry[] {
  const live = [...table.byTuple.values()].filter((entry) => isLive(entry, nowMs))
  return [...new Set(live)].sort((a, b) => a.id - b.id)
}
