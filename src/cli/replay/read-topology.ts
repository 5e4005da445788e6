import { firewallKind } from '@/model/firewalls/lookup'
import { familyOf, formatAddress, parseAddress } from '@/model/packet/address'
import { formatPrefix, parseInterfaceAddress, parsePrefix, prefixContains } from '@/model/packet/prefix'
import type { Device, Interface, Link, Route } from '@/model/topology/topology'
import type { JsonReader } from './json-reader'

/** Hosts, with a switch for each link that does not join exactly two interfaces. */
export interface ReplayTopology {
  /** Names of hosts, without the switches. */
  readonly names: readonly string[]
  readonly devices: readonly Device[]
  readonly links: readonly Link[]
}

const TOPOLOGY_KEYS = new Set(['hosts'])
const HOST_KEYS = new Set(['interfaces', 'routes', 'forward'])
const INTERFACE_KEYS = new Set(['addr', 'link', 'mtu'])
/** RFC 791: every link takes packets of 68 bytes. */
const SMALLEST_MTU = 68

interface LinkEnd {
  readonly device: string
  readonly interface: string
}

export function readTopology(reader: JsonReader): ReplayTopology {
  const hosts = reader.object(TOPOLOGY_KEYS)('hosts')
  const entries = hosts.entries()
  if (entries.length === 0) hosts.refuse('A case has at least one host.')
  const ends = new Map<string, LinkEnd[]>()
  const devices = entries.map(([name, host]) => readHost(name, host, ends))
  return { names: devices.map(({ name }) => name), ...joined(devices, ends) }
}

function readHost(name: string, host: JsonReader, ends: Map<string, LinkEnd[]>): Device {
  const member = host.object(HOST_KEYS)
  const plugged = new Set<string>()
  const interfaces = member('interfaces')
    .entries()
    .map(([interfaceName, each]): Interface => {
      const of = each.object(INTERFACE_KEYS)
      const link = of('link').optional((value) => value.text())
      if (link !== undefined) {
        if (interfaceName === 'lo') of('link').refuse('lo is the host itself: it is on no link.')
        ends.set(link, [...(ends.get(link) ?? []), { device: name, interface: interfaceName }])
        plugged.add(link)
      }
      const addresses = of('addr').optional((value) => value.oneOrMore().map(readInterfaceAddress)) ?? []
      const mtu = of('mtu').optional((value) => value.integer(SMALLEST_MTU, 65_535))
      const side = 'outside'
      return { id: interfaceName, name: interfaceName, addresses, side, ...(mtu !== undefined && { mtu }) }
    })
  const forward = member('forward').optional((each) => each.flag()) ?? plugged.size > 1
  return {
    ...bareDevice(name, forward ? 'router' : 'server'),
    interfaces,
    routes: member('routes').optional((each) => readRoutes(each, name, interfaces)) ?? [],
    // Conntrack runs on every host, as it does where packets are traced.
    firewall: { ...firewallKind('netfilter').create(), ruleset: { tables: [] } },
  }
}

function bareDevice(name: string, kind: Device['kind']): Device {
  return {
    id: name,
    kind,
    name,
    position: { x: 0, y: 0 },
    interfaces: [],
    routes: [],
    host: { profile: 'linux' },
    services: [],
    firewall: firewallKind('none').create(),
    nat: { mode: 'off', mappings: [] },
  }
}

function readInterfaceAddress(reader: JsonReader): Interface['addresses'][number] {
  return reader.parsed(parseInterfaceAddress(reader.text()))
}

/** What the kernel would refuse is refused, since a route that is not there would change the answer. */
function readRoutes(reader: JsonReader, host: string, interfaces: readonly Interface[]): Route[] {
  const seen = new Set<string>()
  const own = interfaces.flatMap(({ addresses }) => addresses)
  return reader.list().map((each, index) => {
    const { destination, via } = readRoute(each)
    const [prefix, gateway] = [formatPrefix(destination), formatAddress(via)]
    if (familyOf(destination.address) !== familyOf(via))
      each.refuse(`${prefix} and ${gateway} are of two address families.`)
    if (own.some(({ address }) => address === via)) each.refuse(`${gateway} is an address of ${host} itself.`)
    if (!own.some((attached) => prefixContains(attached, via)))
      each.refuse(`${gateway} is on no network that ${host} is attached to.`)
    if (seen.has(prefix)) each.refuse(`There is a route to ${prefix} already.`)
    seen.add(prefix)
    return { id: `route-${index + 1}`, destination, via }
  })
}

function readRoute(reader: JsonReader): Omit<Route, 'id'> {
  const found = /^\s*(\S+)\s+via\s+(\S+)\s*$/.exec(reader.text())
  if (!found) return reader.refuse('A route is "default via ADDRESS" or "PREFIX via ADDRESS".')
  const [, to = '', gateway = ''] = found
  const via = reader.parsed(parseAddress(gateway))
  const every = familyOf(via) === 6 ? '::/0' : '0.0.0.0/0'
  return { destination: reader.parsed(parsePrefix(to === 'default' ? every : to)), via }
}

/** Two interfaces on a link are joined by a cable; one or more than two by a switch. */
function joined(
  hosts: readonly Device[],
  linkEnds: ReadonlyMap<string, readonly LinkEnd[]>,
): Pick<ReplayTopology, 'devices' | 'links'> {
  const switches: Device[] = []
  const links: Link[] = []
  for (const [name, ends] of linkEnds) {
    const [first, second] = ends
    if (ends.length === 2 && first && second) {
      links.push({ id: name, ends: [first, second] })
      continue
    }
    const id = `link ${name}`
    const port = (index: number) => `p${index}`
    switches.push({
      ...bareDevice(id, 'switch'),
      interfaces: ends.map(
        (_, index): Interface => ({ id: port(index), name: port(index), addresses: [], side: 'outside' }),
      ),
    })
    ends.forEach((end, index) => {
      links.push({ id: `${name} ${index}`, ends: [end, { device: id, interface: port(index) }] })
    })
  }
  return { devices: [...hosts, ...switches], links }
}
