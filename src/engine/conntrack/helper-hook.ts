import { type Passage, record } from '../passage'
import { LOOPBACK_INTERFACE } from '../routing/lookup'
import type { Disposition } from '../trace'
import type { ConntrackEntry } from './entry'
import { helpFtp } from './ftp-helper'
import { withShiftedNumbers } from './sequence-adjustment'
import { isLive, withEntry } from './table'

/**
 * Behind the last chain, with translation done: a helper reads the segment, and where it has changed lengths before, sequence
 * numbers are moved (`nf_confirm` of the kernel). A segment that the helper cannot make anything of is lost.
 */
export function helpOnHook(passage: Passage): Disposition | undefined {
  const { packet, tracking, visit } = passage
  if (packet.kind !== 'tcp' || !tracking?.entry) return undefined
  const { direction, state } = tracking
  const { nowMs, random } = visit
  const { conntrack } = passage.state
  let entry: ConntrackEntry | undefined = conntrack.entries.get(String(tracking.entry.id))
  if (!entry || !isLive(entry, nowMs)) return undefined
  if (entry.helper && state === 'established') {
    const { helper } = entry
    const helped = helpFtp({ packet, entry, helper, direction, table: conntrack, nowMs, random })
    if (!helped) return { kind: 'helper-refused' }
    passage.state = { ...passage.state, conntrack: withEntry(helped.table, helped.entry) }
    change(passage, helped.packet)
    entry = helped.entry
  }
  const isLoopback = passage.oif === LOOPBACK_INTERFACE || passage.iif === LOOPBACK_INTERFACE
  if (entry.shifts && !isLoopback && passage.packet.kind === 'tcp')
    change(passage, withShiftedNumbers(passage.packet, entry.shifts, direction))
  return undefined
}

function change(passage: Passage, after: Passage['packet']): void {
  const { packet: before } = passage
  if (after === before) return
  passage.packet = after
  record(passage, { kind: 'translated', change: 'payload', by: 'helper', before, after })
}
