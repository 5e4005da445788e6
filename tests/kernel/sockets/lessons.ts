import { parseRequest } from '@/applications/request'
import { runFlow } from '@/applications/run-flow'
import { iptables } from '@/dialects/iptables/iptables'
import { compileNetwork } from '@/engine/compile'
import { LESSONS } from '@/lessons/index'
import { formatAddress } from '@/model/packet/address'
import { formatPrefix } from '@/model/packet/prefix'
import type { Design, FlowRequest } from '@/model/project/design'
import { settingsOf } from '@/model/topology/host-profiles'
import { namesOf, resolverFor } from '@/model/topology/names'
import { nodeKind } from '@/model/topology/nodes/lookup'
import { forwards, placeOf } from '@/model/topology/sides'
import type { Device } from '@/model/topology/topology'
import type { HostRules, HostSpec } from '../case'
import { wordOf } from './engine'
import type { Question, Try } from './question'

/** The flows of a lesson's design, with the outcomes of the app. */
export interface LessonQuestion {
  readonly name: string
  readonly asked: Question
  readonly expected: readonly string[]
  /** Flows that are not compared, and why. */
  readonly leftOut: readonly string[]
}

/** Each lesson as it begins and as it is solved, its rules as the iptables text that the app exports. */
export function lessonQuestions(): LessonQuestion[] {
  return LESSONS.flatMap(({ title, start, solution }) => [
    questionOf(`${title} (as it begins)`, start()),
    questionOf(`${title} (solved)`, solution()),
  ])
}

function questionOf(name: string, design: Design): LessonQuestion {
  const network = compileNetwork(design)
  const hosts = design.devices.filter(({ kind }) => nodeKind(kind).hasAddresses)
  const told = design.flows.map((flow) => ({ flow, tried: triesOf(design, flow) }))
  const compared = told.flatMap(({ flow, tried }) => (typeof tried === 'string' ? [] : [{ flow, tried }]))
  return {
    name,
    asked: {
      topology: { hosts: Object.fromEntries(hosts.map((device) => [device.id, hostSpec(design, device)])) },
      hosts: Object.fromEntries(hosts.map((device) => [device.id, hostRules(design, device)])),
      tries: compared.map(({ tried }) => tried),
    },
    expected: compared.map(({ flow }) => wordOf(runFlow(network, design, flow).outcome.cause)),
    leftOut: told.flatMap(({ flow, tried }) =>
      typeof tried === 'string' ? [`${flow.name || flow.to}: ${tried}`] : [],
    ),
  }
}

/** The one connection that a flow opens, or why it cannot be compared. */
function triesOf(design: Design, flow: FlowRequest): Try | string {
  const request = parseRequest(flow, design)
  if (!request.ok) return 'its request cannot be read'
  const { application, destinations } = request.value
  const [destination] = destinations
  if (destinations.length !== 1 || !destination || flow.connections !== 1)
    return 'it opens several connections'
  if (application.protocol === 'icmp') return 'it opens no connection'
  const device = design.devices.find(({ id }) => id === flow.from)
  const to = application.id === 'dns' ? device?.nameServer : destination.address
  if (!device || to === undefined) return 'it has no destination'
  const sport = flow.sourcePort ?? device.host.firstPort
  return {
    from: flow.from,
    proto: application.protocol,
    to: formatAddress(to),
    port: destination.port,
    ...(sport === undefined ? {} : { sport }),
  }
}

function hostSpec(design: Design, device: Device): HostSpec {
  const linkOf = (port: string) =>
    design.links.find(({ ends }) => ends.some((end) => end.device === device.id && end.interface === port))
  const interfaces = device.interfaces.map(({ id, name, addresses }) => [
    name,
    {
      addr: addresses.map(({ address, prefixLength }) => `${formatAddress(address)}/${prefixLength}`),
      link: linkOf(id)?.id ?? `${device.id} ${id}`,
    },
  ])
  return {
    interfaces: Object.fromEntries(interfaces),
    routes: device.routes.map(
      ({ destination, via }) => `${formatPrefix(destination)} via ${formatAddress(via)}`,
    ),
    forward: forwards(device),
  }
}

function hostRules(design: Design, device: Device): HostRules {
  const { first, last } = settingsOf(device).ephemeralPorts
  const rules: HostRules = {
    listen: device.services.map(({ protocol, port }) => `${protocol}/${port}`),
    sysctl: { 'net/ipv4/ip_local_port_range': `${first} ${last}` },
  }
  if (device.firewall.kind === 'none' && device.nat.mode === 'off') return rules
  const resolver = resolverFor(design, device.id)
  const printed = iptables.print?.(device.firewall, {
    names: namesOf(design),
    interfaces: device.interfaces.map(({ name, side }) => ({ name, side })),
    resolve: (token) => resolver.token(token),
    resolveSet: (name) => resolver.set(name),
    designName: design.name,
    deviceName: device.name,
    place: placeOf(device),
    nat: device.nat.mode,
    mappings: device.nat.mappings,
  })
  if (!printed?.complete) throw new Error(`${device.name} cannot be said in iptables`)
  return { ...rules, ruleset: { tool: 'iptables-legacy-restore', text: printed.text } }
}
