import type { Tracker } from './tracker'

/** `nf_conntrack_generic_timeout`, seconds. */
const TIMEOUT_S = 600

/** Protocols without a tracker of their own: told apart by their addresses alone. */
export const genericTracker: Tracker = {
  start: () => ({ kind: 'generic' }),
  advance: (entry) => ({
    kind: 'accept',
    track: entry.track,
    timeoutMs: TIMEOUT_S * 1000,
    assured: entry.assured,
  }),
}
