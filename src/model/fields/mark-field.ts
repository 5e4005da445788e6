import { failure, success } from '../result'
import { hexadecimal, parseMaskedBits } from './bits'
import type { Field } from './field'
import { formatTerms, parseTerms } from './terms'

/** A number of 32 bits that rules set and look at under masks: "0x1", "0x1/0xff". */
export function markField(
  field: Pick<Field, 'id' | 'label' | 'short' | 'read' | 'source' | 'absent'>,
): Field {
  return {
    ...field,
    domain: { kind: 'bits' },
    parse: (text) =>
      parseTerms(text, (part) => {
        const bits = parseMaskedBits(part)
        return bits
          ? success({ kind: 'masked', ...bits })
          : failure(
              `${part || 'Nothing'} is not a mark. Write a number of 32 bits such as 0x1, with a mask where only some bits count: 0x1/0xff.`,
              1,
              part.length,
            )
      }),
    format: (terms, names) => formatTerms(terms, names, ({ first, last }) => `${first}-${last}`),
    formatValue: (value) => hexadecimal(Number(value)),
  }
}
