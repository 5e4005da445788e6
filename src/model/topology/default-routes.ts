import { FAMILY, type Family, familyOf, fromInteger, type IpAddress } from '../packet/address'
import { formatPrefix, type Prefix, prefixContains, prefixOf } from '../packet/prefix'
import type { Design } from '../project/design'
import { isPrivate } from './addressing'
import { type Attachment, segmentOf } from './segments'
import type { Device, Route } from './topology'

const FAMILIES: readonly Family[] = [4, 6]

/** Where the others of a segment send what is not for the segment: the internet, else the router that has it inside. */
export function gatewayOf(segment: readonly Attachment[]): Attachment | undefined {
  return (
    segment.find(({ device }) => device.kind === 'internet') ??
    segment.find(({ device, port }) => device.kind === 'router' && port.side === 'inside')
  )
}

function addressIn({ port }: Attachment, family: Family): Prefix | undefined {
  return port.addresses.find(({ address }) => familyOf(address) === family)
}

/** The address that is in the same network: an interface may be in several. */
function neighborIn({ port }: Attachment, own: Prefix): Prefix | undefined {
  return port.addresses.find(({ address }) => prefixContains(own, address))
}

function isDefault({ destination }: Route, family: Family): boolean {
  return destination.prefixLength === 0 && familyOf(destination.address) === family
}

/** A route with an id that tells what it is for. */
export function newRoute(device: Device, destination: Prefix, via: IpAddress): Route {
  const ids = new Set(device.routes.map((route) => route.id))
  const base =
    destination.prefixLength === 0
      ? `default-${FAMILY[familyOf(via)].name.toLowerCase()}`
      : formatPrefix(destination)
  let id = base
  for (let n = 2; ids.has(id); n++) id = `${base}-${n}`
  return { id, destination, via }
}

export function defaultRoute(device: Device, via: IpAddress): Route {
  return newRoute(device, { address: fromInteger(familyOf(via), 0n), prefixLength: 0 }, via)
}

/** Every device of the segment that has no default route gets one through its gateway. */
export function withDefaultRoutes(design: Design, segment: readonly Attachment[]): Design {
  const gateway = gatewayOf(segment)
  if (!gateway) return design
  const changed = new Map<string, Device>()
  for (const member of segment) {
    const { kind, id } = member.device
    if (id === gateway.device.id || kind === 'internet') continue
    if (kind === 'router' && member.port.side === 'inside') continue
    for (const family of FAMILIES) {
      const device = changed.get(id) ?? member.device
      const own = addressIn(member, family)
      const via = own && (neighborIn(gateway, own) ?? addressIn(gateway, family))
      if (!via) continue
      if (device.routes.some((route) => isDefault(route, family))) continue
      changed.set(id, { ...device, routes: [...device.routes, defaultRoute(device, via.address)] })
    }
  }
  return { ...design, devices: design.devices.map((device) => changed.get(device.id) ?? device) }
}

/** What lies behind a router's inside and is not hidden by its translation, hence must be known further out. */
function behind(router: Device): Prefix[] {
  const attached = router.interfaces
    .filter((each) => each.side === 'inside')
    .flatMap((each) => each.addresses.map(prefixOf))
  const further = router.routes
    .map((route) => route.destination)
    .filter(({ prefixLength }) => prefixLength > 0)
  return [...attached, ...further].filter(
    ({ address }) => router.nat.mode === 'off' || familyOf(address) === 6,
  )
}

/**
 * Tells the gateways further out what lies behind the routers of the segment, one step after the other up to the
 * internet, which learns public prefixes only.
 */
export function withReturnRoutes(design: Design, segment: readonly Attachment[]): Design {
  let current = design
  const queue = segment.filter(({ device }) => device.kind === 'router').map(({ device }) => device.id)
  // A router's routes only grow and only by prefixes that some router is attached to, so this comes to an end.
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const router = current.devices.find((device) => device.id === id)
    for (const port of router?.interfaces ?? []) {
      if (!router || port.side === 'inside') continue
      const around = segmentOf(current, { device: router.id, interface: port.id })
      const gateway = gatewayOf(around)?.device
      if (!gateway || gateway.id === router.id) continue
      const next = announced(gateway, router, port.addresses)
      if (next === gateway) continue
      current = {
        ...current,
        devices: current.devices.map((device) => (device.id === next.id ? next : device)),
      }
      if (next.kind === 'router') queue.push(next.id)
    }
  }
  return current
}

/** The gateway with routes to all that lies behind the router; itself where it knows all of it. */
function announced(gateway: Device, router: Device, addresses: readonly Prefix[]): Device {
  let device = gateway
  for (const prefix of behind(router)) {
    const via = addresses.find(({ address }) => familyOf(address) === familyOf(prefix.address))
    const hidden = device.kind === 'internet' && isPrivate(prefix.address)
    if (!via || hidden || knows(device, prefix)) continue
    device = { ...device, routes: [...device.routes, newRoute(device, prefix, via.address)] }
  }
  return device
}

function knows(device: Device, prefix: Prefix): boolean {
  const text = formatPrefix(prefix)
  return (
    device.routes.some(({ destination }) => formatPrefix(destination) === text) ||
    device.interfaces.some((each) => each.addresses.some((own) => prefixContains(own, prefix.address)))
  )
}
