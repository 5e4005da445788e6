import { FIELDS } from '@/model/fields'
import type { FieldId, MatchContext, Scalar } from '@/model/fields/field'

/**
 * The packet's values of the fields that a chain asks for, in the order of the registry: read once per chain instead of
 * once per condition.
 */
export type FieldValues = readonly (Scalar | string | undefined)[]

const PLACES = new Map(FIELDS.map((field, place) => [field.id, place]))

/** Where the values of a field stand. */
export function placeOfField(id: FieldId): number {
  const place = PLACES.get(id)
  if (place === undefined) throw new Error(`no field ${id}`)
  return place
}

export function readValues(context: MatchContext, places: readonly number[]): FieldValues {
  const values = new Array<Scalar | string | undefined>(FIELDS.length).fill(undefined)
  for (const place of places) values[place] = FIELDS[place]?.read(context)
  return values
}
