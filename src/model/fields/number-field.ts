import { failure, type Result, success } from '../result'
import type { Field, Term } from './field'
import { formatTerms, parseTerms } from './terms'

type NumberField = Pick<Field, 'id' | 'label' | 'short' | 'read' | 'source' | 'absent'> & {
  /** Both inclusive. */
  readonly first: number
  readonly last: number
  /** "a TTL", for the sentence about what cannot be read. */
  readonly what: string
}

/** A field whose values are plain numbers: "64", "1-32". */
export function numberField({ first, last, what, ...rest }: NumberField): Field {
  const read = (text: string): Result<Term> => {
    const found = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(text)
    const [from, to] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])]
    return found && from >= first && to <= last && from <= to
      ? success({ kind: 'range', first: from, last: to })
      : failure(
          `${text} is not ${what}. Write a number from ${first} to ${last}, or a range.`,
          1,
          text.length,
        )
  }
  return {
    ...rest,
    domain: { kind: 'numbers', first, last },
    parse: (text) => parseTerms(text, read),
    format: (terms, names) =>
      formatTerms(terms, names, (term) =>
        term.first === term.last ? `${term.first}` : `${term.first}-${term.last}`,
      ),
    formatValue: (value) => String(value),
  }
}
