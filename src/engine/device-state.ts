import { type ConntrackTable, EMPTY_CONNTRACK } from './conntrack/table'
import { type BindingTable, EMPTY_BINDINGS } from './nat/bindings'

/** What a device remembers between packets. A value: each packet makes a new one. */
export interface DeviceState {
  readonly conntrack: ConntrackTable
  readonly bindings: BindingTable
}

export function newDeviceState(): DeviceState {
  return { conntrack: EMPTY_CONNTRACK, bindings: EMPTY_BINDINGS }
}
