import { startsEntry } from './icmp-types'
import type { Tracker } from './tracker'

/** Questions and their answers, told apart by the identifier [C1, C2]. Errors never get here. */
export const icmpTracker: Tracker = {
  start: (packet) => (packet.kind === 'icmp' && startsEntry(packet) ? { kind: 'icmp' } : undefined),
  advance: (entry, { family }, { settings: { timeouts } }) => ({
    kind: 'accept',
    track: entry.track,
    timeoutMs: (family === 4 ? timeouts.icmp_timeout : timeouts.icmpv6_timeout) * 1000,
    assured: entry.assured,
  }),
}
