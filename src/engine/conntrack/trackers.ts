import { PROTOCOL } from '@/model/packet/packet'
import { genericTracker } from './generic-tracker'
import { icmpTracker } from './icmp-tracker'
import { tcpTracker } from './tcp-tracker'
import type { Tracker } from './tracker'
import { udpTracker } from './udp-tracker'

/** Protocol number -> its tracker. */
const TRACKERS: ReadonlyMap<number, Tracker> = new Map([
  [PROTOCOL.tcp, tcpTracker],
  [PROTOCOL.udp, udpTracker],
  [PROTOCOL.udplite, udpTracker],
  [PROTOCOL.icmp, icmpTracker],
  [PROTOCOL.icmpv6, icmpTracker],
])

export function trackerFor(protocol: number): Tracker {
  return TRACKERS.get(protocol) ?? genericTracker
}
