import type { Passage } from '../passage'
import { withTrackedEntry } from './conntrack-hook'
import { withEntry } from './table'

/** Gives the packet's connection a mark, in the table too where it stands there already. */
export function setConnectionMark(passage: Passage, mark: number): void {
  const entry = passage.tracking?.entry
  if (!entry || entry.mark === mark) return
  withTrackedEntry(passage, { ...entry, mark })
  const { conntrack } = passage.state
  const kept = conntrack.entries.get(String(entry.id))
  if (kept) passage.state = { ...passage.state, conntrack: withEntry(conntrack, { ...kept, mark }) }
}
