import { type Result, success } from '../result'
import type { ConcatenationTest, Condition, FieldId, FieldTest, Names, Term } from './field'
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
  if (condition.kind === 'concatenation') return formatConcatenation(condition, names)
  if (condition.kind === 'either')
    return condition.tests
      .map((test) => `${fieldOf(test.field).short} ${formatCondition(test, names)}`)
      .join(' or ')
  const text = fieldOf(condition.field).format(condition.terms, names)
  return condition.negated ? `not ${text}` : text
}

/** Fields as nft(8) joins them: "src . dport 10.0.0.1 . 22, 10.0.0.2 . 80". */
function formatConcatenation({ fields, negated, entries }: ConcatenationTest, names: Names): string {
  const heads = fields.map((id) => fieldOf(id).short).join(' . ')
  const values = entries.map((entry) => formatEntry(fields, entry, names)).join(', ')
  return `${heads} ${negated ? 'not ' : ''}${values}`
}

/** "10.0.0.1 . 22" */
export function formatEntry(fields: readonly FieldId[], entry: readonly Term[], names: Names): string {
  return fields
    .map((id, index) => {
      const term = entry[index]
      return term ? fieldOf(id).format([term], names) : 'any'
    })
    .join(' . ')
}

/** What a condition looks at; an opaque one says nothing of that. */
export function fieldsOf(condition: Condition): readonly FieldId[] {
  switch (condition.kind) {
    case 'test':
      return [condition.field]
    case 'concatenation':
      return condition.fields
    case 'either':
      return [...new Set(condition.tests.map(({ field }) => field))]
    case 'opaque':
      return []
  }
}

/** The first test of the field; a rule made in a table has one at most. */
export function conditionOn(match: readonly Condition[], id: FieldId): FieldTest | undefined {
  return match.find(
    (condition): condition is FieldTest => condition.kind === 'test' && condition.field === id,
  )
}

/** The match with that field's tests replaced by `test`, in the order of the fields; the others stay last. */
export function withCondition(
  match: readonly Condition[],
  id: FieldId,
  test: FieldTest | undefined,
): Condition[] {
  const others = match.filter((condition) => condition.kind !== 'test' || condition.field !== id)
  return sortConditions(test ? [...others, test] : others)
}

/** Canonical order: as the fields are listed, then what looks at several, opaque conditions last. Stable. */
export function sortConditions(match: readonly Condition[]): Condition[] {
  const place = (condition: Condition) =>
    condition.kind === 'test'
      ? FIELDS.findIndex((field) => field.id === condition.field)
      : FIELDS.length + (condition.kind === 'opaque' ? 1 : 0)
  return [...match].sort((a, b) => place(a) - place(b))
}
