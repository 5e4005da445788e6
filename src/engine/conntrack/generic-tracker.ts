import type { Tracker } from './tracker'

/** Protocols without a tracker of their own: told apart by their addresses alone. */
export const genericTracker: Tracker = {
  start: () => ({ kind: 'generic' }),
  advance: (entry, _packet, { settings }) => ({
    kind: 'accept',
    track: entry.track,
    timeoutMs: settings.timeouts.generic_timeout * 1000,
    assured: entry.assured,
  }),
}
