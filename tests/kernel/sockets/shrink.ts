import type { GeneratedChain, GeneratedRules, GeneratedTable } from '../generate/rules'
import { type GeneratedQuestion, withRules } from './generate'

/** Every question with one thing less: a host's rules, a table, a chain's rules, a rule, a condition, a policy. */
export function smallerQuestions(given: GeneratedQuestion): GeneratedQuestion[] {
  return smallerLists(given.rules, smallerRules).map((rules) => withRules(given, rules, listening(given)))
}

const listening = ({ asked }: GeneratedQuestion) =>
  Object.fromEntries(Object.entries(asked.hosts).map(([host, { listen = [] }]) => [host, listen]))

/** The list without one of its members, or with one that is smaller. */
function smallerLists<T>(list: readonly T[], smaller: (each: T) => readonly T[]): T[][] {
  return [
    ...list.map((_, index) => list.toSpliced(index, 1)),
    ...list.flatMap((each, index) => smaller(each).map((other) => list.with(index, other))),
  ]
}

const smallerRules = (rules: GeneratedRules): GeneratedRules[] =>
  smallerLists(rules.tables, smallerTables).map((tables) => ({ ...rules, tables }))

function smallerTables(table: GeneratedTable): GeneratedTable[] {
  // Chains stay, since others may lead to them; what is in them does not.
  return table.chains.flatMap((chain, index) =>
    smallerChains(chain).map((other) => ({ ...table, chains: table.chains.with(index, other) })),
  )
}

function smallerChains(chain: GeneratedChain): GeneratedChain[] {
  const rules = smallerLists(chain.rules, (rule) =>
    rule.matches.map((_, index) => ({ ...rule, matches: rule.matches.toSpliced(index, 1) })),
  )
  return [
    ...(chain.rules.length > 1 ? [{ ...chain, rules: [] }] : []),
    ...rules.map((each) => ({ ...chain, rules: each })),
    ...(chain.policy === 'DROP' ? [{ ...chain, policy: 'ACCEPT' }] : []),
  ]
}
