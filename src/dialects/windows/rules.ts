import type { Condition, FieldId, Interval } from '@/model/fields/field'
import { complementIntervals, familyInterval, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import type { Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { Policy, Rule, Table } from '@/model/ruleset/ruleset'
import { netfilterTables } from '../as-netfilter'
import { combine } from '../combine'
import type { PrintContext } from '../dialect'
import { type FlatRow, flatten } from '../flatten'
import { protocolRows } from '../iptables/protocol-rows'
import { LeftOut } from '../left-out'
import type { Losses } from '../losses'
import { ofFamily, type PlainTest, plainTest } from '../plain-terms'
import { plainText, shortText } from '../plain-text'
import { isImplied, missingAccepts } from '../uci/implied'

/** One rule of Windows Firewall; absent parts are any. */
export interface WindowsRule {
  readonly kind: 'rule'
  readonly name: string
  readonly enabled: boolean
  readonly direction: 'in' | 'out'
  readonly action: 'allow' | 'block'
  readonly protocol: number | undefined
  readonly localPorts: readonly Interval[] | undefined
  readonly remotePorts: readonly Interval[] | undefined
  readonly localAddresses: readonly Interval[] | undefined
  readonly remoteAddresses: readonly Interval[] | undefined
  /** Types and codes as one number, `type * 256 + code`: whole types or single codes. */
  readonly icmp: readonly Interval[] | undefined
  readonly device: string | undefined
}

export type WindowsRow = WindowsRule | { readonly kind: 'remark'; readonly text: string }

/** What a computer with Windows is told. */
export interface WindowsRules {
  readonly inbound: 'allow' | 'block'
  readonly outbound: 'allow' | 'block'
  readonly rows: readonly WindowsRow[]
}

/** An ordered rule with the family of the table that it is from. */
interface Asked {
  readonly row: FlatRow
  readonly families: readonly Family[]
}

const FAMILIES: readonly Family[] = [4, 6]

/**
 * Windows Firewall has no order: what a block rule matches is blocked, then what an allow rule matches is allowed, then the
 * default decides. A list where the first match wins is said by that as far as no block rule meets what a rule before it
 * lets through; where it does, more is blocked than in the table, and that is told.
 */
export function windowsRules(firewall: Firewall, context: PrintContext, losses: Losses): WindowsRules {
  const tables = netfilterTables(firewall, context, losses)
  for (const { name, chains } of tables)
    if (name !== 'filter' && chains.some(({ rows }) => rows.length > 0))
      losses.lose('A table is left out: Windows Firewall filters only.', undefined, false)
  const filters = tables.filter(({ name }) => name === 'filter')
  const forwards = filters.flatMap(({ chains }) => chains).find(({ base }) => base?.hook === 'forward')
  if (forwards && (forwards.rows.length > 0 || forwards.base?.policy !== 'accept'))
    losses.lose(
      'What is passed on is not asked by Windows Firewall: rules of forward are left out.',
      undefined,
      false,
    )
  losses.lose('Rules that Windows has already stay in force beside these.', undefined, true)
  const inbound = side('in', filters, context, losses)
  const outbound = side('out', filters, context, losses)
  return { inbound: inbound.initial, outbound: outbound.initial, rows: [...inbound.rows, ...outbound.rows] }
}

function side(direction: 'in' | 'out', filters: readonly Table[], context: PrintContext, losses: Losses) {
  const hook = direction === 'in' ? 'input' : 'output'
  const open = new Set(FAMILIES)
  const policies: Policy[] = []
  const asked: Asked[] = []
  for (const table of filters) {
    const families = FAMILIES.filter(
      (family) =>
        open.has(family) && (table.family === 'inet' || table.family === (family === 4 ? 'ip' : 'ip6')),
    )
    const chain = table.chains.find(({ base }) => base?.hook === hook)
    if (families.length === 0 || !chain?.base) continue
    for (const family of families) open.delete(family)
    const { rows, policy } = withoutLast(flatten(chain, table, context, losses), chain.base.policy)
    policies.push(policy)
    tellReplies(hook, rows, policy, losses)
    asked.push(...rows.map((row) => ({ row, families })))
  }
  if (open.size > 0) policies.push('accept')
  const initial = policies.some((policy) => policy !== 'accept') ? ('block' as const) : ('allow' as const)
  if (new Set(policies.map((policy) => policy === 'accept')).size > 1)
    losses.lose(
      `IPv4 and IPv6 have different policies at ${hook}; Windows has one: the stricter is written.`,
      undefined,
      false,
    )
  if (policies.includes('reject')) tellReject(undefined, losses)
  return { initial, rows: asked.flatMap((each, at) => writeRow(each, at, asked, direction, context, losses)) }
}

/** A last rule for every packet is the policy: as a block rule it would win over all others. */
function withoutLast(
  rows: readonly FlatRow[],
  policy: Policy,
): { readonly rows: readonly FlatRow[]; readonly policy: Policy } {
  const last = rows.at(-1)
  if (last?.kind !== 'rule' || !last.enabled || last.match.length > 0) return { rows, policy }
  const { kind } = last.target
  return kind === 'accept' || kind === 'drop' || kind === 'reject'
    ? { rows: rows.slice(0, -1), policy: kind }
    : { rows, policy }
}

function tellReplies(hook: string, rows: readonly FlatRow[], policy: Policy, losses: Losses): void {
  const missing = missingAccepts(rows, policy)
  if (missing.replies)
    losses.lose(
      `Windows lets replies of connections that it knows through, whatever the rules of ${hook} say.`,
      undefined,
      false,
    )
  if (missing.loopback)
    losses.lose(`Windows does not ask for what stays on the computer (${hook}).`, undefined, false)
}

const tellReject = (rule: string | undefined, losses: Losses) =>
  losses.lose('Windows Firewall blocks without an answer.', rule, false)

function writeRow(
  { row, families }: Asked,
  at: number,
  all: readonly Asked[],
  direction: 'in' | 'out',
  context: PrintContext,
  losses: Losses,
): WindowsRow[] {
  if (row.kind === 'separator') return [{ kind: 'remark', text: `== ${shortText(row.title, 200)} ==` }]
  if (row.kind === 'left-out') return [leftOut(row.rule, row.reason)]
  if (row.enabled && isImplied(row)) return []
  try {
    const rules = writeRule(row, families, direction, context, losses)
    if (row.enabled && rules.some(({ action }) => action === 'block'))
      tellOrder(row, all.slice(0, at), context, losses)
    return rules
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    losses.leaveOut(row, error)
    return [leftOut(row, error.message)]
  }
}

const leftOut = (rule: Rule, reason: string): WindowsRow => ({
  kind: 'remark',
  text: `left out: ${shortText(rule.name || rule.id, 80)}: ${plainText(reason)}`,
})

/** A block rule wins over rules that stand before it here. */
function tellOrder(block: Rule, before: readonly Asked[], context: PrintContext, losses: Losses): void {
  const passed = before.find(
    ({ row }) =>
      row.kind === 'rule' &&
      row.enabled &&
      row.target.kind === 'accept' &&
      !isImplied(row) &&
      meet(row, block, context),
  )
  if (passed?.row.kind !== 'rule') return
  const name = shortText(passed.row.name || passed.row.id, 60)
  losses.lose(
    `In Windows a block rule wins: it also blocks what "${name}" lets through before it.`,
    block.id,
    false,
  )
}

function meet(a: Rule, b: Rule, context: PrintContext): boolean {
  try {
    return combine(a.match, b.match, context) !== undefined
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    return true
  }
}

function writeRule(
  rule: Rule,
  families: readonly Family[],
  direction: 'in' | 'out',
  context: PrintContext,
  losses: Losses,
): WindowsRule[] {
  const action = actionOf(rule, losses)
  if (rule.log)
    losses.lose('Windows logs for all rules or for none; the log of the rule is not written.', rule.id, true)
  const tests = new Map<FieldId, PlainTest>()
  for (const condition of rule.match) {
    if (condition.kind !== 'test')
      throw new LeftOut('it has a condition that was read from another language.')
    tests.set(condition.field, plainTest(condition, context))
  }
  const way = direction === 'in' ? 'iif' : 'oif'
  for (const { field } of tests.values()) {
    if (field === (direction === 'in' ? 'oif' : 'iif'))
      throw new LeftOut('a packet has no such interface in this chain.', true)
    if (!ASKED.has(field)) throw new LeftOut(`its ${fieldOf(field).label} cannot be asked here.`)
  }
  const family = tests.get('family')
  const own = families.filter(
    (each) =>
      !family || family.intervals.some(({ first, last }) => first <= each && each <= last) !== family.negated,
  )
  const [src, dst] = [addresses(tests.get('src'), own), addresses(tests.get('dst'), own)]
  const whole = own.length < 2 && !src && !dst ? own.map(familyInterval) : undefined
  const [sport, dport] = [ports(tests.get('sport')), ports(tests.get('dport'))]
  const isIn = direction === 'in'
  return protocolsOf(rule.match).flatMap((protocol) =>
    devicesOf(tests.get(way)).map(
      (device): WindowsRule => ({
        kind: 'rule',
        name: rule.name || rule.id,
        enabled: rule.enabled,
        direction,
        action,
        protocol,
        localPorts: isIn ? dport : sport,
        remotePorts: isIn ? sport : dport,
        localAddresses: isIn ? dst : src,
        remoteAddresses: (isIn ? src : dst) ?? whole,
        icmp: icmpOf(tests.get('icmpType') ?? tests.get('icmpv6Type')),
        device,
      }),
    ),
  )
}

const ASKED: ReadonlySet<FieldId> = new Set([
  'family',
  'protocol',
  'src',
  'dst',
  'sport',
  'dport',
  'icmpType',
  'icmpv6Type',
  'iif',
  'oif',
])

function actionOf({ target, id }: Rule, losses: Losses): 'allow' | 'block' {
  switch (target.kind) {
    case 'accept':
      return 'allow'
    case 'reject':
      tellReject(id, losses)
      return 'block'
    case 'drop':
      return 'block'
    default:
      throw new LeftOut('what it does has no word in Windows Firewall.')
  }
}

/** Undefined: any. "Not" is the rest. */
function addresses(test: PlainTest | undefined, families: readonly Family[]): Interval[] | undefined {
  if (!test) return undefined
  const wanted = families.flatMap((family) => {
    const own = unionIntervals(ofFamily(test.intervals, family))
    const all = familyInterval(family)
    return test.negated ? complementIntervals(own, all.first, all.last) : own
  })
  if (wanted.length === 0)
    throw new LeftOut(
      `its ${fieldOf(test.field).label} stands for nothing here.`,
      test.negated || test.intervals.length > 0,
    )
  return wanted
}

function ports(test: PlainTest | undefined): Interval[] | undefined {
  if (!test) return undefined
  const own = unionIntervals(test.intervals)
  const wanted = test.negated ? complementIntervals(own, 0, 65535) : own
  if (wanted.length === 0) throw new LeftOut(`its ${fieldOf(test.field).label} stands for nothing now.`)
  return wanted
}

function icmpOf(test: PlainTest | undefined): Interval[] | undefined {
  if (!test) return undefined
  const own = unionIntervals(test.intervals)
  const wanted = test.negated ? complementIntervals(own, 0, 65535) : own
  const parts: Interval[] = []
  for (const { first, last } of wanted)
    for (let at = Number(first); at <= Number(last); ) {
      const end = at % 256 === 0 && at + 255 <= Number(last) ? at + 255 : at
      parts.push({ first: at, last: end })
      if (parts.length > 300) throw new LeftOut('its types of ICMP would take too many entries here.')
      at = end + 1
    }
  if (parts.length === 0) throw new LeftOut('it matches no type of ICMP.', true)
  return parts
}

function protocolsOf(match: readonly Condition[]): (number | undefined)[] {
  const rows = protocolRows(match)
  if (rows.kind === 'any') return [undefined]
  if (rows.kind !== 'numbers') throw new LeftOut('"all protocols but some" has no word in Windows Firewall.')
  if (rows.numbers.length === 0) throw new LeftOut('no protocol has all that it asks for.', true)
  const ported = match.some(
    (each) => each.kind === 'test' && (each.field === 'sport' || each.field === 'dport'),
  )
  if (ported && rows.numbers.some((number) => number !== PROTOCOL.tcp && number !== PROTOCOL.udp))
    throw new LeftOut('Windows Firewall knows ports of TCP and UDP alone.')
  return [...rows.numbers]
}

function devicesOf(test: PlainTest | undefined): (string | undefined)[] {
  if (!test) return [undefined]
  if (test.negated || test.patterns.some((name) => name.endsWith('+')))
    throw new LeftOut('interfaces are named one by one in Windows Firewall.')
  if (test.patterns.some((name) => name === '' || name.length > 60 || plainText(name) !== name))
    throw new LeftOut('the name of an interface cannot be written here.')
  return [...test.patterns]
}
