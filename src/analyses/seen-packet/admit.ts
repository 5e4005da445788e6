import { compileNetwork } from '@/engine/compile'
import type { Decider } from '@/engine/trace'
import { sortConditions } from '@/model/fields/cell'
import { ctStateTerms } from '@/model/fields/ct-state'
import type { Condition, FieldId, Term } from '@/model/fields/field'
import { flagTerms } from '@/model/fields/tcp-flags'
import type { FirewallKind } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { icmpTypeRange } from '@/model/packet/icmp'
import { type Packet, TCP_FLAG } from '@/model/packet/packet'
import type { Design } from '@/model/project/design'
import { findChain, replaceChain } from '@/model/ruleset/chains'
import type { ChainRef, Rule } from '@/model/ruleset/ruleset'
import type { Walk } from '../explain-verdict/walks'
import { type Asked, askDevice, type SeenPacket } from './ask-device'

/** A rule that lets one packet pass where it is stopped now. */
export interface AdmittingRule {
  readonly chain: ChainRef
  readonly rule: Rule
  /** Place among the rows of the chain, from 0. */
  readonly index: number
}

/** What it takes to let a packet through a device. */
export interface Admission {
  /** In the order in which the packet meets them; none where it passes already or nothing helps. */
  readonly rules: readonly AdmittingRule[]
  /** Why the rules do not suffice; absent where they do. */
  readonly obstacle?: string
}

/** More chains than these stop no packet. */
const CHAINS_AT_MOST = 12

/**
 * The narrowest rules that would admit a packet (R089): for this protocol, these addresses, ports and interfaces and this
 * state alone, each right before what stops it. The engine is asked again with each in its place.
 */
export function admit(design: Design, deviceId: string, seen: SeenPacket): Admission {
  const rules: AdmittingRule[] = []
  let changed = design
  for (let round = 0; round < CHAINS_AT_MOST; round++) {
    const network = compileNetwork(changed)
    const device = network.devices.get(deviceId)
    if (!device) return { rules, obstacle: 'The device is gone.' }
    const asked = askDevice(network, device, seen)
    const by = stopper(asked)
    const obstacle = obstacleIn(asked, by, rules)
    if (obstacle !== undefined) return { rules, obstacle }
    const walk = asked.deciding
    if (!by || !walk) return { rules }
    const placed = place(changed, deviceId, by, conditionsFor(device.firewall, walk, asked))
    if (!placed) return { rules, obstacle: 'The chain that stops it is not of the design.' }
    rules.push(placed.rule)
    changed = placed.design
  }
  return { rules, obstacle: 'Too many chains stop it.' }
}

function stopper({ ended }: Asked): Decider | undefined {
  return ended?.kind === 'dropped' || ended?.kind === 'rejected' ? ended.by : undefined
}

function obstacleIn(
  asked: Asked,
  by: Decider | undefined,
  rules: readonly AdmittingRule[],
): string | undefined {
  if (!by) return asked.ended ? 'No rule stops it, so none helps.' : undefined
  if (by.kind === 'rule' && by.locked)
    return `${by.name} runs before the rules of ${by.chain.chain}: none of them can let the packet through.`
  const before = rules.at(-1)
  const isAgain = before && before.chain.chain === by.chain.chain && before.chain.table === by.chain.table
  return isAgain ? 'The rule that lets it through is not asked, or does not match.' : undefined
}

/** The exact values of the packet in every field that such a rule can ask. */
function conditionsFor(kind: FirewallKind, walk: Walk, asked: Asked): Condition[] {
  const { packet, iif, oif } = walk.context
  const name = (pattern: string | undefined): Term[] =>
    pattern === undefined ? [] : [{ kind: 'name', pattern }]
  const cells: Partial<Record<FieldId, readonly Term[]>> = {
    protocol: only(packet.protocol),
    src: only(packet.src),
    dst: only(packet.dst),
    ...portsOf(packet),
    iif: name(iif),
    oif: name(oif),
    // Where the tracker has not looked yet there is no state to ask for.
    ctState: asked.state !== undefined && walk.state === asked.state ? ctStateTerms(asked.state) : [],
  }
  const tests = Object.entries(cells) as [FieldId, readonly Term[]][]
  const exact = tests
    .filter(
      ([field, terms]) => terms.length > 0 && kind.fields.includes(field) && !isLeftOut(kind, walk, field),
    )
    .map(([field, terms]): Condition => ({ kind: 'test', field, negated: false, terms }))
  return sortConditions([...exact, ...flagTest(kind, packet)])
}

const only = (value: number | bigint): Term[] => [{ kind: 'range', first: value, last: value }]

function portsOf(packet: Packet): Partial<Record<FieldId, readonly Term[]>> {
  if ((packet.fragment?.offset ?? 0) > 0) return {}
  if (packet.kind === 'tcp' || packet.kind === 'udp')
    return { sport: only(packet.sport), dport: only(packet.dport) }
  if (packet.kind !== 'icmp') return {}
  const type: Term[] = [{ kind: 'range', ...icmpTypeRange(packet.type, packet.code) }]
  return packet.family === 4 ? { icmpType: type } : { icmpv6Type: type }
}

/** Tables of home routers ask for addresses, ports and the protocol: their form has no cell for more. */
const HOME_FORM: readonly FieldId[] = ['protocol', 'src', 'sport', 'dst', 'dport']

function isLeftOut(kind: FirewallKind, { chain }: Walk, field: FieldId): boolean {
  // ipchains has one interface to ask for: the way in for input, the way out for the others.
  if (kind.id === 'ipchains') return field === (chain.chain === 'input' ? 'oif' : 'iif')
  return isHome(kind) && !HOME_FORM.includes(field)
}

const isHome = ({ id }: FirewallKind) => id === 'home-stateless' || id === 'home-stateful'

const OPENING = TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST

/** Without state the flags tell who opens a connection: `-y` and `! -y` (R067, R068). */
function flagTest(kind: FirewallKind, packet: Packet): Condition[] {
  if (kind.id !== 'ipchains' || packet.kind !== 'tcp' || (packet.fragment?.offset ?? 0) > 0) return []
  const opens = (packet.flags & OPENING) === TCP_FLAG.SYN
  const terms = flagTerms({ mask: OPENING, value: TCP_FLAG.SYN })
  return [{ kind: 'test', field: 'tcpFlags', negated: !opens, terms }]
}

/** The design with the rule right before the one that decides, or last where the policy does. */
function place(design: Design, deviceId: string, by: Decider, match: readonly Condition[]) {
  const device = design.devices.find(({ id }) => id === deviceId)
  const chain = device && findChain(device.firewall.ruleset, by.chain)
  if (!device || !chain || firewallKind(device.firewall.kind).id === 'none') return undefined
  const found = by.kind === 'rule' ? chain.rows.findIndex(({ id }) => id === by.rule) : chain.rows.length
  if (found < 0) return undefined
  const taken = new Set(chain.rows.map(({ id }) => id))
  let number = 1
  while (taken.has(`admit-${number}`)) number++
  const rule: Rule = {
    kind: 'rule',
    id: `admit-${number}`,
    enabled: true,
    name: '',
    match,
    target: { kind: 'accept' },
    log: false,
  }
  const rows = chain.rows.toSpliced(found, 0, rule)
  const ruleset = replaceChain(device.firewall.ruleset, by.chain, { ...chain, rows })
  const changed = { ...device, firewall: { ...device.firewall, ruleset } }
  return {
    rule: { chain: by.chain, rule, index: found },
    design: { ...design, devices: design.devices.map((each) => (each === device ? changed : each)) },
  }
}
