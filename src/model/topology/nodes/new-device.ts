import type { FirewallKindId, NatMode } from '../../firewalls/firewall-kind'
import { firewallKind } from '../../firewalls/lookup'
import type { Design } from '../../project/design'
import type { Device, Interface, NodeKindId, Service } from '../topology'

/** What a new device of one kind is made from. */
export interface NewDevice {
  readonly kind: NodeKindId
  /** The first one gets the bare name, the next "Laptop 2". */
  readonly name: string
  readonly interfaces: readonly Pick<Interface, 'name' | 'side'>[]
  readonly profile: string
  readonly firewall: FirewallKindId
  readonly nat: NatMode
  readonly services: readonly Omit<Service, 'id'>[]
}

/** The first of `base`, `base 2`, `base 3` ... (joined by `gap`) that is not taken. */
export function freeName(base: string, taken: ReadonlySet<string>, gap: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}${gap}${n}`
    if (!taken.has(name.toLowerCase())) return name
  }
}

export function newDevice(design: Design, position: Device['position'], from: NewDevice): Device {
  const names = new Set(design.devices.map((device) => device.name.toLowerCase()))
  const ids = new Set(design.devices.map((device) => device.id.toLowerCase()))
  return {
    id: freeName(from.kind, ids, '-'),
    kind: from.kind,
    name: freeName(from.name, names, ' '),
    position,
    interfaces: from.interfaces.map(({ name, side }) => ({ id: name, name, addresses: [], side })),
    routes: [],
    host: { profile: from.profile },
    services: from.services.map((service) => ({ ...service, id: service.name })),
    firewall: firewallKind(from.firewall).create(),
    nat: { mode: from.nat, mappings: [] },
  }
}
