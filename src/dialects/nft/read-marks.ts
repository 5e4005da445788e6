import { ALL_BITS, parseBits } from '@/model/fields/bits'
import type { PlainTarget } from '@/model/ruleset/ruleset'

const KEY = '(?:meta mark|mark|ct mark)'
const NUMBER = '(0x[0-9a-f]+|\\d+)'
const SET = new RegExp(`^(${KEY}) set ${NUMBER}$`, 'i')
const CHANGED = new RegExp(
  `^(${KEY}) set (${KEY})(?: (?:and|&) ${NUMBER})?(?: (or|xor|\\||\\^) ${NUMBER})?$`,
  'i',
)

/** `meta mark set 0x1`, `ct mark set mark`, `meta mark set mark and 0xf0 or 0x1`; undefined for what is said otherwise. */
export function markChange(text: string): PlainTarget | undefined {
  const set = SET.exec(text)
  if (set) return changed(set[1] ?? '', ALL_BITS, parseBits(set[2] ?? ''))
  const [found, to = '', from = '', kept, how, bits] = CHANGED.exec(text) ?? []
  if (found === undefined) return undefined
  const keeps = kept === undefined ? ALL_BITS : parseBits(kept)
  const flip = bits === undefined ? 0 : parseBits(bits)
  if (keeps === undefined || flip === undefined) return undefined
  const ofConnection = (key: string) => key === 'ct mark'
  if (ofConnection(to) === ofConnection(from)) {
    const isOr = how === 'or' || how === '|'
    return changed(to, (~keeps | (isOr ? flip : 0)) >>> 0, flip)
  }
  if (how !== undefined) return undefined
  return { kind: ofConnection(to) ? 'save-mark' : 'restore-mark', from: keeps, to: ALL_BITS }
}

function changed(key: string, mask: number, flip: number | undefined): PlainTarget | undefined {
  if (flip === undefined) return undefined
  return { kind: key === 'ct mark' ? 'connmark' : 'mark', mask, flip }
}
