import { type Prefix, prefixOf } from '../packet/prefix'
import { nodeKind } from './nodes/lookup'
import type { Device, Interface } from './topology'

/** Whether the device passes on what is meant for others. */
export function forwards(device: Pick<Device, 'kind'>): boolean {
  return nodeKind(device.kind).forwards
}

/** How a firewall kind asks where its chains hang. */
export function placeOf(device: Pick<Device, 'kind'>): 'router' | 'host' {
  return forwards(device) ? 'router' : 'host'
}

export function interfacesOn(device: Pick<Device, 'interfaces'>, side: Interface['side']): Interface[] {
  return device.interfaces.filter((each) => each.side === side)
}

/**
 * The prefixes that "LAN" stands for: those of the inside interfaces. A device without an inside, such as a client with
 * a filter of its own, is in its LAN rather than in front of it: there they are the prefixes it is attached to.
 */
export function lanPrefixes(device: Pick<Device, 'kind' | 'interfaces'>): Prefix[] {
  const inside = interfacesOn(device, 'inside')
  const of = inside.length > 0 || forwards(device) ? inside : device.interfaces
  return of.flatMap((each) => each.addresses.map(prefixOf))
}
