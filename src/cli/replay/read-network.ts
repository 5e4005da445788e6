import { compileNetwork } from '@/engine/compile'
import type { Network } from '@/engine/network'
import { parsePortRange } from '@/model/packet/port'
import { emptyDesign } from '@/model/project/document'
import type { Device, Service } from '@/model/topology/topology'
import type { JsonReader } from './json-reader'
import { type ReplayDiagnostic, type RulesOfHost, readRules } from './read-rules'
import { type DeviceChange, readSysctls } from './read-sysctls'
import { readTopology } from './read-topology'
import { Remembered } from './remembered'

/** The hosts of a case with their rules, ready to run. */
export interface ReplayNetwork {
  readonly network: Network
  /** Names of hosts, in order. */
  readonly names: readonly string[]
  /** Tables that results write with their family ("inet t"), by host. */
  readonly withFamily: ReadonlyMap<string, ReadonlySet<string>>
  readonly diagnostics: readonly ReplayDiagnostic[]
}

const HOST_KEYS = new Set(['ruleset', 'sysctl', 'listen'])

interface HostOfCase {
  readonly rules: RulesOfHost
  readonly change: DeviceChange | undefined
  readonly services: readonly Service[]
}

const remembered = new Remembered<ReplayNetwork>(1_000_000)

export function readNetwork(topology: JsonReader, hosts: JsonReader): ReplayNetwork {
  const text = JSON.stringify([topology.value, hosts.value])
  return remembered.of(text, () => makeNetwork(topology, hosts))
}

function makeNetwork(topologyAt: JsonReader, hostsAt: JsonReader): ReplayNetwork {
  const { names, devices, links } = readTopology(topologyAt)
  const diagnostics: ReplayDiagnostic[] = []
  const hosts = new Map<string, HostOfCase>()
  for (const [name, host] of hostsAt.optional((each) => each.entries()) ?? []) {
    if (!names.includes(name)) host.refuse(`There is no host ${name} in the topology.`)
    hosts.set(name, readHost(name, host, diagnostics))
  }
  const ruled = devices.map((device) => withHost(device, hosts.get(device.id)))
  const network = compileNetwork({ ...emptyDesign('replay', 'Replay'), devices: ruled, links })
  const set = [...network.devices].map(
    // Conntrack runs on every host, so fragments are put together there.
    ([id, device]) => [id, { ...(hosts.get(id)?.change?.(device) ?? device), defragments: true }] as const,
  )
  return {
    network: { ...network, devices: new Map(set) },
    names,
    withFamily: new Map([...hosts].map(([name, { rules }]) => [name, rules.withFamily])),
    diagnostics,
  }
}

function readHost(name: string, reader: JsonReader, diagnostics: ReplayDiagnostic[]): HostOfCase {
  const member = reader.object(HOST_KEYS)
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
