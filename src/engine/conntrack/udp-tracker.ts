import type { Tracker } from './tracker'

/** A flow that is answered and older than this is a stream [C5, C6]. */
const STREAM_AFTER_MS = 2000

export const udpTracker: Tracker = {
  start: (_packet, { nowMs }) => ({ kind: 'udp', streamFromMs: nowMs + STREAM_AFTER_MS }),
  advance: (entry, _packet, { nowMs, settings: { timeouts } }) => {
    const isStream = entry.seenReply && entry.track.kind === 'udp' && nowMs > entry.track.streamFromMs
    return {
      kind: 'accept',
      track: entry.track,
      timeoutMs: (isStream ? timeouts.udp_timeout_stream : timeouts.udp_timeout) * 1000,
      assured: entry.assured || isStream,
    }
  },
}
