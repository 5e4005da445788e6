import { type ConntrackTable, EMPTY_CONNTRACK } from './conntrack/table'
import type { FragmentQueue } from './fragments/queue'
import type { NetworkDevice } from './network'
import type { ErrorCredit } from './routing/error-rate'

/** What a device remembers between packets. A value: each packet makes a new one. */
export interface DeviceState {
  readonly conntrack: ConntrackTable
  /** Bindings of a home gateway: a table of their own, in which each is a connection with its reply tuple translated. */
  readonly bindings: ConntrackTable
  /** Fragments that wait for the rest of their packet, by where they wait and what they belong to. */
  readonly fragments: ReadonlyMap<string, FragmentQueue>
  /** How often senders may still be told that there is no route, by address. */
  readonly noRouteCredits: ReadonlyMap<string, ErrorCredit>
}

const NO_CREDITS: DeviceState['noRouteCredits'] = new Map()
const NO_FRAGMENTS: DeviceState['fragments'] = new Map()

/** The state of a device that has just been switched on. */
export function newDeviceState(_device?: NetworkDevice): DeviceState {
  return {
    conntrack: EMPTY_CONNTRACK,
    bindings: EMPTY_CONNTRACK,
    fragments: NO_FRAGMENTS,
    noRouteCredits: NO_CREDITS,
  }
}
