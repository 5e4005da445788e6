import { followMaster } from '../nat/follow-master'
import { type Passage, record } from '../passage'
import type { Disposition } from '../trace'
import type { ConntrackEntry } from './entry'
import type { Expectation } from './expectation'
import { helpOnHook } from './helper-hook'
import { isTaken, withEntry } from './table'
import { track } from './track'
import { CONNTRACK_SETTINGS } from './tracker'

/**
 * The tracker at prerouting and output. A packet is looked at once per device: one that came back in by `lo` [E13], that
 * a rule took out of its sight [E16] or that answers another one [D1] has its state already.
 */
export function trackOnHook(passage: Passage): undefined {
  if (passage.tracking) {
    const { state, direction, entry } = passage.tracking
    if (passage.iif !== 'lo' || state === 'untracked') {
      record(passage, {
        kind: 'conntrack',
        change: 'looked-up',
        state,
        direction,
        ...(entry?.confirmed ? { tracked: entry } : {}),
      })
    }
    return
  }
  // Where nothing puts fragments together, nobody asks for a connection either.
  if (passage.packet.fragment) return
  const { device, nowMs, journey } = passage.visit
  const { state, direction, entry, table, change, ended, expected } = track({
    table: passage.state.conntrack,
    packet: passage.packet,
    nowMs,
    journey,
    checksChecksum: passage.iif !== undefined,
    settings: { ...CONNTRACK_SETTINGS, ...device.conntrack },
    ...(passage.helper === undefined ? {} : { helper: passage.helper }),
  })
  passage.state = { ...passage.state, conntrack: table }
  passage.tracking = { state, direction, ...(entry ? { entry } : {}) }
  if (expected) follow(passage, expected)
  if (ended) {
    record(passage, { kind: 'conntrack', change: 'destroyed', state, direction, tracked: ended })
  }
  const shown = entry && change !== 'created' ? { tracked: entry } : {}
  record(passage, { kind: 'conntrack', change, state, direction, ...shown })
}

/** Of a translated connection that a helper reads, the expected one is translated too. */
function follow(passage: Passage, expected: Expectation): void {
  const { conntrack } = passage.state
  const master = conntrack.entries.get(String(expected.master))
  const entry = passage.tracking?.entry
  if (!master || !entry) return
  const { nowMs, random } = passage.visit
  withTrackedEntry(
    passage,
    followMaster(entry, master, expected, { table: conntrack, entry: entry.id, nowMs, random }),
  )
}

/** Replaces the entry that the packet carries. Only before it is confirmed; the table has the others. */
export function withTrackedEntry(passage: Passage, entry: ConntrackEntry): void {
  if (passage.tracking) passage.tracking = { ...passage.tracking, entry }
}

/**
 * After the last hook: what came this far makes its entry stay [A7]. Where one of its tuples is taken meanwhile, the
 * packet is lost, by no rule [B5].
 */
export function confirmOnHook(passage: Passage): Disposition | undefined {
  const refused = helpOnHook(passage)
  if (refused) return refused
  const entry = passage.tracking?.entry
  if (!entry || entry.confirmed || passage.tracking?.direction !== 'original') return undefined
  const { conntrack } = passage.state
  const { nowMs } = passage.visit
  const clash = [entry.original, entry.reply].some((tuple) => isTaken(conntrack, tuple, nowMs, entry.id))
  if (clash) return { kind: 'nat-exhausted' }
  const confirmed = { ...entry, confirmed: true }
  withTrackedEntry(passage, confirmed)
  passage.state = { ...passage.state, conntrack: withEntry(conntrack, confirmed) }
  record(passage, {
    kind: 'conntrack',
    change: 'confirmed',
    state: passage.tracking.state,
    tracked: confirmed,
  })
  return undefined
}
