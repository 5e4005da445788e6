import type { Condition, Interval } from '@/model/fields/field'
import { unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import type { Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { formatPrefix } from '@/model/packet/prefix'
import { formatProtocol } from '@/model/packet/protocol'
import type { Chain, Policy, Rule, Table } from '@/model/ruleset/ruleset'
import { netfilterTables } from '../as-netfilter'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { type FlatRow, flatten } from '../flatten'
import { key } from '../iptables/merge'
import { protocolRows } from '../iptables/protocol-rows'
import { HOOK_KNOWS } from '../iptables/spelling'
import { LeftOut } from '../left-out'
import { Losses } from '../losses'
import { ofFamily, type PlainTest, plainTest } from '../plain-terms'
import { fitBytes, plainText, shortText } from '../plain-text'
import { prefixesOf } from '../prefixes'
import { ownRules, UFW_HOOKS, type UfwHook } from './own-rules'

const SIDES: Readonly<Record<UfwHook, string>> = { input: 'incoming', forward: 'routed', output: 'outgoing' }

/** Writes commands of ufw for a shell. */
export function printUfw(firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const tables = netfilterTables(firewall, context, losses)
  for (const { name, chains } of tables)
    if (name !== 'filter' && chains.some(({ rows }) => rows.length > 0))
      losses.lose('A table is left out: ufw writes rules of the filter only.', undefined, false)
  const filters = tables.filter(({ name }) => name === 'filter')
  const asked = UFW_HOOKS.map((hook) => [hook, askedAt(hook, filters, context, losses)] as const)
  const seen = new Set<string>()
  const rules = asked.flatMap(([hook, lists]) =>
    lists.flatMap((list) => printList(hook, list, seen, context, losses)),
  )
  const defaults = asked.map(
    ([hook, lists]) => `ufw default ${policyWord(hook, lists, losses)} ${SIDES[hook]}`,
  )
  const text = [
    '#!/bin/sh',
    `# ${exportHeader(context)}`,
    ...(losses.complete
      ? []
      : ['# Incomplete: what could not be said here is named where it stood, or lets more or less through.']),
    '# The rules are added behind those that are there; "ufw reset" takes those away first.',
    ...defaults,
    ...rules,
    '',
  ].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

interface Asked {
  readonly families: readonly Family[]
  readonly policy: Policy
  readonly rows: readonly FlatRow[]
}

const FAMILIES: readonly Family[] = [4, 6]

function askedAt(hook: UfwHook, filters: readonly Table[], context: PrintContext, losses: Losses): Asked[] {
  const open = new Set(FAMILIES)
  const lists = filters.flatMap((table): Asked[] => {
    const families = FAMILIES.filter(
      (family) =>
        open.has(family) && (table.family === 'inet' || table.family === (family === 4 ? 'ip' : 'ip6')),
    )
    const [chain, ...more] = table.chains.filter(({ base }) => base?.hook === hook)
    if (more.some(({ rows }) => rows.length > 0) || (families.length === 0 && chain && chain.rows.length > 0))
      losses.lose(`Two chains are asked for one packet at ${hook}; the first is written.`, undefined, false)
    if (families.length === 0 || !chain?.base) return []
    for (const family of families) open.delete(family)
    return [
      {
        families,
        policy: chain.base.policy,
        rows: withoutOwn(hook, chain, flatten(chain, table, context, losses), losses),
      },
    ]
  })
  // Where no chain asks, everything passes.
  return open.size > 0 ? [...lists, { families: [...open], policy: 'accept', rows: [] }] : lists
}

/** ufw's own rules come first whatever the table says; a table that begins with them says the same. */
function withoutOwn(hook: UfwHook, chain: Chain, rows: FlatRow[], losses: Losses): FlatRow[] {
  const own = ownRules(hook)
  const same = own.every((rule, index) => {
    const row = rows[index]
    return (
      row?.kind === 'rule' &&
      row.enabled &&
      key(row.match) === key(rule.match) &&
      key(row.target) === key(rule.target)
    )
  })
  if (same) return rows.slice(own.length)
  losses.lose(
    `ufw asks rules of its own before those of ${chain.name.toUpperCase()}: it accepts ${own
      .filter(({ target }) => target.kind === 'accept')
      .map(({ name }) => name)
      .join(', ')}.`,
    undefined,
    false,
  )
  return rows
}

function policyWord(hook: UfwHook, lists: readonly Asked[], losses: Losses): string {
  const policies = [...new Set(lists.map(({ policy }) => policy))]
  const [only] = policies
  if (policies.length > 1)
    losses.lose(
      `IPv4 and IPv6 have different policies at ${hook}; ufw has one: the stricter is written.`,
      undefined,
      false,
    )
  const strict = policies.find((policy) => policy !== 'accept') ?? only
  return strict === 'drop' ? 'deny' : strict === 'reject' ? 'reject' : 'allow'
}

function printList(
  hook: UfwHook,
  { families, rows }: Asked,
  seen: Set<string>,
  context: PrintContext,
  losses: Losses,
): string[] {
  return rows.flatMap((row): string[] => {
    if (row.kind === 'separator') return [`# == ${shortText(row.title, 200)} ==`]
    const name = shortText(row.kind === 'rule' ? row.name || row.id : row.rule.name || row.rule.id, 80)
    if (row.kind === 'left-out') return [`# left out: ${name}: ${plainText(row.reason)}`]
    try {
      const said = writeRule(hook, row, families, context, losses)
      // A second rule that asks the same would change the first: it never decides, so it is not written.
      const fresh = said.filter(({ match }) => !row.enabled || !seen.has(match))
      if (fresh.length < said.length)
        losses.lose('A rule before it asks the same, so this one is not written.', row.id, true)
      if (row.enabled) for (const { match } of fresh) seen.add(match)
      return fresh.map(({ text }) => (row.enabled ? text : `# off: ${text}`))
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error
      losses.leaveOut(row, error)
      return [`# left out: ${name}: ${plainText(error.message)}`]
    }
  })
}

function actionOf({ target, match }: Rule, losses: Losses, id: string): string {
  switch (target.kind) {
    case 'accept':
      return 'allow'
    case 'drop':
      return 'deny'
    case 'reject': {
      const rows = protocolRows(match)
      const noTcp = rows.kind === 'numbers' && !rows.numbers.includes(PROTOCOL.tcp)
      if (target.with !== 'tcp-reset' && !(noTcp && target.with === 'icmp-port-unreachable'))
        losses.lose('reject of ufw answers TCP with a reset and the rest with "port unreachable".', id, false)
      return 'reject'
    }
    default:
      throw new LeftOut('what it does has no word in ufw.')
  }
}

/** Commands, and what each asks apart from what it does. */
function writeRule(
  hook: UfwHook,
  rule: Rule,
  families: readonly Family[],
  context: PrintContext,
  losses: Losses,
): { readonly text: string; readonly match: string }[] {
  const action = actionOf(rule, losses, rule.id)
  const { ways, from, to, sports, dports, protocols } = writeMatch(hook, rule.match, families, context)
  const comment = writeComment(rule, losses)
  const commands = protocols.flatMap((protocol) =>
    ways.flatMap((way) =>
      from.flatMap((source) =>
        to
          .filter((destination) => isOneFamily(source, destination))
          .flatMap((destination) =>
            sports.flatMap((sport) =>
              dports.map((dport) => {
                const match = [protocol, `from ${source}${sport}`, `to ${destination}${dport}`]
                  .filter(Boolean)
                  .join(' ')
                const head =
                  hook === 'forward'
                    ? `ufw route ${action}`
                    : `ufw ${action} ${hook === 'input' ? 'in' : 'out'}`
                const log = rule.log ? 'log' : ''
                return {
                  text: [head, way, log, match, comment].filter(Boolean).join(' '),
                  match: `${hook} ${way} ${match}`,
                }
              }),
            ),
          ),
      ),
    ),
  )
  if (commands.length === 0) throw new LeftOut('nothing can match all that it asks for.', true)
  if (commands.length > 500) throw new LeftOut(`it would take ${commands.length} rules here.`)
  if (commands.length > 1) losses.lose('It is written as several rules.', rule.id, true)
  return commands
}

const isOneFamily = (a: string, b: string) =>
  a === 'any' || b === 'any' || a.includes(':') === b.includes(':')

interface WrittenMatch {
  readonly ways: readonly string[]
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly sports: readonly string[]
  readonly dports: readonly string[]
  readonly protocols: readonly string[]
}

function writeMatch(
  hook: UfwHook,
  match: readonly Condition[],
  families: readonly Family[],
  context: PrintContext,
): WrittenMatch {
  const tests = new Map<string, PlainTest>()
  for (const condition of match) {
    if (condition.kind !== 'test')
      throw new LeftOut('it has a condition that was read from another language.')
    tests.set(condition.field, plainTest(condition, context))
  }
  let own = families
  const family = tests.get('family')
  if (family)
    own = own.filter(
      (each) => family.intervals.some(({ first, last }) => first <= each && each <= last) !== family.negated,
    )
  for (const { field } of tests.values())
    if (!['family', 'protocol', 'src', 'dst', 'sport', 'dport', 'iif', 'oif'].includes(field))
      throw new LeftOut(`its ${fieldOf(field).label} cannot be asked here.`)
  const both = own.length === 2
  const to = writeAddresses(tests.get('dst'), own)
  const from = writeAddresses(tests.get('src'), own)
  return {
    ways: writeWays(hook, tests),
    // A rule of one family says so with the whole of its addresses.
    from: from ?? (both || to ? ['any'] : own.map((each) => (each === 4 ? '0.0.0.0/0' : '::/0'))),
    to: to ?? ['any'],
    sports: writePorts(tests.get('sport')),
    dports: writePorts(tests.get('dport')),
    protocols: writeProtocols(match),
  }
}

/** Undefined: any. */
function writeAddresses(test: PlainTest | undefined, families: readonly Family[]): string[] | undefined {
  if (!test) return undefined
  const { label } = fieldOf(test.field)
  if (test.negated) throw new LeftOut(`"not" of its ${label} has no word in ufw.`)
  const prefixes = families
    .flatMap((family) => unionIntervals(ofFamily(test.intervals, family)))
    .flatMap(prefixesOf)
  if (prefixes.length === 0)
    throw new LeftOut(`its ${label} stands for nothing here.`, test.intervals.length > 0)
  return prefixes.map(formatPrefix)
}

function writeWays(hook: UfwHook, tests: ReadonlyMap<string, PlainTest>): string[] {
  const side = (field: 'iif' | 'oif', word: 'in' | 'out'): string[] => {
    const test = tests.get(field)
    if (!test) return ['']
    if (!HOOK_KNOWS[hook]?.[field])
      throw new LeftOut(`a packet has no ${fieldOf(field).label} in this chain.`, true)
    if (test.negated) throw new LeftOut('"not" of an interface has no word in ufw.')
    for (const name of test.patterns)
      if (!/^[\w.@-]{1,15}$/.test(name)) throw new LeftOut('the name of an interface cannot be written here.')
    return test.patterns.map((name) => (hook === 'forward' ? `${word} on ${name}` : `on ${name}`))
  }
  return side('iif', 'in').flatMap((way) =>
    side('oif', 'out').map((other) => [way, other].filter(Boolean).join(' ')),
  )
}

const span = ({ first, last }: Interval) => (first === last ? `${first}` : `${first}:${last}`)

function writePorts(test: PlainTest | undefined): string[] {
  if (!test) return ['']
  if (test.negated) throw new LeftOut('"not" of a port has no word in ufw.')
  if (test.intervals.length === 0)
    throw new LeftOut(`its ${fieldOf(test.field).label} stands for nothing now.`)
  return unionIntervals(test.intervals).map((interval) => ` port ${span(interval)}`)
}

const WORDS: readonly number[] = [6, 17, 51, 50, 47, 2, 41]

function writeProtocols(match: readonly Condition[]): string[] {
  const rows = protocolRows(match)
  if (rows.kind === 'any') return ['']
  if (rows.kind !== 'numbers') throw new LeftOut('"all protocols but some" has no word in ufw.')
  if (rows.numbers.length === 0) throw new LeftOut('no protocol has all that it asks for.', true)
  return rows.numbers.map((number) => {
    if (!WORDS.includes(number)) throw new LeftOut(`ufw has no rules for protocol ${formatProtocol(number)}.`)
    return `proto ${formatProtocol(number)}`
  })
}

/** In single quotes, which ufw takes in no comment. */
function writeComment({ name, id }: Rule, losses: Losses): string {
  const plain = fitBytes(plainText(name), 120)
  const written = plain.replaceAll("'", '"')
  if (written !== name) losses.lose("Its name is written without ' and what cannot be seen.", id, true)
  return written === '' ? '' : `comment '${written}'`
}
