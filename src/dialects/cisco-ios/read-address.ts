import type { Interval } from '@/model/fields/field'
import { unionIntervals } from '@/model/fields/intervals'
import { type Family, familyOf, type IpAddress, parseAddress, toInteger } from '@/model/packet/address'
import { parseInterfaceAddress, parsePrefix, prefixInterval } from '@/model/packet/prefix'
import { Refusal } from './refusal'
import type { Word, Words } from './words'

/** Most blocks that a wildcard with holes is written out as. */
const BLOCKS_AT_MOST = 256

/** An end of an entry: `any`, `host A`, `A WILDCARD`, `P/LENGTH`, `object-group NAME`. Undefined: any. */
export function readEnd(
  words: Words,
  family: Family,
  group: (name: Word) => readonly Interval[],
): readonly Interval[] | undefined {
  const word = words.take()
  if (!word) throw new Refusal('An address is missing. Write any, host 192.0.2.1 or 192.0.2.0 0.0.0.255.')
  switch (word.text.toLowerCase()) {
    case 'any':
    case 'any4':
    case 'any6':
      return undefined
    case 'host':
      return [hostOf(words.take(), family, word)]
    case 'object-group':
      return group(words.take() ?? missing('The name of the group', word))
    default:
      return word.text.includes('/') ? [prefixOf(word, family)] : wildcardOf(word, words, family)
  }
}

/** `A WILDCARD` of a standard list, where the wildcard may be left out. */
export function readStandardEnd(words: Words): readonly Interval[] | undefined {
  const word = words.take()
  if (!word) throw new Refusal('An address is missing. Write any, host 192.0.2.1 or 192.0.2.0 0.0.0.255.')
  if (word.text.toLowerCase() === 'any') return undefined
  if (word.text.toLowerCase() === 'host') return [hostOf(words.take(), 4, word)]
  if (/^\d+\./.test(words.next ?? '')) return wildcardOf(word, words, 4)
  return [hostOf(word, 4, word)]
}

function missing(what: string, after: Word): never {
  throw new Refusal(`${what} is missing after ${after.text}.`, after)
}

export function hostOf(word: Word | undefined, family: Family, after: Word): Interval {
  const address = addressOf(word ?? missing('An address', after), family)
  return { first: address, last: address }
}

export function addressOf(word: Word, family: Family): IpAddress {
  const read = parseAddress(word.text)
  if (!read.ok) throw new Refusal(read.diagnostics[0]?.message ?? `${word.text} is no address.`, word)
  if (familyOf(read.value) !== family)
    throw new Refusal(`${word.text} is not an address of this list's family.`, word)
  return read.value
}

function prefixOf(word: Word, family: Family): Interval {
  const read = parsePrefix(word.text)
  if (!read.ok) throw new Refusal(read.diagnostics[0]?.message ?? `${word.text} is no prefix.`, word)
  if (familyOf(read.value.address) !== family)
    throw new Refusal(`${word.text} is not a prefix of this list's family.`, word)
  return prefixInterval(read.value)
}

/** The bits that are set in a wildcard do not matter; they may stand anywhere. */
function wildcardOf(word: Word, words: Words, family: Family): readonly Interval[] | undefined {
  const address = addressOf(word, family)
  if (family === 6) throw new Refusal(`${word.text} has no length. Write ${word.text}/64.`, word)
  const mask = words.take()
  if (!mask) missing('The wildcard', word)
  const wildcard = Number(toInteger(addressOf(mask, 4)))
  if (wildcard === 0xffffffff) return undefined
  const intervals = wildcardIntervals(Number(address), wildcard)
  if (!intervals)
    throw new Refusal(`The wildcard ${mask.text} makes more than ${BLOCKS_AT_MOST} blocks.`, mask)
  return intervals
}

function wildcardIntervals(address: number, wildcard: number): Interval[] | undefined {
  // The run of ones at the end is a block; each one before it doubles the blocks.
  const block = ((wildcard ^ (wildcard + 1)) >>> 1) >>> 0
  const loose = Array.from({ length: 32 }, (_, bit) => 2 ** bit).filter(
    (bit) => ((wildcard & ~block) >>> 0) & bit,
  )
  if (2 ** loose.length > BLOCKS_AT_MOST) return undefined
  const base = (address & ~wildcard) >>> 0
  const firsts = loose.reduce<number[]>((all, bit) => all.flatMap((each) => [each, each + bit]), [base])
  return unionIntervals(firsts.map((first) => ({ first, last: first + block })))
}

/** A line of `object-group network`: `host A`, `A NETMASK`, `A/LENGTH`, `range A B`, `any`. */
export function readGroupAddress(words: Words): readonly Interval[] {
  const word = words.take()
  if (!word) throw new Refusal('An address is missing.')
  if (word.text.toLowerCase() === 'any') return [{ first: 0, last: 0xffffffff }]
  if (word.text.toLowerCase() === 'host') return [hostOf(words.take(), 4, word)]
  if (word.text.toLowerCase() === 'range') {
    const first = addressOf(words.take() ?? missing('An address', word), 4)
    const last = addressOf(words.take() ?? missing('A second address', word), 4)
    if (first > last) throw new Refusal('The range runs backwards. Write the lower address first.', word)
    return [{ first, last }]
  }
  if (word.text.includes('/')) return [prefixOf(word, 4)]
  const mask = words.take()
  if (!mask) return [hostOf(word, 4, word)]
  const read = parseInterfaceAddress(`${word.text}${mask.text.startsWith('/') ? '' : '/'}${mask.text}`)
  if (!read.ok) throw new Refusal(read.diagnostics[0]?.message ?? `${mask.text} is no netmask.`, mask)
  return [prefixInterval(read.value)]
}
