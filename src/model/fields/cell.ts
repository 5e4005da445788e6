import { type Result, success } from '../result'
import type { Condition, FieldId, FieldTest, Names } from './field'
import { FIELDS } from './index'
import { fieldOf } from './lookup'

/** Reads what a person typed into the cell of a field; undefined means any value. */
export function parseCell(id: FieldId, text: string, names: Names): Result<FieldTest | undefined> {
  const parsed = fieldOf(id).parse(text, names)
  if (!parsed.ok) return parsed
  const { negated, terms } = parsed.value
  return success(
    terms.length === 0 ? undefined : { kind: 'test', field: id, negated, terms },
    parsed.diagnostics,
  )
}

/** Writes a condition as `parseCell` reads it: "443", "not 192.168.20.0/24", "any" where there is none. */
export function formatCondition(condition: Condition | undefined, names: Names): string {
  if (condition === undefined) return 'any'
  if (condition.kind === 'opaque') return condition.text
  const text = fieldOf(condition.field).format(condition.terms, names)
  return condition.negated ? `not ${text}` : text
}

/** The first test of the field; a rule made in a table has one at most. */
export function conditionOn(match: readonly Condition[], id: FieldId): FieldTest | undefined {
  return match.find(
    (condition): condition is FieldTest => condition.kind === 'test' && condition.field === id,
  )
}

/** The match with that field's tests replaced by `test`, in the order of the fields; opaque conditions stay last. */
export function withCondition(
  match: readonly Condition[],
  id: FieldId,
  test: FieldTest | undefined,
): Condition[] {
  const others = match.filter((condition) => condition.kind === 'opaque' || condition.field !== id)
  return sortConditions(test ? [...others, test] : others)
}

/** Canonical order: as the fields are listed, opaque conditions last. Stable. */
export function sortConditions(match: readonly Condition[]): Condition[] {
  const place = (condition: Condition) =>
    condition.kind === 'opaque' ? FIELDS.length : FIELDS.findIndex((field) => field.id === condition.field)
  return [...match].sort((a, b) => place(a) - place(b))
}
