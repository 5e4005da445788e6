import { containsValue, unionIntervals } from '@/model/fields/intervals'
import { TCP_FLAG } from '@/model/packet/packet'
import { type FlagTest, SYN_ONLY } from '@/model/packet/tcp-flags'
import type { PlainTest } from '../plain-terms'
import { LeftOut } from './left-out'
import { FLAG_SPELLING, SIX_FLAGS } from './spelling'

/**
 * Flags as `--syn` or `--tcp-flags MASK WANTED`, one line for each such test that the set of bytes falls into. ECE and CWR
 * are never looked at here [E1].
 */
export function writeFlags(plain: PlainTest): string[] {
  const intervals = unionIntervals(plain.intervals)
  const listed = (byte: number) => containsValue(intervals, byte)
  for (let byte = 0; byte < 256; byte++)
    if (listed(byte) !== listed(byte & SIX_FLAGS)) throw new LeftOut('ECE and CWR cannot be looked at here.')
  const positive = testsOf(listed)
  const [only, ...others] = positive
  if (plain.negated) {
    if (positive.length === 0) return ['--tcp-flags NONE NONE']
    if (only && others.length === 0 && only.mask === 0) throw new LeftOut('it matches no flags.', true)
    if (only && others.length === 0) return [`! ${writeTest(only)}`]
    return testsOf((byte) => !listed(byte)).map(writeTest)
  }
  if (positive.length === 0) throw new LeftOut('it matches no flags.', true)
  return positive.map(writeTest)
}

function writeTest({ mask, value }: FlagTest): string {
  if (mask === SYN_ONLY.mask && value === SYN_ONLY.value) return '--syn'
  return `--tcp-flags ${names(mask)} ${names(value)}`
}

function names(byte: number): string {
  return FLAG_SPELLING.filter((name) => byte & TCP_FLAG[name]).join(',') || 'NONE'
}

/** Disjoint tests that together accept exactly the bytes, one where one is enough. */
function testsOf(accepts: (byte: number) => boolean): FlagTest[] {
  const bits = FLAG_SPELLING.map((name) => TCP_FLAG[name])
  // A bit that never matters is left out of the mask first, so that a set that is one test stays one.
  const asked = bits.filter((bit) => {
    for (let byte = 0; byte <= SIX_FLAGS; byte++) if (accepts(byte) !== accepts(byte ^ bit)) return true
    return false
  })
  const split = (index: number, mask: number, value: number): FlagTest[] => {
    const bit = asked[index]
    if (bit === undefined) return accepts(value) ? [{ mask, value }] : []
    return [...split(index + 1, mask | bit, value | bit), ...split(index + 1, mask | bit, value)]
  }
  return split(0, 0, 0)
}
