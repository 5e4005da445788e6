import type { EntryView } from '../trace'
import type { ConntrackEntry } from './entry'
import { formatTuple } from './tuple'

/** The entry as tables on screen show it. */
export function entryView(entry: ConntrackEntry): EntryView {
  const { id, original, reply, track, seenReply, assured, timeoutAtMs, createdBy } = entry
  return {
    id,
    protocol: original.protocol,
    original: formatTuple(original),
    reply: formatTuple(reply),
    state: track.kind === 'tcp' ? track.state : seenReply ? 'REPLIED' : 'UNREPLIED',
    seenReply,
    assured,
    timeoutAtMs,
    createdBy,
  }
}
