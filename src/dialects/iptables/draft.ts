import type { Family } from '@/model/packet/address'
import type { Chain, Row, Rule, Separator } from '@/model/ruleset/ruleset'
import type { ParseContext } from '../dialect'
import { key, mergeRules, restoreCells } from './merge'
import type { ReadTarget } from './parse-target'
import type { SyntaxLine } from './syntax'
import type { Tag } from './tag'

/** A rule as its line says it, before lines with one id go together. `Source` is the language's own kind of line. */
export interface DraftRule<Source = SyntaxLine> {
  readonly rule: Rule
  readonly tag: Tag | undefined
  readonly place?: ReadTarget['place']
  readonly shiftFrom?: number | undefined
  readonly source: Source
}

export interface DraftChain {
  readonly name: string
  base: Chain['base']
  rows: (DraftRule | Separator)[]
}

export interface DraftTable {
  readonly name: string
  readonly chains: Map<string, DraftChain>
}

export const isDraftRule = <Source>(row: DraftRule<Source> | Separator): row is DraftRule<Source> =>
  'source' in row

/** Puts lines of one rule together and makes ids unique in the chain. */
export function settleRows<Source>(
  rows: readonly (DraftRule<Source> | Separator)[],
  family: Family,
  context: ParseContext,
  ids: Map<Source, string[]>,
): Row[] {
  const settled: Row[] = []
  const taken = new Set<string>()
  const add = (rule: Rule, drafts: readonly DraftRule<Source>[]) => {
    let { id } = rule
    for (let copy = 2; taken.has(id); copy++) id = `${rule.id}-${copy}`
    taken.add(id)
    settled.push(id === rule.id ? rule : { ...rule, id })
    for (const { source } of drafts) ids.set(source, [...(ids.get(source) ?? []), id])
  }
  for (let at = 0; at < rows.length; ) {
    const row = rows[at] as DraftRule<Source> | Separator
    if (!isDraftRule(row)) {
      settled.push(row)
      at++
      continue
    }
    const own = row.tag?.entries.rule
    const group = [row]
    while (own !== undefined) {
      const next = rows[at + group.length]
      if (!next || !isDraftRule(next) || next.tag?.entries.rule !== own) break
      group.push(next)
    }
    at += group.length
    const whole = mergeLogged(group)
    if (own !== undefined && row.tag && whole) add(restoreCells(whole, row.tag, family, context), group)
    else for (const draft of group) add(draft.rule, [draft])
  }
  return settled
}

/** A rule that logs is written as a LOG line before each of its lines. */
export function mergeLogged(group: readonly DraftRule<unknown>[]): Rule | undefined {
  const logs = group.filter(({ tag }) => tag?.entries.log !== undefined)
  if (logs.length === 0) return mergeRules(group.map(({ rule }) => rule))
  const acts = group.filter(({ tag }) => tag?.entries.log === undefined)
  const paired =
    logs.length === acts.length &&
    logs.every(
      ({ rule }, index) => rule.target.kind === 'log' && key(rule.match) === key(acts[index]?.rule.match),
    )
  const act = paired ? mergeRules(acts.map(({ rule }) => rule)) : undefined
  if (!act) return undefined
  return { ...act, log: true }
}
