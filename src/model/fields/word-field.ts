import { failure, success } from '../result'
import type { Field } from './field'
import { formatTerms, parseTerms } from './terms'

type WordField = Pick<Field, 'id' | 'label' | 'short' | 'read' | 'source' | 'absent'> & {
  /** The values in the order of their numbers, from 0. */
  readonly words: readonly string[]
  /** "a connection state", for the sentence about what cannot be read. */
  readonly what: string
}

/** A field with few values, each with a word. */
export function wordField({ words, what, ...field }: WordField): Field {
  return {
    ...field,
    domain: { kind: 'numbers', first: 0, last: words.length - 1 },
    parse: (text) =>
      parseTerms(text, (part) => {
        const number = words.indexOf(part.toLowerCase())
        return number >= 0
          ? success({ kind: 'range', first: number, last: number })
          : failure(`${part || 'Nothing'} is not ${what}. Write ${words.join(', ')}.`, 1, part.length)
      }),
    format: (terms, names) =>
      formatTerms(terms, names, ({ first, last }) => words.slice(Number(first), Number(last) + 1).join(', ')),
    formatValue: (value) => words[Number(value)] ?? String(value),
  }
}
