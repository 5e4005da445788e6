import { conditionOn, sortConditions } from '@/model/fields/cell'
import { ctStateTerms } from '@/model/fields/ct-state'
import type { Condition, FieldTest } from '@/model/fields/field'
import { netfilterTable } from '@/model/firewalls/netfilter'
import type { Chain, Row, Rule, Separator, Table, Target } from '@/model/ruleset/ruleset'
import type { ParseContext } from '../dialect'
import { type Note, settleRows } from '../notes'
import { lookupOf, unlessLeftOut } from '../recall'
import type { PfRule } from './read-rule'
import { test } from './read-values'
import { writeMatch } from './write-match'

/** What stands in a text, in its order. */
export type Placed =
  | {
      readonly kind: 'rule'
      readonly rule: PfRule
      readonly note: Note | undefined
      readonly enabled: boolean
      readonly line: number
    }
  | { readonly kind: 'anchor'; readonly text: string; readonly line: number }
  | { readonly kind: 'skip'; readonly on: NonNullable<PfRule['on']>; readonly line: number }
  | { readonly kind: 'title'; readonly title: Separator & { readonly chain: string }; readonly line: number }

type Direction = 'in' | 'out'

/** What lets packets of known connections pass before any rule is asked. */
export const STATE_RULE = 'state'

/**
 * Chains `in` and `out`, asked of what arrives and of what leaves, passed on or not. The last rule that matches decides,
 * unless an earlier one is quick: so the quick rules come first in their order, then the others in reverse. What no rule
 * matches passes. Source: pf.conf(5), "PACKET FILTERING", "STATEFUL FILTERING".
 */
export function assembleTable(
  placed: readonly Placed[],
  context: ParseContext,
  ids: Map<number, readonly string[]>,
  say: (message: string) => void,
): Table {
  const rules = placed.filter((each) => each.kind === 'rule')
  const keeps = rules.some(({ rule, enabled }) => enabled && rule.keepsState)
  const stateless = rules.some(({ rule, enabled }) => enabled && rule.action === 'pass' && !rule.keepsState)
  if (keeps && stateless)
    say('Some rules pass without state and others with it: here the replies to all of them pass.')
  const renamed = new Map<string, string>()
  const chain = (direction: Direction, pass: Target): Chain => {
    const notes = new Map<string, Note>()
    const rows = ordered(placed).flatMap((each) => rowsOf(each, direction, pass, notes))
    const write = unlessLeftOut((match) => writeMatch(match, lookupOf(context)))
    const settled = settleRows(rows, notes, write, context, renamed)
    return { name: direction, rows: withState(settled, keeps, pass) }
  }
  const out = chain('out', { kind: 'accept' })
  // What may come in is asked again where it leaves.
  const inward = chain('in', out.rows.some(isRule) ? { kind: 'return' } : { kind: 'accept' })
  for (const { line } of placed) {
    const made = [inward, out].flatMap(({ rows }) =>
      rows.filter((row) => isRule(row) && row.sourceLine === line),
    )
    if (made.length > 0) ids.set(line, [...new Set(made.map(({ id }) => id))])
  }
  const jumps: Readonly<Record<string, readonly Direction[]>> = {
    INPUT: ['in'],
    FORWARD: ['in', 'out'],
    OUTPUT: ['out'],
  }
  const table = netfilterTable('filter')
  const base = table.chains.map((each) => ({ ...each, rows: (jumps[each.name] ?? []).map(jumpRule) }))
  return { ...table, family: 'inet', chains: [...base, inward, out] }
}

const isRule = (row: Row): row is Rule => row.kind === 'rule'

function ordered(placed: readonly Placed[]): readonly Placed[] {
  const isFirst = (each: Placed) => each.kind !== 'anchor' && (each.kind !== 'rule' || each.rule.quick)
  return [...placed.filter(isFirst), ...placed.filter((each) => !isFirst(each)).reverse()]
}

function rowsOf(each: Placed, direction: Direction, pass: Target, notes: Map<string, Note>): Row[] {
  switch (each.kind) {
    case 'title': {
      const { chain, ...separator } = each.title
      return chain === direction ? [separator] : []
    }
    case 'skip':
      return [bare(`line-${each.line}`, [interfaceTest(each.on, direction)], pass, each.line, 'skip')]
    case 'anchor':
      return [bare(`line-${each.line}`, [], { kind: 'opaque', dialect: 'pf', text: each.text }, each.line)]
    case 'rule': {
      const { rule, note, enabled, line } = each
      if (rule.direction !== undefined && rule.direction !== direction) return []
      const on = rule.on && !isEvery(rule.on) ? [interfaceTest(rule.on, direction)] : []
      return rule.alternatives.map((alternative, index): Row => {
        const id = `line-${line}${index === 0 ? '' : `-${index + 1}`}`
        if (note) notes.set(id, note)
        const target = rule.action === 'pass' ? pass : rule.target
        const row = bare(id, sortConditions([...alternative, ...on]), target, line, note?.name ?? rule.label)
        return { ...row, enabled, log: rule.log }
      })
    }
  }
}

const isEvery = ({ negated, terms }: NonNullable<PfRule['on']>) =>
  !negated && terms.some((term) => term.kind === 'name' && term.pattern === '+')

const interfaceTest = ({ negated, terms }: NonNullable<PfRule['on']>, direction: Direction): FieldTest =>
  test(direction === 'in' ? 'iif' : 'oif', terms, negated)

function bare(id: string, match: readonly Condition[], target: Target, line?: number, name = ''): Rule {
  const source = line === undefined ? {} : { sourceLine: line }
  return { kind: 'rule', id, enabled: true, name, match, target, log: false, ...source }
}

/** Interfaces that are skipped keep no state; behind them, what belongs to a known connection is asked nothing. */
function withState(rows: readonly Row[], keeps: boolean, pass: Target): Row[] {
  if (!keeps) return [...rows]
  const skips = rows.filter((row) => isRule(row) && row.name === 'skip' && row.match.length === 1)
  const state = bare(
    STATE_RULE,
    [test('ctState', ctStateTerms('established', 'related'))],
    pass,
    undefined,
    'known connections',
  )
  const asksState = (row: Row) => isRule(row) && conditionOn(row.match, 'ctState') !== undefined
  if (rows.some(asksState)) return [...rows]
  return [...skips, state, ...rows.filter((row) => !skips.includes(row))]
}

function jumpRule(chain: Direction): Rule {
  return bare(`to-${chain}`, [], { kind: 'jump', chain })
}
