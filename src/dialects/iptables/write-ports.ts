import { conditionOn } from '@/model/fields/cell'
import type { Condition, FieldTest, Interval } from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import { PROTOCOL } from '@/model/packet/packet'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { type PlainTest, plainTest } from '../plain-terms'
import { FIELD_SPELLING, MULTIPORT_SLOTS } from './spelling'

/** Source and destination port for one protocol: alternatives each. */
export function writePorts(
  match: readonly Condition[],
  protocol: number | undefined,
  context: PrintContext,
): string[][] {
  const tests = [conditionOn(match, 'sport'), conditionOn(match, 'dport')].filter(
    (test) => test !== undefined,
  )
  const plains = tests.map((test: FieldTest) => plainTest(test, context))
  const single = ({ intervals }: PlainTest) =>
    intervals.length === 1 && intervals[0]?.first === intervals[0]?.last
  // Two negated single ports mean "not both" in iptables-nft 1.8.9 (SEMANTICS [B8]); multiport is right everywhere.
  const crossed = plains.length === 2 && plains.every((plain) => plain.negated && single(plain))
  // udplite has no match of its own.
  const multiport = crossed || protocol === PROTOCOL.udplite
  const columns = plains.map((plain) => {
    if (plain.intervals.length === 0 && !plain.negated)
      throw new LeftOut(`its ${fieldOf(plain.field).label} stands for nothing now.`)
    // "None of nothing" still wants a port.
    const every = plain.intervals.length === 0
    const intervals = every ? [{ first: 0, last: 65535 }] : plain.intervals
    const bang = plain.negated && !every ? '! ' : ''
    if (intervals.length === 1 && !multiport)
      return [`${bang}${FIELD_SPELLING[plain.field]} ${intervals.map(writePortRange).join('')}`]
    const chunks = chunkPorts(intervals).map(
      (chunk) => `-m multiport ${bang}${FIELD_SPELLING[plain.field]}s ${chunk.map(writePortRange).join(',')}`,
    )
    return plain.negated && !every ? [chunks.join(' ')] : chunks
  })
  // After -m multiport, --dport would be multiport's own [F1].
  return columns.sort((x, y) => Number(x.some(isMultiport)) - Number(y.some(isMultiport)))
}

const isMultiport = (text: string) => text.startsWith('-m multiport')

export const writePortRange = ({ first, last }: Interval) =>
  first === last ? String(first) : `${first}:${last}`

export function chunkPorts(intervals: readonly Interval[]): Interval[][] {
  const chunks: Interval[][] = []
  let used = MULTIPORT_SLOTS
  for (const interval of intervals) {
    const slots = interval.first === interval.last ? 1 : 2
    if (used + slots > MULTIPORT_SLOTS) {
      chunks.push([])
      used = 0
    }
    chunks.at(-1)?.push(interval)
    used += slots
  }
  return chunks
}
