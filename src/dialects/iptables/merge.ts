import { conditionOn, parseCell, withCondition } from '@/model/fields/cell'
import type { Condition, FieldId, FieldTest, Interval, Term } from '@/model/fields/field'
import { FIELDS } from '@/model/fields/index'
import {
  complementIntervals,
  familyInterval,
  intersectIntervals,
  unionIntervals,
} from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { resolveTerms } from '@/model/fields/resolve'
import type { Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { Rule } from '@/model/ruleset/ruleset'
import type { ParseContext } from '../dialect'
import { protocolRows } from './protocol-rows'
import type { Tag } from './tag'

/**
 * One rule of a table may take several lines, all with its id. They go together again only if they say together what one
 * rule can say: the lines are every combination of one alternative per field, and do the same. Undefined otherwise.
 */
export function mergeRules(lines: readonly Rule[]): Rule | undefined {
  const rules = joinResets(lines)
  const [head] = rules
  if (!head) return undefined
  if (rules.length === 1) return head
  if (
    rules.some(
      (rule) =>
        !sameTarget(rule, head) || rule.enabled !== head.enabled || rule.match.length !== head.match.length,
    )
  )
    return undefined
  const columns = head.match.map((condition, index) => {
    const values = new Map<string, Condition>()
    for (const rule of rules) {
      const other = rule.match[index] as Condition
      if (
        other.kind !== condition.kind ||
        (other.kind === 'test' && condition.kind === 'test' && other.field !== condition.field)
      )
        return undefined
      values.set(key(other), other)
    }
    return [...values.values()]
  })
  const product = columns.reduce((count, column) => count * (column?.length ?? 0), 1)
  const distinct = new Set(rules.map((rule) => rule.match.map(key).join('\n')))
  if (product !== rules.length || distinct.size !== rules.length) return undefined
  const match: Condition[] = []
  for (const column of columns) {
    const [first, ...rest] = column ?? []
    if (!first) return undefined
    if (rest.length === 0) match.push(first)
    else {
      const tests = (column ?? []).filter((each): each is FieldTest => each.kind === 'test' && !each.negated)
      if (first.kind !== 'test' || tests.length !== column?.length) return undefined
      const terms = tests.flatMap((test) => test.terms)
      // Flags have one form, a set of bytes; the order of everything else is the person's.
      match.push({
        ...first,
        terms: first.field === 'tcpFlags' ? asTerms(unionIntervals(terms.filter(isRange))) : terms,
      })
    }
  }
  return { ...head, match }
}

/**
 * A reset answers TCP alone, so a rule that rejects with one has a TCP line and a line for the rest, which answers "port
 * unreachable". A TCP line before the same line for any protocol says no more than that.
 */
function joinResets(lines: readonly Rule[]): readonly Rule[] {
  const answers = (rule: Rule) => (rule.target.kind === 'reject' ? rule.target.with : undefined)
  const resets = lines.filter((rule) => answers(rule) === 'tcp-reset')
  const others = lines.filter((rule) => answers(rule) === 'icmp-port-unreachable')
  if (resets.length === 0 || others.length === 0 || resets.length + others.length < lines.length) return lines
  const protocol = (rule: Rule) => conditionOn(rule.match, 'protocol')
  const open = others.filter((rule) => protocol(rule) === undefined || protocol(rule)?.negated)
  const beside = (rule: Rule) => key(withCondition(rule.match, 'protocol', undefined))
  const rest = new Set(open.map(beside))
  return lines.flatMap((rule): Rule[] => {
    if (answers(rule) !== 'tcp-reset') return [{ ...rule, target: { kind: 'reject', with: 'tcp-reset' } }]
    return rest.has(beside(rule)) ? [] : [rule]
  })
}

const isRange = (term: Term) => term.kind === 'range'
const asTerms = (intervals: readonly Interval[]): Term[] =>
  intervals.map((interval) => ({ kind: 'range', ...interval }))

export function key(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))
}

export function sameTarget(a: Rule, b: Rule): boolean {
  return key(a.target) === key(b.target)
}

/**
 * Puts back what the language could not say and the tag remembers: tokens, named sets, "any protocol". Each only where it
 * stands for exactly what the lines say.
 */
export function restoreCells(rule: Rule, tag: Tag, family: Family, context: ParseContext): Rule {
  const target = restoreReset(rule, tag)
  let { match } = rule
  for (const { id } of FIELDS) {
    const text = tag.entries[id]
    if (text === undefined) continue
    const cell = parseCell(id, text, context.names)
    if (!cell.ok) continue
    const restored = withCondition(match, id, cell.value)
    const fits =
      id === 'protocol'
        ? sameProtocols(restored, match)
        : sameValues(cell.value, conditionOn(match, id), family, context)
    if (fits) match = restored
  }
  return match === rule.match ? target : { ...target, match }
}

function sameProtocols(restored: readonly Condition[], written: readonly Condition[]): boolean {
  const sorted = (match: readonly Condition[]) => {
    const rows = protocolRows(match)
    return key(rows.kind === 'numbers' ? [...rows.numbers].sort((a, b) => a - b) : rows)
  }
  return sorted(restored) === sorted(written)
}

function sameValues(
  cell: FieldTest | undefined,
  written: FieldTest | undefined,
  family: Family,
  context: ParseContext,
): boolean {
  const { resolve, resolveSet } = context
  if (!cell || !resolve) return false
  const resolver = { token: resolve, set: (name: string) => resolveSet?.(name) }
  const values = resolveTerms(cell.terms, resolver)
  const said = resolveTerms(written?.terms ?? [], resolver)
  if (values.kind !== 'intervals' || said.kind !== 'intervals') return false
  if (ALWAYS_THERE.has(cell.field)) {
    const { domain } = fieldOf(cell.field)
    if (domain.kind !== 'numbers' || !written) return false
    const effective = (negated: boolean, intervals: readonly Interval[]) =>
      negated ? complementIntervals(intervals, domain.first, domain.last) : intervals
    return key(effective(cell.negated, values.intervals)) === key(effective(written.negated, said.intervals))
  }
  const isAddress = cell.field === 'src' || cell.field === 'dst'
  const mine = isAddress ? intersectIntervals(values.intervals, [familyInterval(family)]) : values.intervals
  // "None of nothing" is written as no condition, or as every port.
  if (cell.negated && mine.length === 0)
    return isAddress ? !written : key(said.intervals) === key([EVERY_PORT]) && !written?.negated
  return written !== undefined && cell.negated === written.negated && key(mine) === key(said.intervals)
}

/** Fields that every packet has: "not 2 to 5" of them is the rest. */
const ALWAYS_THERE: ReadonlySet<FieldId> = new Set(['length', 'hopLimit', 'tos'])
const EVERY_PORT: Interval = { first: 0, last: 65535 }

/** Packets that are no TCP are answered alike by a rule with a reset, which then has no TCP line to show it. */
function restoreReset(rule: Rule, tag: Tag): Rule {
  const { target, match } = rule
  if (
    tag.entries.reject !== 'tcp-reset' ||
    target.kind !== 'reject' ||
    target.with !== 'icmp-port-unreachable'
  )
    return rule
  const rows = protocolRows(match)
  const noTcp =
    rows.kind === 'not'
      ? rows.number === PROTOCOL.tcp
      : rows.kind === 'numbers' && !rows.numbers.includes(PROTOCOL.tcp)
  return noTcp ? { ...rule, target: { kind: 'reject', with: 'tcp-reset' } } : rule
}
