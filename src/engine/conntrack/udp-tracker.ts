import type { Tracker } from './tracker'

/** Source: nf_conntrack-sysctl.rst, defaults; [C5, C6]. */
const TIMEOUT_S = { unreplied: 30, stream: 120 } as const
/** A flow that is answered and older than this is a stream. */
const STREAM_AFTER_MS = 2000

export const udpTracker: Tracker = {
  start: (_packet, { nowMs }) => ({ kind: 'udp', streamFromMs: nowMs + STREAM_AFTER_MS }),
  advance: (entry, _packet, { nowMs }) => {
    const isStream = entry.seenReply && entry.track.kind === 'udp' && nowMs > entry.track.streamFromMs
    return {
      kind: 'accept',
      track: entry.track,
      timeoutMs: (isStream ? TIMEOUT_S.stream : TIMEOUT_S.unreplied) * 1000,
      assured: entry.assured || isStream,
    }
  },
}
