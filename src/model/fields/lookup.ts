import type { Field, FieldId } from './field'
import { FIELDS } from './index'

const BY_ID = new Map(FIELDS.map((field) => [field.id, field]))

/** The field with that id. */
export function fieldOf(id: FieldId): Field {
  const field = BY_ID.get(id)
  if (!field) throw new Error(`no field ${id}`)
  return field
}
