import type { Interval } from '@/model/fields/field'
import { complementIntervals, containsValue, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import type { Family } from '@/model/packet/address'
import { LeftOut } from '../left-out'
import type { PlainTest } from '../plain-terms'

/** Properties of one line. */
export type Properties = Readonly<Record<string, string>>

/** Alternatives for one field, a line each. */
export interface Column {
  readonly properties: readonly Properties[]
  /** Reads back as the same terms. */
  readonly literal: boolean
}

/** One line per interval; a negated single one as such, more as what is left. */
export function writeNumbers(
  plain: PlainTest,
  last: number,
  write: (range: Interval, not: string) => string,
  key: string,
): Column {
  const intervals = unionIntervals(plain.intervals)
  const [only, ...more] = intervals
  if (plain.negated && only && more.length === 0 && (only.first !== 0 || only.last !== last))
    return { properties: [{ [key]: write(only, '!') }], literal: plain.intervals.length === 1 }
  const wanted = plain.negated ? complementIntervals(intervals, 0, last) : intervals
  if (wanted.length === 0) throw new LeftOut(`it matches no ${fieldOf(plain.field).label}.`, true)
  return { properties: wanted.map((range) => ({ [key]: write(range, '') })), literal: false }
}

export function writeHops(plain: PlainTest, family: Family): Column {
  const key = family === 4 ? 'ttl' : 'hop-limit'
  const intervals = unionIntervals(plain.intervals)
  const wanted = plain.negated ? complementIntervals(intervals, 0, 255) : intervals
  if (wanted.length === 0) throw new LeftOut('it matches no hop limit.', true)
  const [only, ...more] = intervals
  if (plain.negated && only && more.length === 0 && only.first === only.last)
    return { properties: [{ [key]: `not-equal:${only.first}` }], literal: true }
  const tests = wanted.flatMap(({ first, last }) => {
    if (first === last) return [`equal:${first}`]
    if (first === 0) return [last === 255 ? '' : `less-than:${Number(last) + 1}`]
    if (last === 255) return [`greater-than:${Number(first) - 1}`]
    return Array.from(
      { length: Number(last) - Number(first) + 1 },
      (_, index) => `equal:${Number(first) + index}`,
    )
  })
  return { properties: tests.map((test): Properties => (test === '' ? {} : { [key]: test })), literal: false }
}

/** Six of the eight bits; a class takes a line. */
export function writeDscp(plain: PlainTest): Column {
  const intervals = unionIntervals(plain.intervals)
  const listed = (byte: number) => containsValue(intervals, byte)
  const classes = Array.from({ length: 64 }, (_, index) => index).filter((index) => listed(index * 4))
  for (let byte = 0; byte < 256; byte++)
    if (listed(byte) !== listed(byte & 0xfc))
      throw new LeftOut('two bits of its type of service cannot be asked here.')
  const wanted = plain.negated
    ? Array.from({ length: 64 }, (_, index) => index).filter((index) => !classes.includes(index))
    : classes
  if (wanted.length === 0) throw new LeftOut('it matches no type of service.', true)
  if (wanted.length === 64) return { properties: [{}], literal: false }
  if (plain.negated && classes.length === 1)
    return { properties: [{ dscp: `!${classes[0]}` }], literal: true }
  return { properties: wanted.map((each) => ({ dscp: String(each) })), literal: false }
}
