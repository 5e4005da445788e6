import { applyEdit } from '../edits/apply'
import type { Edit } from '../edits/edit'
import type { Firewall, NatMode } from '../firewalls/firewall-kind'
import { firewallKind } from '../firewalls/lookup'
import type { IpAddress } from '../packet/address'
import type { Prefix } from '../packet/prefix'
import type { Design, FlowRequest, NameEntry } from '../project/design'
import { emptyDesign } from '../project/document'
import { connectEdit } from '../topology/connect'
import { newRoute } from '../topology/default-routes'
import { nodeKind } from '../topology/nodes/lookup'
import type { Device, Interface, NodeKindId, PortMapping } from '../topology/topology'
import type { PortAsked } from './rule-facts'
import { servicesOf } from './servers'

/** What rules were read from a text, as far as a drawing needs to know. */
export interface RulesOfDevice {
  readonly firewall: Firewall
  readonly nat?: NatMode
  readonly mappings?: readonly PortMapping[]
}

export interface PlannedHost {
  readonly id: string
  readonly kind: 'client' | 'server'
  readonly name: string
  readonly addresses: readonly Prefix[]
  readonly services: readonly PortAsked[]
}

/** An interface of the machine with the hosts behind it. */
export interface PlannedPort {
  readonly name: string
  readonly side: Interface['side']
  readonly addresses: readonly Prefix[]
  readonly hosts: readonly PlannedHost[]
}

/** Everything that is drawn, decided. */
export interface Plan {
  readonly machine: {
    readonly kind: NodeKindId
    readonly name: string
    readonly services: readonly PortAsked[]
    readonly rules: RulesOfDevice
  }
  readonly ports: readonly PlannedPort[]
  /** Outside addresses of a router without a filter between the machine and the internet, if there is one. */
  readonly gateway?: readonly Prefix[]
  /** Hosts on the internet. */
  readonly outside: readonly PlannedHost[]
  /** Prefixes inside that the next router must know the way to. */
  readonly known: readonly { readonly prefix: Prefix; readonly via: IpAddress }[]
  readonly names: readonly NameEntry[]
  readonly flows: readonly FlowRequest[]
}

export const MACHINE = 'machine'

const X = { host: 16, switch: 190, machine: 300, gateway: 500, internet: 640, outside: 800 } as const
const TOP = 40
const ROW = 96

const yOf = (row: number) => TOP + row * ROW

/** Half way down this many rows, for a card as high as a row. */
const middle = (rows: number) => yOf(Math.max(0, rows - 1) / 2)

/** Where what everything goes through stands: beside the middle of the hosts. */
const middleOf = ({ ports }: Plan) => middle(ports.reduce((rows, { hosts }) => rows + hosts.length, 0))

/** The design of a plan. Its parts are connected as a person who draws would have them connected. */
export function drawPlan(plan: Plan): Design {
  const drawing = new Drawing()
  drawing.add(machineOf(plan, drawing.design))
  const hasOutside = plan.ports.some(({ side }) => side === 'outside')
  if (hasOutside) drawing.create('internet', 'internet', { x: X.internet, y: middleOf(plan) })
  const uplink = plan.gateway ? addGateway(drawing, plan.gateway, middleOf(plan)) : 'internet'
  let row = 0
  for (const port of plan.ports) {
    const isUplink = port.side === 'outside'
    const shared = port.hosts.length + (isUplink ? 1 : 0) > 1
    const at = { x: X.switch, y: yOf(row) + middle(port.hosts.length) - TOP }
    const center = shared ? drawing.create('switch', `switch-${port.name}`, at) : MACHINE
    if (shared) drawing.connect(center, MACHINE, undefined, port.name)
    if (isUplink) drawing.connect(center, uplink, shared ? undefined : port.name)
    for (const host of port.hosts) {
      drawing.host(host, { x: X.host, y: yOf(row++) })
      drawing.connect(host.id, center, 'eth0', shared ? undefined : port.name)
    }
  }
  plan.outside.forEach((host, index) => {
    drawing.host(host, { x: X.outside, y: middleOf(plan) - middle(plan.outside.length) + yOf(index) })
    drawing.connect('internet', host.id, undefined, 'eth0')
  })
  return withFlows(withWayBack(drawing.design, plan), plan)
}

/** Devices and links one after the other, through the same edits as by hand. */
class Drawing {
  design: Design = emptyDesign('drawn', 'Drawn from rules')

  apply(edit: Edit): void {
    const applied = applyEdit(this.design, edit)
    if (!applied.ok) throw new Error(`a plan does not fit: ${applied.diagnostics[0]?.message}`)
    this.design = applied.value.design
  }

  add(device: Device): void {
    this.apply({ kind: 'add-device', device, index: this.design.devices.length })
  }

  create(kind: NodeKindId, id: string, position: Device['position']): string {
    this.add({ ...nodeKind(kind).create(this.design, position), id })
    return id
  }

  host(host: PlannedHost, position: Device['position']): void {
    const made = nodeKind(host.kind).create(this.design, position)
    const [first] = made.interfaces
    if (!first) throw new Error(`a ${host.kind} has an interface`)
    this.add({
      ...made,
      id: host.id,
      name: host.name,
      interfaces: [{ ...first, addresses: host.addresses }],
      services: servicesOf(host.services),
    })
  }

  connect(from: string, to: string, fromPort?: string, toPort?: string): void {
    const edit = connectEdit(this.design, from, to, {
      ...(fromPort !== undefined && { from: fromPort }),
      ...(toPort !== undefined && { to: toPort }),
    })
    if (!edit.ok) throw new Error(`a plan cannot be connected: ${edit.diagnostics[0]?.message}`)
    this.apply(edit.value)
  }
}

function machineOf(plan: Plan, design: Design): Device {
  const { machine, ports } = plan
  const made = nodeKind(machine.kind).create(design, { x: X.machine, y: middleOf(plan) })
  const { firewall, nat, mappings } = machine.rules
  return {
    ...made,
    id: MACHINE,
    name: machine.name,
    interfaces: ports.map(({ name, side, addresses }) => ({
      id: name,
      name,
      addresses,
      side: machine.kind === 'router' ? side : 'outside',
    })),
    services: servicesOf(machine.services),
    firewall,
    nat: { mode: nat ?? 'off', mappings: mappings ?? [] },
  }
}

function addGateway(drawing: Drawing, outside: readonly Prefix[], y: number): string {
  const gateway = nodeKind('router').create(drawing.design, { x: X.gateway, y })
  drawing.add({
    ...gateway,
    id: 'gateway',
    name: 'Gateway',
    interfaces: gateway.interfaces.map((each) =>
      each.side === 'outside' ? { ...each, addresses: outside } : each,
    ),
    firewall: firewallKind('none').create(),
  })
  drawing.connect('gateway', 'internet')
  return 'gateway'
}

/** The next router learns the networks whose addresses nobody translates. */
function withWayBack(design: Design, { known, gateway }: Plan): Design {
  const id = gateway ? 'gateway' : 'internet'
  const devices = design.devices.map((device) => {
    if (device.id !== id) return device
    const isKnown = ({ address }: Prefix) =>
      device.routes.some(({ destination }) => destination.address === address)
    const fresh = known.filter(({ prefix }) => !isKnown(prefix))
    return {
      ...device,
      routes: [...device.routes, ...fresh.map(({ prefix, via }) => newRoute(device, prefix, via))],
    }
  })
  return { ...design, devices }
}

function withFlows(design: Design, { flows, names }: Plan): Design {
  return { ...design, flows, names }
}
