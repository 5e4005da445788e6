import type { TcpTrackState } from './tcp-states'
import type { Tuple } from './tuple'
import { tupleKey } from './tuple'

/** One tracked connection. Translation is a reply tuple that is not the original turned round. */
export interface ConntrackEntry {
  readonly id: number
  readonly original: Tuple
  readonly reply: Tuple
  /** Present for TCP. */
  readonly tcp?: TcpTrackState
  readonly seenReply: boolean
  readonly assured: boolean
  /** The packet that made it has left the last hook. */
  readonly confirmed: boolean
  readonly startedAtMs: number
  readonly timeoutAtMs: number
  /** Which halves the nat chains have been asked for. */
  readonly bound: { readonly source: boolean; readonly destination: boolean }
  /** Journey that made it. */
  readonly createdBy: number
}

/** All entries of a device that keeps state. A value: changes make a new one. */
export interface ConntrackTable {
  readonly entries: ReadonlyMap<number, ConntrackEntry>
  readonly byTuple: ReadonlyMap<string, number>
  readonly nextId: number
}

export const EMPTY_CONNTRACK: ConntrackTable = { entries: new Map(), byTuple: new Map(), nextId: 1 }

/** The entry one of whose tuples this is, if it has not timed out. */
export function findEntry(
  table: ConntrackTable,
  tuple: Tuple,
  nowMs: number,
): { readonly entry: ConntrackEntry; readonly direction: 'original' | 'reply' } | undefined {
  const key = tupleKey(tuple)
  const entry = table.entries.get(table.byTuple.get(key) ?? 0)
  if (!entry || entry.timeoutAtMs <= nowMs) return undefined
  return { entry, direction: tupleKey(entry.original) === key ? 'original' : 'reply' }
}

/** Puts an entry in, or in the place of the one with its id. */
export function withEntry(table: ConntrackTable, entry: ConntrackEntry): ConntrackTable {
  const entries = new Map(table.entries)
  const byTuple = new Map(table.byTuple)
  const before = entries.get(entry.id)
  if (before) for (const tuple of [before.original, before.reply]) byTuple.delete(tupleKey(tuple))
  entries.set(entry.id, entry)
  for (const tuple of [entry.reply, entry.original]) byTuple.set(tupleKey(tuple), entry.id)
  return { entries, byTuple, nextId: Math.max(table.nextId, entry.id + 1) }
}

export function withoutEntry(table: ConntrackTable, id: number): ConntrackTable {
  const entry = table.entries.get(id)
  if (!entry) return table
  const entries = new Map(table.entries)
  const byTuple = new Map(table.byTuple)
  entries.delete(id)
  for (const tuple of [entry.original, entry.reply]) {
    if (byTuple.get(tupleKey(tuple)) === id) byTuple.delete(tupleKey(tuple))
  }
  return { ...table, entries, byTuple }
}

/** Whether a tuple is in use as either direction of a live entry other than `except`. */
export function isTaken(table: ConntrackTable, tuple: Tuple, nowMs: number, except: number): boolean {
  const found = findEntry(table, tuple, nowMs)
  return found !== undefined && found.entry.id !== except
}
