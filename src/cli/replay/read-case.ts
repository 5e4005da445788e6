import { dialectOf } from '@/dialects/lookup'
import type { ConntrackSettings } from '@/engine/network'
import type { Firewall, NatMode } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { parseAddress } from '@/model/packet/address'
import { parsePortRange } from '@/model/packet/port'
import { parseInterfaceAddress, parsePrefix } from '@/model/packet/prefix'
import type { Design } from '@/model/project/design'
import { emptyDesign } from '@/model/project/document'
import type { Device, Interface, Link, Route, Service } from '@/model/topology/topology'
import { NO_NAMES } from '../translate'
import type { JsonReader } from './json-reader'
import { type ReplayPacket, readReplayPacket } from './read-packet'

/** Something to say about a rule text or a setting that does not stop the case. */
export interface ReplayDiagnostic {
  readonly host: string
  readonly kind: string
  readonly message: string
  readonly line?: number
  readonly column?: number
  readonly length?: number
}

export interface ReplayCase {
  readonly design: Design
  /** Settings of the tracker by host. */
  readonly conntrack: ReadonlyMap<string, Partial<ConntrackSettings>>
  readonly packets: readonly ReplayPacket[]
  readonly quiet: boolean
  readonly seed: number
  readonly diagnostics: readonly ReplayDiagnostic[]
}

/** Tools whose text is read, and in which language. */
const TOOLS: Readonly<Record<string, string>> = {
  'iptables-legacy-restore': 'iptables',
  'iptables-restore': 'iptables',
  'ip6tables-legacy-restore': 'ip6tables',
  'ip6tables-restore': 'ip6tables',
}
const TOOLS_TO_COME = ['nft', 'ipchains']

/** Reads a case as REPLAY describes it. Throws BadCase with the place of what is wrong. */
export function readCase(reader: JsonReader): ReplayCase {
  const member = reader.object(['topology', 'hosts', 'packets', 'options', 'name'])
  const topology = member('topology').object(['hosts'])('hosts').entries()
  if (topology.length === 0) member('topology').refuse('A case has at least one host.')
  const names = topology.map(([name]) => name)
  const links = new Map<string, { device: string; interface: string }[]>()
  const devices = topology.map(([name, host]) => readHost(name, host, links))
  const diagnostics: ReplayDiagnostic[] = []
  const conntrack = new Map<string, Partial<ConntrackSettings>>()
  const rules = new Map<string, RulesOfHost>()
  for (const [name, host] of member('hosts').optional((hosts) => hosts.entries()) ?? []) {
    if (!names.includes(name)) host.refuse(`There is no host ${name} in the topology.`)
    const of = host.object(['ruleset', 'sysctl', 'listen'])
    rules.set(name, readRules(name, of('ruleset'), diagnostics))
    const settings = of('sysctl').optional((each) => readSysctl(name, each, diagnostics))
    if (settings) conntrack.set(name, settings)
    const services = of('listen').optional((each) => each.list().map(readService)) ?? []
    const index = devices.findIndex((device) => device.id === name)
    const device = devices[index]
    if (device) devices[index] = { ...device, services }
  }
  const options = member('options').optional((each) => each.object(['stack_answers', 'quiet', 'seed']))
  const stack = options?.('stack_answers')
  if (stack?.optional((each) => each.flag()))
    stack.refuse(
      "Answers of the hosts' own stacks are not replayed yet. Leave the option out, and send both directions.",
    )
  const seed = options?.('seed').optional((each) => each.integer(0, 2 ** 32 - 1)) ?? 1
  const packets = member('packets')
    .list()
    .map((packet) => readReplayPacket(packet, names))
  const design: Design = {
    ...emptyDesign('replay', 'Replay'),
    seed,
    ...joined(
      devices.map((device) => withRules(device, rules.get(device.id))),
      links,
    ),
  }
  return {
    design,
    conntrack,
    packets,
    quiet: options?.('quiet').optional((each) => each.flag()) ?? false,
    seed,
    diagnostics,
  }
}

function readHost(
  name: string,
  host: JsonReader,
  links: Map<string, { device: string; interface: string }[]>,
): Device {
  const member = host.object(['interfaces', 'routes', 'forward'])
  const plugged = new Set<string>()
  const interfaces = member('interfaces')
    .entries()
    .map(([interfaceName, each]): Interface => {
      const of = each.object(['addr', 'link'])
      const link = of('link').optional((value) => value.text())
      if (link !== undefined) {
        links.set(link, [...(links.get(link) ?? []), { device: name, interface: interfaceName }])
        plugged.add(link)
      }
      const addresses = of('addr').optional((value) => value.oneOrMore().map(readInterfaceAddress)) ?? []
      return { id: interfaceName, name: interfaceName, addresses, side: 'outside' }
    })
  const forward = member('forward').optional((each) => each.flag()) ?? plugged.size > 1
  const routes = member('routes').optional((each) => each.list().map(readRoute)) ?? []
  return {
    id: name,
    kind: forward ? 'router' : 'server',
    name,
    position: { x: 0, y: 0 },
    interfaces,
    routes,
    host: { profile: 'linux' },
    services: [],
    // Conntrack runs on every host, as it does where packets are traced.
    firewall: { ...firewallKind('netfilter').create(), ruleset: { tables: [] } },
    nat: { mode: 'off', mappings: [] },
  }
}

function readInterfaceAddress(reader: JsonReader): Interface['addresses'][number] {
  const parsed = parseInterfaceAddress(reader.text())
  return parsed.ok
    ? parsed.value
    : reader.refuse(parsed.diagnostics[0]?.message ?? 'An address belongs here.')
}

function readRoute(reader: JsonReader, index: number): Route {
  const found = /^\s*(\S+)\s+via\s+(\S+)\s*$/.exec(reader.text())
  if (!found) return reader.refuse('A route is "default via ADDRESS" or "PREFIX via ADDRESS".')
  const via = parseAddress(found[2] ?? '')
  if (!via.ok) return reader.refuse(via.diagnostics[0]?.message ?? 'The gateway is no address.')
  const every = typeof via.value === 'bigint' ? '::/0' : '0.0.0.0/0'
  const destination = parsePrefix(found[1] === 'default' ? every : (found[1] ?? ''))
  if (!destination.ok)
    return reader.refuse(destination.diagnostics[0]?.message ?? 'The destination is no prefix.')
  return { id: `route-${index + 1}`, destination: destination.value, via: via.value }
}

function readService(reader: JsonReader, index: number): Service {
  const found = /^(tcp|udp)\/(\d+)$/.exec(reader.text())
  const port = parsePortRange(found?.[2] ?? '')
  if (!found || !port.ok) return reader.refuse('A listening port is written as "tcp/443".')
  const protocol = found[1] === 'udp' ? 'udp' : 'tcp'
  return { id: `service-${index + 1}`, name: reader.text(), protocol, port: port.value.first, tls: false }
}

interface RulesOfHost {
  readonly firewall: Firewall
  readonly nat: NatMode
}

/** One text, or one per address family. */
function readRules(host: string, reader: JsonReader, diagnostics: ReplayDiagnostic[]): RulesOfHost {
  const empty = { ...firewallKind('netfilter').create(), ruleset: { tables: [] } }
  if (!reader.isThere) return { firewall: empty, nat: 'off' }
  const families = new Set<string>()
  const read = reader.oneOrMore().map((each) => {
    const member = each.object(['tool', 'text'])
    const tool = member('tool')
    if (TOOLS_TO_COME.includes(tool.text())) tool.refuse(`The language of ${tool.text()} is not read yet.`)
    const id = TOOLS[tool.oneOf(Object.keys(TOOLS))] ?? ''
    if (families.has(id)) tool.refuse(`Two texts of ${id} on one host: the second would replace the first.`)
    families.add(id)
    const text = member('text')
    // Blank text is a ruleset without rules.
    if (text.text().trim() === '') return undefined
    const imported = dialectOf(id)?.parse?.(text.text(), { names: NO_NAMES, interfaces: [] })
    const wrong = imported?.diagnostics.find(({ kind }) => kind === 'syntax-error')
    if (wrong) return text.refuse(`Line ${wrong.line}, column ${wrong.column}: ${wrong.message}`)
    if (!imported?.ok) return text.refuse('The text cannot be read.')
    diagnostics.push(...imported.diagnostics.map((diagnostic) => ({ host, ...diagnostic })))
    // The importer shows a filter table always; the tool makes the tables that the text has.
    const tables = imported.value.firewall.ruleset.tables.filter(
      ({ name }) => name !== 'filter' || /^\*filter\b/m.test(text.text()),
    )
    return { ...imported.value, tables }
  })
  const texts = read.filter((each) => each !== undefined)
  if (texts.length === 0) return { firewall: empty, nat: 'off' }
  const tables = texts.flatMap((each) => each.tables)
  return { firewall: { ...empty, ruleset: { tables } }, nat: texts.find((each) => each.nat)?.nat ?? 'off' }
}

function withRules(device: Device, rules: RulesOfHost | undefined): Device {
  return rules ? { ...device, firewall: rules.firewall, nat: { mode: rules.nat, mappings: [] } } : device
}

/** Settings that change what the engine does; others are named and left alone. */
function readSysctl(
  host: string,
  reader: JsonReader,
  diagnostics: ReplayDiagnostic[],
): Partial<ConntrackSettings> {
  let settings: Partial<ConntrackSettings> = {}
  for (const [path, value] of reader.entries()) {
    const name = path.replaceAll('.', '/').replace(/^net\/netfilter\//, '')
    const on = () => Number(value.value) !== 0
    if (name === 'nf_conntrack_tcp_loose') settings = { ...settings, tcpLoose: on() }
    else if (name === 'nf_conntrack_tcp_be_liberal') settings = { ...settings, tcpBeLiberal: on() }
    else diagnostics.push({ host, kind: 'ignored', message: `${path} changes nothing here.` })
  }
  return settings
}

/** Two interfaces on a link are joined by a cable, more by a switch. */
function joined(
  devices: readonly Device[],
  links: ReadonlyMap<string, readonly { device: string; interface: string }[]>,
): { devices: Device[]; links: Link[] } {
  const switches: Device[] = []
  const cables: Link[] = []
  for (const [name, ends] of links) {
    const [first, second] = ends
    if (ends.length === 2 && first && second) cables.push({ id: name, ends: [first, second] })
    if (ends.length === 2) continue
    // A link with one end goes to a switch too: what is sent there has left the host.
    const id = `link ${name}`
    const ports = ends.map(
      (_, index): Interface => ({ id: `p${index}`, name: `p${index}`, addresses: [], side: 'outside' }),
    )
    switches.push({
      id,
      kind: 'switch',
      name: id,
      position: { x: 0, y: 0 },
      interfaces: ports,
      routes: [],
      host: { profile: 'linux' },
      services: [],
      firewall: firewallKind('none').create(),
      nat: { mode: 'off', mappings: [] },
    })
    ends.forEach((end, index) => {
      cables.push({ id: `${name} ${index}`, ends: [end, { device: id, interface: `p${index}` }] })
    })
  }
  return { devices: [...devices, ...switches], links: cables }
}
