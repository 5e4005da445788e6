import { parseCell, sortConditions } from '../fields/cell'
import type { Condition, FieldId, Names, Term } from '../fields/field'
import type { Rule, Target } from '../ruleset/ruleset'

/** A rule as a person writes its cells, or with the terms of a cell; a cell that is left out means any. */
export interface WrittenRule {
  readonly id: string
  readonly name: string
  readonly cells: Partial<Record<FieldId, string | readonly Term[]>>
  readonly target: 'accept' | 'drop' | Target
}

/** The rule that the cells say. They stand in our own source, so a cell that does not parse is a fault of ours. */
export function writtenRule({ id, name, cells, target }: WrittenRule, names: Names): Rule {
  const entries = Object.entries(cells) as [FieldId, string | readonly Term[]][]
  const match = entries.flatMap(([field, cell]): Condition[] => {
    if (typeof cell !== 'string') return [{ kind: 'test', field, negated: false, terms: cell }]
    const parsed = parseCell(field, cell, names)
    if (!parsed.ok) {
      throw new Error(`rule ${id}, ${field}: ${parsed.diagnostics.map((each) => each.message).join(' ')}`)
    }
    return parsed.value ? [parsed.value] : []
  })
  return {
    kind: 'rule',
    id,
    enabled: true,
    name,
    match: sortConditions(match),
    target: typeof target === 'string' ? { kind: target } : target,
    log: false,
  }
}
