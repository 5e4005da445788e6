import type { Edit } from '../edits/edit'
import { type Family, familyOf } from '../packet/address'
import { type Prefix, prefixOf } from '../packet/prefix'
import type { Design } from '../project/design'
import { failure, type Result, success } from '../result'
import { freeAddress, unusedPrefix } from './addressing'
import { withDefaultRoutes, withReturnRoutes } from './default-routes'
import { freeName } from './nodes/new-device'
import { isPlugged, segmentOf } from './segments'
import type { Device, Endpoint, Interface, InterfaceAddress, Link } from './topology'

/** Ids of the interfaces that the person chose; the rest is chosen here. */
export interface ChosenInterfaces {
  readonly from?: string
  readonly to?: string
}

/**
 * The edit that joins two devices by a link, with everything that makes the link useful: interfaces, addresses of a
 * prefix of its own, default routes, the routes back, and the name server of clients. What is there already is kept.
 */
export function connectEdit(
  design: Design,
  fromDevice: string,
  toDevice: string,
  interfaces: ChosenInterfaces = {},
): Result<Edit> {
  const from = design.devices.find((device) => device.id === fromDevice)
  const to = design.devices.find((device) => device.id === toDevice)
  if (!from || !to) return failure(`There is no device with the id ${from ? toDevice : fromDevice}.`)
  if (from === to) return failure('A link joins two devices. Choose another one.')
  const [fromSide, toSide] = sidesOf(design, from, to)
  const here = choosePort(design, from, fromSide, interfaces.from)
  if (!here.ok) return here
  const there = choosePort(design, to, toSide, interfaces.to)
  if (!there.ok) return there

  const link: Link = {
    id: newLinkId(design),
    ends: [
      { device: from.id, interface: here.value.port },
      { device: to.id, interface: there.value.port },
    ],
  }
  const joined: Design = {
    ...design,
    devices: design.devices.map((device) =>
      device.id === from.id ? here.value.device : device.id === to.id ? there.value.device : device,
    ),
    links: [...design.links, link],
  }
  const complete = completeSegment(joined, link.ends[0])
  return success({
    kind: 'batch',
    edits: [...deviceEdits(design, complete), { kind: 'add-link', link, index: design.links.length }],
  })
}

/** Addresses, default routes, routes back and name servers for the segment that this end is on. */
function completeSegment(design: Design, end: Endpoint): Design {
  const addressed = withAddresses(design, end)
  const routed = withDefaultRoutes(addressed, segmentOf(addressed, end))
  return withNameServers(withReturnRoutes(routed, segmentOf(routed, end)))
}

function newLinkId(design: Design): string {
  return freeName('link', new Set(design.links.map((link) => link.id)), '-')
}

/** Whether an outside interface of the router is in use: it then has what the other one is looking for. */
function isUplinked(design: Design, device: Device): boolean {
  return device.interfaces.some(
    (each) => each.side === 'outside' && isPlugged(design, { device: device.id, interface: each.id }),
  )
}

/** Which side of each device the link belongs on. Only routers have an inside. */
function sidesOf(design: Design, from: Device, to: Device): [Interface['side'], Interface['side']] {
  const side = (self: Device, other: Device): Interface['side'] => {
    if (self.kind !== 'router') return 'outside'
    if (other.kind === 'internet') return 'outside'
    if (other.kind !== 'router') return 'inside'
    const [selfUp, otherUp] = [isUplinked(design, self), isUplinked(design, other)]
    return selfUp === otherUp ? (self === from ? 'inside' : 'outside') : selfUp ? 'inside' : 'outside'
  }
  return [side(from, to), side(to, from)]
}

/** Interface names of a new interface: "lan 2" would not be one, so numbers are joined without a gap. */
function newInterfaceName(device: Device, side: Interface['side']): string {
  const taken = new Set(device.interfaces.flatMap((each) => [each.name.toLowerCase(), each.id.toLowerCase()]))
  if (device.kind === 'router') return freeName(side === 'inside' ? 'lan' : 'wan', taken, '')
  const base = device.kind === 'switch' ? 'port' : device.kind === 'internet' ? 'net' : 'eth'
  for (let n = device.kind === 'switch' ? 1 : 0; ; n++) {
    if (!taken.has(`${base}${n}`)) return `${base}${n}`
  }
}

function choosePort(
  design: Design,
  device: Device,
  side: Interface['side'],
  chosen: string | undefined,
): Result<{ device: Device; port: string }> {
  const free = (each: Interface) => !isPlugged(design, { device: device.id, interface: each.id })
  if (chosen !== undefined) {
    const port = device.interfaces.find((each) => each.id === chosen)
    if (!port) return failure(`${device.name} has no interface ${chosen}.`)
    if (!free(port)) {
      return failure(
        `Interface ${port.name} of ${device.name} is plugged in already. Remove its link first, or add an interface.`,
      )
    }
    return success({ device, port: port.id })
  }
  const port = device.interfaces.find((each) => each.side === side && free(each))
  if (port)
    return success({ device: device.kind === 'internet' ? cleared(device, port) : device, port: port.id })
  const name = newInterfaceName(device, side)
  const added: Interface = { id: name, name, addresses: [], side }
  return success({ device: { ...device, interfaces: [...device.interfaces, added] }, port: name })
}

/** The internet's interfaces are automatic: one left over from a removed link starts anew. */
function cleared(device: Device, port: Interface): Device {
  return {
    ...device,
    interfaces: device.interfaces.map((each) => (each === port ? { ...each, addresses: [] } : each)),
  }
}

/** Gives an address of every prefix of the segment to the interfaces that have none, and a prefix where it has none. */
function withAddresses(design: Design, end: Endpoint): Design {
  const segment = segmentOf(design, end)
  const prefixes = prefixesOf(segment.flatMap(({ port }) => port.addresses))
  if (prefixes.length === 0) {
    const isPublic = segment.some(({ device }) => device.kind === 'internet')
    for (const family of [4, 6] as const satisfies readonly Family[]) {
      const prefix = unusedPrefix(design, family, isPublic)
      if (prefix) prefixes.push(prefix)
    }
  }
  const taken = new Set(
    design.devices.flatMap((device) =>
      device.interfaces.flatMap((each) => each.addresses.map((a) => a.address)),
    ),
  )
  // Gateways choose first, so that they get the .1 that people expect.
  const order = [...segment].sort((a, b) => rank(a.device) - rank(b.device))
  const given = new Map<string, InterfaceAddress[]>()
  for (const attachment of order) {
    if (attachment.port.addresses.length > 0) continue
    const addresses = prefixes.flatMap((prefix): InterfaceAddress[] => {
      const address = freeAddress(prefix, taken, attachment)
      if (address === undefined) return []
      taken.add(address)
      return [{ address, prefixLength: prefix.prefixLength }]
    })
    given.set(`${attachment.device.id} ${attachment.port.id}`, addresses)
  }
  const devices = design.devices.map((device) => ({
    ...device,
    interfaces: device.interfaces.map((each) => {
      const addresses = given.get(`${device.id} ${each.id}`)
      return addresses ? { ...each, addresses } : each
    }),
  }))
  return { ...design, devices: devices.map((device, at) => keepIfSame(design.devices[at], device)) }
}

function rank(device: Device): number {
  return device.kind === 'internet' ? 0 : device.kind === 'router' ? 1 : 2
}

/** The first prefix of each family, in the order in which they were found. */
function prefixesOf(addresses: readonly InterfaceAddress[]): Prefix[] {
  const found: Prefix[] = []
  for (const address of addresses) {
    const prefix = prefixOf(address)
    if (!found.some((other) => familyOf(other.address) === familyOf(prefix.address))) found.push(prefix)
  }
  return found
}

function keepIfSame(before: Device | undefined, after: Device): Device {
  return before?.interfaces.every((each, at) => each === after.interfaces[at]) ? before : after
}

/** Clients and routers that know nobody to ask for names ask the internet's name server, if they have a way to it. */
function withNameServers(design: Design): Design {
  const internet = design.devices.find((device) => device.kind === 'internet')
  if (!internet?.services.some((service) => service.protocol === 'udp' && service.port === 53)) return design
  const [server] = internet.interfaces
    .flatMap((each) => each.addresses)
    .filter((a) => familyOf(a.address) === 4)
  if (!server) return design
  const asks = (device: Device) => device.kind === 'client' || device.kind === 'router'
  const devices = design.devices.map((device) =>
    asks(device) &&
    device.nameServer === undefined &&
    device.routes.some((route) => route.destination.prefixLength === 0)
      ? { ...device, nameServer: server.address }
      : device,
  )
  return { ...design, devices }
}

/** What changed in each device, as edits. */
function deviceEdits(before: Design, after: Design): Edit[] {
  return after.devices.flatMap((device, at): Edit[] => {
    const old = before.devices[at]
    if (!old || old === device) return []
    const parts = {
      ...(old.interfaces !== device.interfaces && { interfaces: device.interfaces }),
      ...(old.routes !== device.routes && { routes: device.routes }),
      ...(device.nameServer !== undefined &&
        old.nameServer !== device.nameServer && { nameServer: device.nameServer }),
    }
    return Object.keys(parts).length === 0 ? [] : [{ kind: 'set-device', id: device.id, parts }]
  })
}
