import { parsePortRange } from '@/model/packet/port'
import type { Design } from '@/model/project/design'
import { emptyDesign } from '@/model/project/document'
import type { Device, Service } from '@/model/topology/topology'
import type { JsonReader } from './json-reader'
import { type ReplayPacket, readReplayPacket } from './read-packet'
import { type ReplayDiagnostic, type RulesOfHost, readRules } from './read-rules'
import { type DeviceChange, readSysctls } from './read-sysctls'
import { readTopology } from './read-topology'

export interface ReplayCase {
  readonly design: Design
  /** What settings of the kernel change, by host. */
  readonly changes: ReadonlyMap<string, DeviceChange>
  /** Tables that results write with their family ("inet t"), by host. */
  readonly withFamily: ReadonlyMap<string, ReadonlySet<string>>
  readonly packets: readonly ReplayPacket[]
  /** The hosts' own stacks answer what reaches them. */
  readonly stackAnswers: boolean
  /** What rules and routers answer is not sent. */
  readonly quiet: boolean
  readonly seed: number
  readonly diagnostics: readonly ReplayDiagnostic[]
}

interface HostOfCase {
  readonly rules: RulesOfHost
  readonly change: DeviceChange | undefined
  readonly services: readonly Service[]
}

/** Reads a case. Throws BadCase with the place of what is wrong. */
export function readCase(reader: JsonReader): ReplayCase {
  const member = reader.object(['topology', 'hosts', 'packets', 'options', 'name'])
  const topology = readTopology(member('topology'))
  const diagnostics: ReplayDiagnostic[] = []
  const hosts = new Map<string, HostOfCase>()
  for (const [name, host] of member('hosts').optional((each) => each.entries()) ?? []) {
    if (!topology.names.includes(name)) host.refuse(`There is no host ${name} in the topology.`)
    hosts.set(name, readHost(name, host, diagnostics))
  }
  const options = readOptions(member('options'))
  const packets = member('packets')
    .list()
    .map((packet) => readReplayPacket(packet, topology.names, diagnostics))
  const devices = topology.devices.map((device) => withHost(device, hosts.get(device.id)))
  return {
    design: { ...emptyDesign('replay', 'Replay'), seed: options.seed, devices, links: topology.links },
    changes: new Map([...hosts].flatMap(([name, { change }]) => (change ? [[name, change] as const] : []))),
    withFamily: new Map([...hosts].map(([name, { rules }]) => [name, rules.withFamily])),
    packets,
    ...options,
    diagnostics,
  }
}

function readOptions(reader: JsonReader): Pick<ReplayCase, 'stackAnswers' | 'quiet' | 'seed'> {
  const member = reader.optional((each) => each.object(['stack_answers', 'quiet', 'seed']))
  return {
    stackAnswers: member?.('stack_answers').optional((each) => each.flag()) ?? false,
    quiet: member?.('quiet').optional((each) => each.flag()) ?? false,
    seed: member?.('seed').optional((each) => each.integer(0, 2 ** 32 - 1)) ?? 1,
  }
}

function readHost(name: string, reader: JsonReader, diagnostics: ReplayDiagnostic[]): HostOfCase {
  const member = reader.object(['ruleset', 'sysctl', 'listen'])
  return {
    rules: readRules(name, member('ruleset'), diagnostics),
    change: member('sysctl').optional((each) => readSysctls(name, each, diagnostics)),
    services: member('listen').optional((each) => each.list().map(readService)) ?? [],
  }
}

function readService(reader: JsonReader, index: number): Service {
  const found = /^(tcp|udp)\/(\d+)$/.exec(reader.text())
  const port = parsePortRange(found?.[2] ?? '')
  if (!found || !port.ok || port.value.first === 0)
    return reader.refuse('A listening port is written as "tcp/443".')
  const protocol = found[1] === 'udp' ? 'udp' : 'tcp'
  return { id: `service-${index + 1}`, name: reader.text(), protocol, port: port.value.first, tls: false }
}

function withHost(device: Device, host: HostOfCase | undefined): Device {
  if (!host) return device
  const { rules, services } = host
  return { ...device, firewall: rules.firewall, nat: { mode: rules.nat, mappings: [] }, services }
}
