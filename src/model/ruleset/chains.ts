import type { Chain, ChainRef, Rule, Ruleset, Table } from './ruleset'

export function sameRef(a: ChainRef, b: ChainRef): boolean {
  return a.family === b.family && a.table === b.table && a.chain === b.chain
}

/** One string per chain of a device: "ip filter FORWARD". */
export function chainKey(ref: ChainRef): string {
  return `${ref.family} ${ref.table} ${ref.chain}`
}

export interface ChainOfRuleset {
  readonly ref: ChainRef
  readonly table: Table
  readonly chain: Chain
}

/** Every chain with its table, in the order in which they were defined. */
export function allChains(ruleset: Ruleset): ChainOfRuleset[] {
  return ruleset.tables.flatMap((table) =>
    table.chains.map((chain) => ({
      ref: { family: table.family, table: table.name, chain: chain.name },
      table,
      chain,
    })),
  )
}

export function findChain(ruleset: Ruleset, ref: ChainRef): Chain | undefined {
  return ruleset.tables
    .find((table) => table.family === ref.family && table.name === ref.table)
    ?.chains.find((chain) => chain.name === ref.chain)
}

/** The ruleset with one chain replaced; tables and chains that do not change keep their identity. */
export function replaceChain(ruleset: Ruleset, ref: ChainRef, chain: Chain): Ruleset {
  const tables = ruleset.tables.map((table) =>
    table.family === ref.family && table.name === ref.table
      ? { ...table, chains: table.chains.map((each) => (each.name === ref.chain ? chain : each)) }
      : table,
  )
  return { ...ruleset, tables }
}

export function rulesOf(chain: Chain): Rule[] {
  return chain.rows.filter((row) => row.kind === 'rule')
}

/** Rule id -> number as the tool lists it: 1-based over the rules that are on. */
export function ruleNumbers(chain: Chain): Map<string, number> {
  const on = rulesOf(chain).filter((rule) => rule.enabled)
  return new Map(on.map((rule, index) => [rule.id, index + 1]))
}
