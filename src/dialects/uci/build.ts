import type { Condition } from '@/model/fields/field'
import { type Chain, PRIORITY, type Rule, type Table, type Target } from '@/model/ruleset/ruleset'

/** A rule before it has its place and id. */
export interface DraftRule {
  readonly match: readonly Condition[]
  readonly target: Target
  readonly name: string
  readonly enabled?: boolean
  readonly logPrefix?: string
  readonly log?: boolean
  readonly assume?: Rule['assume']
  /** Line of the section; absent: OpenWrt's own. */
  readonly line?: number
}

type TableName = 'raw' | 'nat' | 'filter'

/** Chains as fw4 makes them, filled in the order in which they are asked. */
export class Chains {
  private readonly tables: Record<TableName, Map<string, { base: Chain['base']; rules: Rule[] }>>
  /** Line of a section -> ids of its rules. */
  readonly ids = new Map<number, string[]>()
  private own = 0

  constructor(policies: {
    readonly input: 'accept' | 'drop'
    readonly forward: 'accept' | 'drop'
    readonly output: 'accept' | 'drop'
  }) {
    const base = (hook: 'input' | 'forward' | 'output') => ({
      hook,
      priority: PRIORITY.filter,
      policy: policies[hook],
    })
    this.tables = {
      raw: new Map(),
      nat: new Map(),
      filter: new Map(
        (['input', 'forward', 'output'] as const).map((hook) => [
          hook.toUpperCase(),
          { base: base(hook), rules: [] },
        ]),
      ),
    }
  }

  /** Makes a chain where there is none. */
  chain(table: TableName, name: string, base?: Chain['base']): void {
    if (!this.tables[table].has(name)) this.tables[table].set(name, { base, rules: [] })
  }

  /** Adds a rule to a chain of the filter table, or of the table named. */
  add(chain: string, draft: DraftRule, table: TableName = 'filter'): void {
    const rules = this.tables[table].get(chain)?.rules
    if (!rules) throw new Error(`no chain ${chain}`)
    const { line, logPrefix, assume } = draft
    const wish = line === undefined ? `openwrt-${++this.own}` : `line-${line}`
    let id = wish
    for (let copy = 2; rules.some((rule) => rule.id === id); copy++) id = `${wish}-${copy}`
    if (line !== undefined) this.ids.set(line, [...(this.ids.get(line) ?? []), id])
    rules.push({
      kind: 'rule',
      id,
      enabled: draft.enabled ?? true,
      name: draft.name,
      match: draft.match,
      target: draft.target,
      log: draft.log ?? false,
      ...(logPrefix !== undefined && { logPrefix }),
      ...(assume && { assume }),
      ...(line !== undefined && { sourceLine: line }),
    })
  }

  built(): Table[] {
    return (['raw', 'nat', 'filter'] as const).flatMap((name): Table[] => {
      const chains = [...this.tables[name]].map(
        ([chain, { base, rules }]): Chain => ({ name: chain, ...(base && { base }), rows: rules }),
      )
      return chains.length === 0 ? [] : [{ name, family: 'inet', chains }]
    })
  }
}
