import { parseCell, sortConditions } from '../fields/cell'
import type { Condition, FieldId, Names } from '../fields/field'
import type { Rule, Target } from '../ruleset/ruleset'

/** A rule as a person writes its cells; a cell that is left out means any. */
export interface WrittenRule {
  readonly id: string
  readonly name: string
  readonly cells: Partial<Record<FieldId, string>>
  readonly target: 'accept' | 'drop' | Target
}

/** The rule that the cells say. They stand in our own source, so a cell that does not parse is a fault of ours. */
export function writtenRule({ id, name, cells, target }: WrittenRule, names: Names): Rule {
  const match = Object.entries(cells).flatMap(([field, text]): Condition[] => {
    const parsed = parseCell(field as FieldId, text, names)
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
