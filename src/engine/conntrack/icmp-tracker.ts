import { startsEntry } from './icmp-types'
import type { Tracker } from './tracker'

/** `nf_conntrack_icmp_timeout`, seconds. */
const TIMEOUT_S = 30

/** Questions and their answers, told apart by the identifier [C1, C2]. Errors never get here. */
export const icmpTracker: Tracker = {
  start: (packet) => (packet.kind === 'icmp' && startsEntry(packet) ? { kind: 'icmp' } : undefined),
  advance: (entry) => ({
    kind: 'accept',
    track: entry.track,
    timeoutMs: TIMEOUT_S * 1000,
    assured: entry.assured,
  }),
}
