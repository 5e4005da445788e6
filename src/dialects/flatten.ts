import type { Condition } from '@/model/fields/field'
import { rulesOf } from '@/model/ruleset/chains'
import type { Chain, Row, Rule, Table } from '@/model/ruleset/ruleset'
import { combine } from './combine'
import type { PrintContext } from './dialect'
import { LeftOut } from './left-out'
import type { Losses } from './losses'
import { separateRules } from './separate-rules'

/** Rows of a base chain with those of its user chains in their place, for languages that have one list. */
export type FlatRow = Row | { readonly kind: 'left-out'; readonly rule: Rule; readonly reason: string }

/** More rows than these are no list that a person reads. */
const ROWS_AT_MOST = 5000

/**
 * A base chain without jumps: a jump stands for the rules of its chain, each with the conditions of the jump. Return and
 * goto cannot be said so, unless return stands in the base chain itself. What is left out is told.
 */
export function flatten(chain: Chain, table: Table, context: PrintContext, losses: Losses): FlatRow[] {
  const rows: FlatRow[] = []
  const leaveOut = (rule: Rule, error: unknown) => {
    if (!(error instanceof LeftOut)) throw error
    losses.leaveOut(rule, error)
    rows.push({ kind: 'left-out', rule, reason: error.message })
  }
  const add = (row: FlatRow) => {
    if (rows.length < ROWS_AT_MOST) rows.push(row)
    else
      losses.lose(
        `The table takes more than ${ROWS_AT_MOST} rules here; the rest is left out.`,
        undefined,
        false,
      )
  }
  const walk = (all: readonly Row[], before: readonly Condition[], on: boolean, above: readonly string[]) => {
    for (const row of all) {
      if (row.kind === 'separator') {
        add(row)
        continue
      }
      try {
        for (const rule of separateRules(row)) {
          const match = combine(before, rule.match, context)
          if (!match) continue
          const enabled = on && rule.enabled
          if (rule.target.kind === 'jump') {
            if (rule.log) losses.lose('Its log line is not written: there are no jumps here.', rule.id, true)
            const callee = calleeOf(rule, rule.target.chain, table, above)
            walk(callee.rows, match, enabled, [...above, callee.name])
          } else add(plainRule({ ...rule, match, enabled }, chain, above.length > 0))
        }
      } catch (error) {
        leaveOut(row, error)
      }
    }
  }
  walk(chain.rows, [], true, [])
  return rows
}

function calleeOf(rule: Rule, name: string, table: Table, above: readonly string[]): Chain {
  const callee = table.chains.find((each) => each.name === name && !each.base)
  if (!callee) throw new LeftOut('it jumps to a chain that is not there.')
  if (above.includes(name)) throw new LeftOut('it jumps round in a circle.')
  const returns = rulesOf(callee).some(
    ({ enabled, target }) => enabled && (target.kind === 'return' || target.kind === 'goto'),
  )
  if (returns && rule.enabled)
    throw new LeftOut(
      `it jumps to ${name}, which gives packets back before its end; there are no chains here.`,
    )
  return callee
}

function plainRule(rule: Rule, { base }: Chain, inUserChain: boolean): Rule {
  const { target } = rule
  if (target.kind === 'goto')
    throw new LeftOut('it goes to another chain for good; there are no chains here.')
  if (target.kind !== 'return' || inUserChain) return rule
  // Return in a base chain is its policy.
  return base?.policy === 'reject'
    ? { ...rule, target: { kind: 'reject', with: 'tcp-reset' } }
    : { ...rule, target: { kind: base?.policy ?? 'accept' } }
}
