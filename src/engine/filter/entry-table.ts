import type { FieldId, Resolver, Scalar, Term, ValueSet } from '@/model/fields/field'
import { resolveTerms, valueSetContains } from '@/model/fields/resolve'
import { type FieldValues, placeOfField } from './field-values'

/** Entries of a concatenation or a map. Those of single values alone are found by their values, however many there are. */
export class EntryTable {
  readonly #places: readonly number[]
  readonly #exact = new Map<string, number>()
  readonly #ranges: { readonly index: number; readonly sets: readonly ValueSet[] }[] = []

  constructor(fields: readonly FieldId[], entries: readonly (readonly Term[])[], resolver: Resolver) {
    this.#places = fields.map(placeOfField)
    for (const [index, entry] of entries.entries()) {
      const sets = entry.map((term) => resolveTerms([term], resolver))
      const key = exactKey(sets)
      if (key === undefined) this.#ranges.push({ index, sets })
      else if (!this.#exact.has(key)) this.#exact.set(key, index)
    }
  }

  /** Whether the packet has every one of the fields. */
  hasAll(values: FieldValues): boolean {
    return this.#places.every((place) => values[place] !== undefined)
  }

  /** The place of the first entry that holds the packet's values; -1 where none does. */
  find(values: FieldValues): number {
    const own = this.#places.map((place) => values[place])
    const exact = this.#exact.get(own.map(keyOf).join()) ?? -1
    for (const { index, sets } of this.#ranges) {
      if (exact >= 0 && index > exact) break
      if (sets.every((set, at) => contains(set, own[at]))) return index
    }
    return exact
  }
}

const contains = (set: ValueSet, value: Scalar | string | undefined) =>
  value !== undefined && valueSetContains(set, value)

const keyOf = (value: Scalar | string | undefined) => `${typeof value} ${value}`

/** Undefined where some value is a range, a pattern of names, or several. */
function exactKey(sets: readonly ValueSet[]): string | undefined {
  const keys = sets.map((set) => {
    if (set.kind === 'names') {
      const [name, ...others] = set.patterns
      return name === undefined || others.length > 0 || name.endsWith('+') ? undefined : keyOf(name)
    }
    if (set.kind === 'bits') return undefined
    const [only, ...others] = set.intervals
    return only && others.length === 0 && only.first === only.last ? keyOf(only.first) : undefined
  })
  return keys.includes(undefined) ? undefined : keys.join()
}
