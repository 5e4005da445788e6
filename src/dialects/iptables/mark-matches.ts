import { formatBits, parseMaskedBits } from '@/model/fields/bits'
import type { MatchGroup } from './match-group'
import { test } from './match-group'

const MODULES = { mark: 'mark', ctMark: 'connmark' } as const

/** -m mark, -m connmark. */
export const markMatches: MatchGroup = {
  read: (use) => {
    if (use.name !== '--mark') return undefined
    const text = use.values[0]?.text ?? ''
    const bits = parseMaskedBits(text)
    if (!bits) return `${text} is not a mark, such as 0x1 or 0x1/0xff.`
    return test(use.owner.name === 'mark' ? 'mark' : 'ctMark', use.negated, [{ kind: 'masked', ...bits }])
  },
  fields: ['mark', 'ctMark'],
  write: ({ field, negated, bits }) => {
    const name = MODULES[field as keyof typeof MODULES]
    const options = bits.map((each) => `-m ${name} ${negated ? '! ' : ''}--mark ${formatBits(each)}`)
    return negated ? [options.join(' ')] : options
  },
}
