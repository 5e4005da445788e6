import type { CtState, FieldId } from '@/model/fields/field'
import type { Firewall, FirewallKindId } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { netfilterTable } from '@/model/firewalls/netfilter'
import { writtenRule } from '@/model/firewalls/written-rule'
import { type IpAddress, parseAddress } from '@/model/packet/address'
import { icmpPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import type { IcmpPacket, Packet, TcpPacket, UdpPacket } from '@/model/packet/packet'
import { parseInterfaceAddress, parsePrefix } from '@/model/packet/prefix'
import { parseFlagLetters } from '@/model/packet/tcp-flags'
import type { Design } from '@/model/project/design'
import type { Result } from '@/model/result'
import { replaceChain } from '@/model/ruleset/chains'
import type { Chain, Policy, Ruleset, Table, Target } from '@/model/ruleset/ruleset'
import { namesOf } from '@/model/topology/names'
import type { Device, NodeKindId, PortMapping } from '@/model/topology/topology'
import { compileNetwork } from './compile'
import { type DeviceState, newDeviceState } from './device-state'
import type { ConntrackSettings, Network } from './network'
import { arrive, originate, type PipelineResult, type Visit } from './pipeline'
import { type RecordedStep, stepsOf } from './recording'
import type { Disposition, TraceStep } from './trace'

/*
 * The network in which the kernel was measured, for tests of the engine:
 *
 *   client 192.168.1.10 -- lan0 192.168.1.1 router 203.0.113.1 wan0 -- server 203.0.113.80
 *
 * IPv6 beside it: 2001:db8:1::/64 and 2001:db8:2::/64 with the same last numbers. Nobody answers by itself.
 */

export function must<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(result.diagnostics.map(({ message }) => message).join(' '))
}

export const ip = (text: string): IpAddress => must(parseAddress(text))

export const CLIENT = ip('192.168.1.10')
export const ROUTER_LAN = ip('192.168.1.1')
export const ROUTER_WAN = ip('203.0.113.1')
export const SERVER = ip('203.0.113.80')
export const CLIENT6 = ip('2001:db8:1::10')
export const ROUTER_LAN6 = ip('2001:db8:1::1')
export const ROUTER_WAN6 = ip('2001:db8:2::1')
export const SERVER6 = ip('2001:db8:2::80')

type Cells = Partial<Record<FieldId, string>>
/** A rule in the order of reading: what it matches, what it does. */
export type LabRule = readonly [cells: Cells, target: 'accept' | 'drop' | Target]

export interface LabChain {
  readonly policy?: Policy
  readonly rules?: readonly LabRule[]
}

const NO_NAMES = namesOf({ devices: [], names: [], sets: [] } as unknown as Design)

function chainWith(chain: Chain, { policy, rules = [] }: LabChain): Chain {
  const rows = rules.map(([cells, target], index) =>
    writtenRule({ id: `r${index + 1}`, name: '', cells, target }, NO_NAMES),
  )
  return {
    ...chain,
    ...(chain.base ? { base: { ...chain.base, policy: policy ?? chain.base.policy } } : {}),
    rows,
  }
}

const TABLE_NAMES = ['raw', 'mangle', 'nat', 'filter'] as const

/** iptables tables by "table CHAIN"; a chain that the table does not have is a user chain. `ip6 table CHAIN` for ip6tables. */
export function netfilter(chains: Readonly<Record<string, LabChain>> = {}): Firewall {
  const firewall = firewallKind('netfilter').create()
  const tables = new Map<string, Table>()
  for (const [place, content] of Object.entries(chains)) {
    const [family, tableName = '', chainName = ''] = place.startsWith('ip6 ')
      ? (['ip6', ...place.slice(4).split(' ')] as const)
      : (['ip', ...place.split(' ')] as const)
    const known = TABLE_NAMES.find((name) => name === tableName)
    if (!known) throw new Error(`no table ${tableName}`)
    const table = tables.get(`${family} ${known}`) ?? netfilterTable(known, family)
    const chain = table.chains.find(({ name }) => name === chainName) ?? { name: chainName, rows: [] }
    const others = table.chains.filter(({ name }) => name !== chainName)
    tables.set(`${family} ${known}`, { ...table, chains: [...others, chainWith(chain, content)] })
  }
  return { ...firewall, ruleset: { tables: [...tables.values()] } }
}

/** A home filter with its two chains. */
export function home(
  kind: Extract<FirewallKindId, 'home-stateless' | 'home-stateful'>,
  chains: { readonly inbound?: LabChain; readonly outbound?: LabChain } = {},
  builtins: Firewall['builtins'] = [],
): Firewall {
  const firewall = firewallKind(kind).create()
  const put = (ruleset: Ruleset, ref: typeof HOME_INBOUND, content: LabChain | undefined) => {
    const chain = ruleset.tables[0]?.chains.find(({ name }) => name === ref.chain)
    return chain && content ? replaceChain(ruleset, ref, chainWith(chain, content)) : ruleset
  }
  const inbound = put(firewall.ruleset, HOME_INBOUND, chains.inbound)
  return { ...firewall, builtins, ruleset: put(inbound, HOME_OUTBOUND, chains.outbound) }
}

export const noFilter = (): Firewall => firewallKind('none').create()

interface LabDevice {
  readonly kind: NodeKindId
  readonly interfaces: readonly (readonly [
    name: string,
    side: 'inside' | 'outside',
    ...addresses: string[],
  ])[]
  readonly routes: readonly (readonly [destination: string, via: string])[]
}

const DEVICES: Readonly<Record<string, LabDevice>> = {
  client: {
    kind: 'client',
    interfaces: [['eth0', 'outside', '192.168.1.10/24', '2001:db8:1::10/64']],
    routes: [
      ['0.0.0.0/0', '192.168.1.1'],
      ['::/0', '2001:db8:1::1'],
    ],
  },
  router: {
    kind: 'router',
    interfaces: [
      ['lan0', 'inside', '192.168.1.1/24', '2001:db8:1::1/64'],
      ['wan0', 'outside', '203.0.113.1/24', '2001:db8:2::1/64'],
    ],
    routes: [],
  },
  server: {
    kind: 'server',
    interfaces: [['eth0', 'outside', '203.0.113.80/24', '2001:db8:2::80/64']],
    routes: [
      ['192.168.1.0/24', '203.0.113.1'],
      ['2001:db8:1::/64', '2001:db8:2::1'],
    ],
  },
}

export interface LabOptions {
  readonly client?: Firewall
  readonly router?: Firewall
  readonly server?: Firewall
  /** Mode of the router's translation; 'tables' where its firewall has a nat table, else off. */
  readonly nat?: Device['nat']['mode']
  readonly mappings?: readonly PortMapping[]
  readonly conntrack?: Partial<ConntrackSettings>
  /** conntrack counts as in use on every device, whatever the rules are. */
  readonly defragments?: boolean
  /** Changes the design before it is compiled. */
  readonly change?: (design: Design) => Design
}

function deviceOf(id: string, { kind, interfaces, routes }: LabDevice, options: LabOptions): Device {
  const firewall = options[id as 'client' | 'router' | 'server'] ?? netfilter()
  const hasNatTable = firewall.ruleset.tables.some(({ name }) => name === 'nat')
  const mode = id === 'router' ? (options.nat ?? (hasNatTable ? 'tables' : 'off')) : 'off'
  return {
    id,
    kind,
    name: id,
    position: { x: 0, y: 0 },
    interfaces: interfaces.map(([name, side, ...addresses]) => ({
      id: name,
      name,
      side,
      addresses: addresses.map((text) => must(parseInterfaceAddress(text))),
    })),
    routes: routes.map(([destination, via], index) => ({
      id: `route${index}`,
      destination: must(parsePrefix(destination)),
      via: ip(via),
    })),
    host: { profile: 'linux' },
    services: [],
    firewall,
    nat: { mode, mappings: id === 'router' ? (options.mappings ?? []) : [] },
  }
}

export function labDesign(options: LabOptions = {}): Design {
  const design: Design = {
    id: 'laboratory',
    name: 'Laboratory',
    devices: Object.entries(DEVICES).map(([id, device]) => deviceOf(id, device, options)),
    links: [
      {
        id: 'lan',
        ends: [
          { device: 'client', interface: 'eth0' },
          { device: 'router', interface: 'lan0' },
        ],
      },
      {
        id: 'wan',
        ends: [
          { device: 'router', interface: 'wan0' },
          { device: 'server', interface: 'eth0' },
        ],
      },
    ],
    names: [],
    sets: [],
    flows: [],
    seed: 1,
  }
  return options.change ? options.change(design) : design
}

/** One packet at one device. */
export interface LabHop {
  readonly device: string
  /** What conntrack said there; undefined where it did not look. */
  readonly state: CtState | undefined
  readonly result: PipelineResult
}

/** What became of a packet. */
export interface Sent {
  readonly hops: readonly LabHop[]
  /** "delivered", or the kind of disposition. */
  readonly end: Disposition['kind']
  readonly at: string
  readonly disposition: Disposition
  /** The packet as its last device had it. */
  readonly last: Packet
  readonly steps: readonly TraceStep[]
  /** What devices made because of it, in order. */
  readonly answers: readonly Sent[]
  /** State at a device. */
  state(device: string): CtState | undefined
}

/** A network with its memory. Time passes by `wait`; randomness is a counter, so that tests repeat. */
export class Laboratory {
  readonly network: Network
  readonly #states = new Map<string, DeviceState>()
  #nowMs = 0
  #journey = 0
  #random = 0.37

  constructor(options: LabOptions = {}) {
    const compiled = compileNetwork(labDesign(options))
    const { conntrack, defragments } = options
    const set = {
      ...(conntrack === undefined ? {} : { conntrack }),
      ...(defragments === undefined ? {} : { defragments }),
    }
    const devices = [...compiled.devices].map(([id, device]) => [id, { ...device, ...set }] as const)
    this.network = { ...compiled, devices: new Map(devices) }
  }

  get nowMs(): number {
    return this.#nowMs
  }

  wait(seconds: number): this {
    this.#nowMs += seconds * 1000
    return this
  }

  stateOf(device: string): DeviceState {
    return this.#states.get(device) ?? newDeviceState()
  }

  /** Made on the device: it crosses OUTPUT there. */
  send(device: string, packet: Packet): Sent {
    const journey = this.#journey++
    return this.#follow(device, originate(this.#visit(device, packet, journey)), journey)
  }

  /** Put on the wire so that this device is the first to see it. */
  inject(device: string, iif: string, packet: Packet): Sent {
    const journey = this.#journey++
    return this.#follow(device, arrive(this.#visit(device, packet, journey), iif), journey)
  }

  #visit(id: string, packet: Packet, journey: number): Visit {
    const device = this.network.devices.get(id)
    if (!device) throw new Error(`no device ${id}`)
    return {
      network: this.network,
      device,
      state: this.stateOf(id),
      packet,
      journey,
      nowMs: this.#nowMs,
      random: () => {
        this.#random = (this.#random * 997 + 0.1234) % 1
        return this.#random
      },
    }
  }

  #follow(first: string, firstResult: PipelineResult, journey: number): Sent {
    const hops: LabHop[] = []
    const answers: Sent[] = []
    let device = first
    let result = firstResult
    let packet: Packet | undefined
    const onTheWire: { readonly device: string; readonly interface: string; readonly packet: Packet }[] = []
    for (;;) {
      this.#states.set(device, result.state)
      hops.push({ device, state: trackedAs(result.steps), result })
      for (const made of result.made) {
        const next = this.#journey++
        const visit = { ...this.#visit(device, made.packet, next), inherits: made.inherits }
        answers.push(this.#follow(device, originate(visit), next))
      }
      packet = result.forward?.packet ?? result.deliver?.packet ?? lastPacket(result.steps)
      if (result.forward) {
        const { neighbor, pieces } = result.forward
        onTheWire.unshift(
          ...pieces.map((each) => ({ device: neighbor.device, interface: neighbor.interface, packet: each })),
        )
      }
      const next = onTheWire.shift()
      if (!next) break
      device = next.device
      result = arrive(this.#visit(device, next.packet, journey), next.interface)
    }
    const disposition = result.ended ?? { kind: 'delivered' }
    return {
      hops,
      end: disposition.kind,
      at: device,
      disposition,
      last: packet as Packet,
      steps: stepsOf(hops.flatMap((hop) => hop.result.steps)),
      answers,
      state: (id) => hops.findLast((hop) => hop.device === id)?.state,
    }
  }
}

function trackedAs(steps: readonly RecordedStep[]): CtState | undefined {
  const looks = steps.filter((step) => step.kind === 'conntrack' && step.change !== 'confirmed')
  const last = looks.at(-1)
  return last?.kind === 'conntrack' ? last.state : undefined
}

function lastPacket(steps: readonly RecordedStep[]): Packet | undefined {
  const ended = steps.findLast((step) => step.kind === 'ended')
  return ended?.kind === 'ended' ? ended.packet : undefined
}

type Free<P> = Partial<Omit<P, 'kind' | 'family'>>

/** A segment from client to server, ports 5000 > 443; `flags` as letters. */
export function segment(flags: string, fields: Free<TcpPacket> = {}): TcpPacket {
  const byte = parseFlagLetters(flags)
  if (byte === undefined) throw new Error(`not flags: ${flags}`)
  return tcpPacket({ src: CLIENT, dst: SERVER, sport: 5000, dport: 443, seq: 1000, ...fields, flags: byte })
}

/** The same the other way round. */
export function backSegment(flags: string, fields: Free<TcpPacket> = {}): TcpPacket {
  return segment(flags, {
    src: SERVER,
    dst: CLIENT,
    sport: 443,
    dport: 5000,
    seq: 8000,
    ack: 1001,
    ...fields,
  })
}

export function datagram(fields: Free<UdpPacket> = {}): UdpPacket {
  return udpPacket({ src: CLIENT, dst: SERVER, sport: 5000, dport: 53, ...fields })
}

export function icmp(type: number, fields: Free<IcmpPacket> = {}): IcmpPacket {
  return icmpPacket({ src: CLIENT, dst: SERVER, code: 0, ...fields, type })
}

/** The packet's ends swapped, as its answer has them. */
export function turned<P extends Packet>(packet: P): P {
  const ports =
    packet.kind === 'tcp' || packet.kind === 'udp' ? { sport: packet.dport, dport: packet.sport } : {}
  return { ...packet, src: packet.dst, dst: packet.src, ...ports }
}
