import { containsValue, unionIntervals } from '@/model/fields/intervals'
import { TCP_FLAG } from '@/model/packet/packet'
import type { FlagTest } from '@/model/packet/tcp-flags'
import { flagTestsOf } from '../flag-tests'
import { LeftOut } from '../left-out'
import type { PlainTest } from '../plain-terms'

/** Words of nft(8) for the eight bits. */
const WORDS = [
  ['fin', TCP_FLAG.FIN],
  ['syn', TCP_FLAG.SYN],
  ['rst', TCP_FLAG.RST],
  ['psh', TCP_FLAG.PSH],
  ['ack', TCP_FLAG.ACK],
  ['urg', TCP_FLAG.URG],
  ['ecn', TCP_FLAG.ECE],
  ['cwr', TCP_FLAG.CWR],
] as const

/** Flags as a mask and a comparison: `tcp flags & (fin | syn | rst | ack) == syn` [e11 A1]. */
export function writeFlags(plain: PlainTest): string[] {
  const intervals = unionIntervals(plain.intervals)
  const accepts = (byte: number) => containsValue(intervals, byte) !== plain.negated
  const bits = WORDS.map(([, bit]) => bit)
  const tests = flagTestsOf(accepts, bits)
  if (tests.length === 0) throw new LeftOut('it matches no flags.', true)
  const [other, ...more] = flagTestsOf((byte) => !accepts(byte), bits)
  // All but one test is one line too.
  if (tests.length > 1 && other && more.length === 0) return [writeTest(other, '!=')]
  return tests.map((test) => writeTest(test, '=='))
}

function writeTest({ mask, value }: FlagTest, operator: '==' | '!='): string {
  const words = (byte: number) => WORDS.filter(([, bit]) => byte & bit).map(([word]) => word)
  if (mask === 0) return 'meta l4proto tcp'
  const wanted = words(value).join(' | ') || '0x0'
  return `tcp flags & (${words(mask).join(' | ')}) ${operator} ${value === 0 || words(value).length === 1 ? wanted : `(${wanted})`}`
}
