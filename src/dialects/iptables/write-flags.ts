import { containsValue, unionIntervals } from '@/model/fields/intervals'
import { TCP_FLAG } from '@/model/packet/packet'
import { type FlagTest, SYN_ONLY } from '@/model/packet/tcp-flags'
import { flagTestsOf } from '../flag-tests'
import { LeftOut } from '../left-out'
import type { PlainTest } from '../plain-terms'
import { FLAG_SPELLING, SIX_FLAGS } from './spelling'

const BITS = FLAG_SPELLING.map((name) => TCP_FLAG[name])

/**
 * Flags as `--syn` or `--tcp-flags MASK WANTED`, one line for each such test that the set of bytes falls into. These never
 * look at ECE and CWR [E1]; `-m ecn` does.
 */
export function writeFlags(plain: PlainTest): string[] {
  const intervals = unionIntervals(plain.intervals)
  const listed = (byte: number) => containsValue(intervals, byte)
  for (let byte = 0; byte < 256; byte++)
    if (listed(byte) !== listed(byte & SIX_FLAGS)) return writeEcn((each) => listed(each) !== plain.negated)
  const positive = flagTestsOf(listed, BITS)
  const [only, ...others] = positive
  if (plain.negated) {
    if (positive.length === 0) return ['--tcp-flags NONE NONE']
    if (only && others.length === 0 && only.mask === 0) throw new LeftOut('it matches no flags.', true)
    if (only && others.length === 0) return [`! ${writeTest(only)}`]
    return flagTestsOf((byte) => !listed(byte), BITS).map(writeTest)
  }
  if (positive.length === 0) throw new LeftOut('it matches no flags.', true)
  return positive.map(writeTest)
}

const ECN_OPTIONS = [
  [TCP_FLAG.CWR, '--ecn-tcp-cwr'],
  [TCP_FLAG.ECE, '--ecn-tcp-ece'],
] as const

function writeEcn(accepts: (byte: number) => boolean): string[] {
  return flagTestsOf(accepts, [...BITS, ...ECN_OPTIONS.map(([bit]) => bit)]).map(({ mask, value }) => {
    const ecn = ECN_OPTIONS.filter(([bit]) => mask & bit).map(
      ([bit, option]) => `-m ecn ${value & bit ? '' : '! '}${option}`,
    )
    const six = { mask: mask & SIX_FLAGS, value: value & SIX_FLAGS }
    return [...ecn, ...(six.mask === 0 ? [] : [writeTest(six)])].join(' ')
  })
}

function writeTest({ mask, value }: FlagTest): string {
  if (mask === SYN_ONLY.mask && value === SYN_ONLY.value) return '--syn'
  return `--tcp-flags ${names(mask)} ${names(value)}`
}

function names(byte: number): string {
  return FLAG_SPELLING.filter((name) => byte & TCP_FLAG[name]).join(',') || 'NONE'
}
