import { BLACK_LIST_DEFENSE } from '@/model/firewalls/built-in'
import type { BuiltinGroup, Firewall, FirewallForm, FirewallKindId } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import type { Family } from '@/model/packet/address'
import { type Diagnostic, diagnostic } from '@/model/result'
import type { Chain, Policy, Row, Rule } from '@/model/ruleset/ruleset'
import type { PortMapping } from '@/model/topology/topology'
import type { ImportedRules, ParseContext } from '../dialect'
import {
  type DraftChain,
  type DraftRule,
  type DraftTable,
  isDraftRule,
  mergeLogged,
  settleRows,
} from './draft'
import { key } from './merge'
import type { SyntaxLine } from './syntax'
import type { Tag } from './tag'

/**
 * A home table as iptables: user chains `inbound` and `outbound`; FORWARD and INPUT jump to the first for what
 * comes from outside, FORWARD and OUTPUT to the second for what goes there; the policy is the last rule of each; NAPT is
 * a nat table. What the comments say is believed only where the rules are of that shape; otherwise the text is a
 * netfilter firewall like any other.
 */
export interface HomeReading {
  readonly imported: Omit<ImportedRules, 'lines'> | undefined
  readonly ids: Map<SyntaxLine, string[]>
  readonly diagnostics: readonly Diagnostic[]
}

/** The text has the marks of a home table and yet another shape. */
class OtherShape extends Error {
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

type Tables = ReadonlyMap<string, DraftTable>

export function recogniseHome(
  tables: Tables,
  headers: readonly Tag[],
  family: Family,
  context: ParseContext,
): HomeReading | undefined {
  const ids = new Map<SyntaxLine, string[]>()
  const mark = findMark(tables, headers)
  if (!mark) return undefined
  try {
    const outside = readJumps(tables, mark.kind)
    const firewall =
      mark.kind === 'none'
        ? firewallKind('none').create()
        : readFirewall(tables, mark, headers, family, context, ids)
    const nat = readNat(tables, outside, ids)
    const rules = firewall.ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rows))
    const says = family === 4 || tables.has('nat')
    const imported = { firewall, ...(says && nat), rules: rules.filter((row) => row.kind === 'rule').length }
    return { imported, ids, diagnostics: otherInterfaces(outside, context) }
  } catch (error) {
    if (!(error instanceof OtherShape)) throw error
    const message = `This was a table of Highport, and was changed since: ${error.message} It is read as Linux netfilter.`
    return {
      imported: undefined,
      ids,
      diagnostics: [diagnostic('note', message, { line: error.line, column: 1 })],
    }
  }
}

interface Mark {
  readonly kind: FirewallKindId
  readonly form: FirewallForm
}

function findMark(tables: Tables, headers: readonly Tag[]): Mark | undefined {
  const last = tables.get('filter')?.chains.get(HOME_INBOUND.chain)?.rows.at(-1)
  const entries =
    last && isDraftRule(last) && last.tag?.entries.policy !== undefined
      ? last.tag.entries
      : headers.find(({ entries: each }) => each.kind === 'none')?.entries
  const kind = entries?.kind
  if (kind !== 'home-stateless' && kind !== 'home-stateful' && kind !== 'none') return undefined
  return { kind, form: entries?.form === 'dual' ? 'dual' : 'separate' }
}

const lineOf = (row: DraftChain['rows'][number] | undefined) =>
  row && isDraftRule(row) ? row.source.first : 1

/** Checks the built-in chains and returns the names of the outside interfaces; none on a host. */
function readJumps(tables: Tables, kind: FirewallKindId): string[] {
  for (const [name, table] of tables) {
    for (const chain of table.chains.values()) {
      if (chain.base && chain.base.policy !== 'accept')
        throw new OtherShape(`the policy of ${chain.name} is not ACCEPT.`, 1)
      const foreign = name !== 'filter' && name !== 'nat' && chain.rows.length > 0
      if (foreign) throw new OtherShape(`table ${name} has rules.`, lineOf(chain.rows[0]))
      const own =
        name === 'filter' && kind !== 'none' && (chain.name === 'inbound' || chain.name === 'outbound')
      if (!chain.base && !own) throw new OtherShape(`there is a chain ${chain.name}.`, lineOf(chain.rows[0]))
    }
  }
  const chains = tables.get('filter')?.chains
  const jumps = (name: string, to: string, field: 'iif' | 'oif', rows: DraftChain['rows']): string[] =>
    rows.map((row) => {
      if (!isDraftRule(row) || row.rule.target.kind !== 'jump' || row.rule.target.chain !== to)
        throw new OtherShape(`${name} does not only jump to ${to}.`, lineOf(row))
      const [condition, ...others] = row.rule.match
      if (!condition) return ''
      const [term] =
        condition.kind === 'test' && condition.field === field && !condition.negated ? condition.terms : []
      if (others.length > 0 || term?.kind !== 'name' || term.pattern.endsWith('+'))
        throw new OtherShape(`${name} jumps to ${to} on other conditions.`, lineOf(row))
      return term.pattern
    })
  const rowsOf = (name: string) => chains?.get(name)?.rows ?? []
  const forward = rowsOf('FORWARD')
  const half = forward.length / 2
  const sets = [
    jumps('INPUT', 'inbound', 'iif', rowsOf('INPUT')),
    jumps('OUTPUT', 'outbound', 'oif', rowsOf('OUTPUT')),
    ...(forward.length > 0
      ? [
          jumps('FORWARD', 'inbound', 'iif', forward.slice(0, half)),
          jumps('FORWARD', 'outbound', 'oif', forward.slice(half)),
        ]
      : []),
  ]
  const [first = []] = sets
  if (sets.some((set) => key(set) !== key(first)))
    throw new OtherShape(
      'INPUT, FORWARD and OUTPUT do not name the same outside interfaces.',
      lineOf(forward[0]),
    )
  return first.filter((name) => name !== '')
}

function readFirewall(
  tables: Tables,
  mark: Mark,
  headers: readonly Tag[],
  family: Family,
  context: ParseContext,
  ids: Map<SyntaxLine, string[]>,
): Firewall {
  const kind = firewallKind(mark.kind)
  const locked: Rule[] = []
  const off = headers.flatMap(({ entries }): BuiltinGroup[] =>
    entries.builtin === BLACK_LIST_DEFENSE.id
      ? [{ id: BLACK_LIST_DEFENSE.id, enabled: entries.enabled !== 'no', addresses: [] }]
      : [],
  )
  const chains = [HOME_INBOUND, HOME_OUTBOUND].map(({ chain: name }): Chain => {
    const draft = tables.get('filter')?.chains.get(name)
    const rows = [...(draft?.rows ?? [])]
    const last = rows.at(-1)
    const policyRows: DraftRule[] = []
    for (
      let row = rows.at(-1);
      row && isDraftRule(row) && row.tag?.entries.policy !== undefined;
      row = rows.at(-1)
    ) {
      policyRows.unshift(row)
      rows.pop()
    }
    const whole = mergeLogged(policyRows)
    const policy = whole && policyOf(whole)
    if (!policy) throw new OtherShape(`the last rule of ${name} is no policy.`, lineOf(last))
    const own = rows.findIndex((row) => !isDraftRule(row) || row.tag?.entries.locked === undefined)
    const split = own < 0 ? rows.length : own
    if (name === HOME_INBOUND.chain) locked.push(...readLocked(rows.slice(0, split).filter(isDraftRule)))
    const settled = settleRows(rows.slice(split), family, context, ids)
    for (const row of settled) checkRow(row, kind)
    return { name, base: { policy }, rows: settled }
  })
  const blackList = locked.find((rule) => rule.id === BLACK_LIST_DEFENSE.rule)
  const builtins = blackList
    ? [{ id: BLACK_LIST_DEFENSE.id, enabled: blackList.enabled, addresses: addressesOf(blackList) }]
    : off
  const empty = kind.create()
  const firewall: Firewall = {
    ...empty,
    form: mark.form,
    builtins,
    ruleset: { tables: [{ name: HOME_INBOUND.table, family: HOME_INBOUND.family, chains }] },
  }
  for (const ref of [HOME_INBOUND, HOME_OUTBOUND]) {
    const text = tables.get('filter')?.chains.get(ref.chain)?.rows ?? []
    const said = readLocked(text.filter(isDraftRule).filter(({ tag }) => tag?.entries.locked !== undefined))
    const meant = (rule: Rule) => key([rule.match, rule.target, rule.enabled, rule.log])
    const wanted = kind.lockedRules(firewall, ref)
    if (key(said.map(meant)) !== key(wanted.map(meant)))
      throw new OtherShape(
        `the built-in rules of ${ref.chain} are not those of a ${kind.label}.`,
        lineOf(text[0]),
      )
  }
  return firewall
}

function readLocked(rows: readonly DraftRule[]): Rule[] {
  const groups = new Map<string, DraftRule[]>()
  for (const row of rows) {
    const id = row.tag?.entries.locked ?? ''
    groups.set(id, [...(groups.get(id) ?? []), row])
  }
  return [...groups].map(([id, group]) => {
    const whole = mergeLogged(group)
    if (!whole) throw new OtherShape(`the built-in rule ${id} was changed.`, lineOf(group[0]))
    return { ...whole, id }
  })
}

function addressesOf(rule: Rule): BuiltinGroup['addresses'] {
  return rule.match.flatMap((condition) =>
    condition.kind === 'test' && condition.field === 'src' && !condition.negated
      ? condition.terms.flatMap((term) =>
          term.kind === 'range' ? [{ first: term.first, last: term.last }] : [],
        )
      : [],
  )
}

function policyOf({ match, target }: Rule): Policy | undefined {
  if (match.length > 0) return undefined
  if (target.kind === 'reject') return target.with === 'tcp-reset' ? 'reject' : undefined
  return target.kind === 'accept' || target.kind === 'drop' ? target.kind : undefined
}

function checkRow(row: Row, kind: ReturnType<typeof firewallKind>): void {
  if (row.kind === 'separator') return
  const line = row.sourceLine ?? 1
  if (!kind.targets.includes(row.target.kind))
    throw new OtherShape(`a ${kind.label} has no target of that kind.`, line)
  for (const condition of row.match)
    if (condition.kind !== 'test' || !kind.fields.includes(condition.field))
      throw new OtherShape(`a ${kind.label} cannot match on that.`, line)
}

function readNat(
  tables: Tables,
  outside: readonly string[],
  ids: Map<SyntaxLine, string[]>,
): { nat: 'napt' | 'off'; mappings: PortMapping[] } {
  const chains = tables.get('nat')?.chains
  const rowsOf = (name: string) => chains?.get(name)?.rows ?? []
  for (const name of ['INPUT', 'OUTPUT'])
    if (rowsOf(name).length > 0) throw new OtherShape(`nat ${name} has rules.`, lineOf(rowsOf(name)[0]))
  const masquerades = rowsOf('POSTROUTING').map((row) => {
    const plain =
      isDraftRule(row) && row.rule.target.kind === 'masquerade' && key(row.rule.target.to) === '{}'
    const name = plain ? nameOn(row.rule, 'oif') : undefined
    if (name === undefined) throw new OtherShape('nat POSTROUTING does more than masquerade.', lineOf(row))
    return name
  })
  // A gateway without a filter names its outside interface here alone.
  if (outside.length > 0 && masquerades.length > 0 && key(masquerades) !== key(outside))
    throw new OtherShape('nat POSTROUTING names other interfaces.', lineOf(rowsOf('POSTROUTING')[0]))
  const mappings = new Map<string, PortMapping>()
  for (const row of rowsOf('PREROUTING')) {
    const mapping = isDraftRule(row) ? mappingOf(row) : undefined
    if (!mapping || !isDraftRule(row))
      throw new OtherShape('nat PREROUTING does more than map ports.', lineOf(row))
    const other = mappings.get(mapping.id)
    if (other && key(other) !== key(mapping))
      throw new OtherShape(`the mapping ${mapping.id} stands twice.`, lineOf(row))
    mappings.set(mapping.id, mapping)
    ids.set(row.source, [mapping.id])
  }
  return { nat: masquerades.length > 0 ? 'napt' : 'off', mappings: [...mappings.values()] }
}

function nameOn(rule: Rule, field: 'iif' | 'oif'): string | undefined {
  const [condition, ...others] = rule.match
  const [term] =
    condition?.kind === 'test' && condition.field === field && !condition.negated ? condition.terms : []
  return others.length === 0 && term?.kind === 'name' ? term.pattern : undefined
}

function mappingOf({ rule, tag, shiftFrom }: DraftRule): PortMapping | undefined {
  const id = tag?.entries.mapping
  const { target } = rule
  const range = (field: string) => {
    const condition = rule.match.find((each) => each.kind === 'test' && each.field === field)
    const [term, ...rest] = condition?.kind === 'test' && !condition.negated ? condition.terms : []
    return term?.kind === 'range' && rest.length === 0
      ? { first: Number(term.first), last: Number(term.last) }
      : undefined
  }
  const protocol = range('protocol')
  const outside = range('dport')
  const inside = target.kind === 'dnat' ? target.to.addresses : undefined
  if (id === undefined || target.kind !== 'dnat' || !protocol || !outside || !inside) return undefined
  if (inside.first !== inside.last || target.to.random || rule.match.length !== 3) return undefined
  if (protocol.first !== protocol.last || (protocol.first !== 6 && protocol.first !== 17)) return undefined
  const ports = target.to.ports ?? outside
  const shifts = target.to.ports !== undefined && outside.first !== outside.last
  if (ports.last - ports.first !== outside.last - outside.first || (shifts && shiftFrom !== outside.first))
    return undefined
  return {
    id,
    enabled: rule.enabled,
    name: rule.name,
    protocol: protocol.first === 6 ? 'tcp' : 'udp',
    outside,
    insideAddress: inside.first,
    insidePort: ports.first,
  }
}

function otherInterfaces(outside: readonly string[], { interfaces }: ParseContext): Diagnostic[] {
  const own = interfaces.filter(({ side }) => side === 'outside').map(({ name }) => name)
  const unknown = outside.filter((name) => !own.includes(name))
  if (own.length === 0 || unknown.length === 0) return []
  const message = `The text calls the outside ${unknown.join(', ')}; this device calls it ${own.join(', ')}, where the table now applies.`
  return [diagnostic('note', message, { line: 1, column: 1 })]
}
