import { failure, success } from '../result'
import { formatBits, hexadecimal, parseMaskedBits } from './bits'
import type { Field, MaskedBits } from './field'
import { formatTerms, parseTerms } from './terms'

type BitsField = Pick<Field, 'id' | 'label' | 'short' | 'read' | 'source' | 'absent'> & {
  /** "a mark", for the sentence about what cannot be read. */
  readonly what: string
  /** Words for single bits. */
  readonly names?: Readonly<Record<string, number>>
}

/** 32 bits that rules look at under masks: "0x1", "0x1/0xff", and words for single bits: "assured". */
export function bitsField({ what, names: words = {}, ...field }: BitsField): Field {
  const named = Object.entries(words)
  const examples = named.length > 0 ? named.map(([word]) => word).join(', ') : '0x1'
  const write = (term: MaskedBits) =>
    named.find(([, bit]) => term.bits === bit && term.mask === bit)?.[0] ?? formatBits(term)
  return {
    ...field,
    domain: { kind: 'bits' },
    parse: (text) =>
      parseTerms(text, (part) => {
        const bit = words[part.toLowerCase()]
        const bits = bit === undefined ? parseMaskedBits(part) : { bits: bit, mask: bit }
        return bits
          ? success({ kind: 'masked', ...bits })
          : failure(
              `${part || 'Nothing'} is not ${what}. Write ${examples}, or bits with the mask under which they count: 0x1/0xff.`,
              1,
              part.length,
            )
      }),
    format: (terms, names) => formatTerms(terms, names, ({ first, last }) => `${first}-${last}`, write),
    formatValue: (value) => {
      const set = named.filter(([, bit]) => (Number(value) & bit) !== 0).map(([word]) => word)
      return set.join(', ') || hexadecimal(Number(value))
    },
  }
}
