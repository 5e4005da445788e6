import { ADDRESS_TYPES, type FieldId, type Interval } from '@/model/fields/field'
import { complementIntervals, containsValue, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import type { Family } from '@/model/packet/address'
import { LeftOut } from '../left-out'
import type { PlainTest } from '../plain-terms'
import { number, values, worded } from './write-values'

/** nft's words for ADDRESS_TYPES. */
const ADDRESS_TYPE_WORDS = ADDRESS_TYPES.map((type) => (type === 'unspecified' ? 'unspec' : type))
const PACKET_TYPE_WORDS = ['unicast', 'broadcast', 'multicast', 'other']

/** Tests on the IP header and on what comes with the packet. Throws LeftOut. */
const WRITERS: Partial<Record<FieldId, (test: PlainTest, family: Family) => string>> = {
  length: (test) => compared('meta length', test, number),
  hopLimit: (test, family) => compared(family === 4 ? 'ip ttl' : 'ip6 hoplimit', test, number),
  fragment: writeFragment,
  packetType: (test) => typed('meta pkttype', test, PACKET_TYPE_WORDS),
  srcType: (test) => typed('fib saddr type', test, ADDRESS_TYPE_WORDS),
  dstType: (test) => typed('fib daddr type', test, ADDRESS_TYPE_WORDS),
}

export const isHeaderField = (field: FieldId) => field in WRITERS

export function writeHeaderTest(test: PlainTest, family: Family): string {
  return WRITERS[test.field]?.(test, family) ?? ''
}

function compared(key: string, test: PlainTest, write: (interval: Interval) => string): string {
  return `${key} ${test.negated ? '!= ' : ''}${values(test.intervals, write)}`
}

function typed(key: string, { intervals, negated }: PlainTest, words: readonly string[]): string {
  return `${key} ${negated ? '!= ' : ''}${worded(intervals, words)}`
}

/** The type of service in its halves: a line for each set of ECN values that goes with some DSCP. */
export function writeService(test: PlainTest | undefined, family: Family): string[] {
  if (!test) return ['']
  const word = family === 4 ? 'ip' : 'ip6'
  const wanted = test.negated ? complementIntervals(test.intervals, 0, 255) : unionIntervals(test.intervals)
  const dscpByEcn = new Map<string, { readonly ecn: number[]; readonly dscp: number[] }>()
  for (let dscp = 0; dscp < 64; dscp++) {
    const ecn = [0, 1, 2, 3].filter((each) => containsValue(wanted, dscp * 4 + each))
    if (ecn.length === 0) continue
    const known = dscpByEcn.get(ecn.join())
    if (known) known.dscp.push(dscp)
    else dscpByEcn.set(ecn.join(), { ecn, dscp: [dscp] })
  }
  const list = (numbers: readonly number[]) =>
    values(
      numbers.map((each) => ({ first: each, last: each })),
      number,
    )
  const lines = [...dscpByEcn.values()].map(({ ecn, dscp }) => {
    const parts = [
      dscp.length < 64 ? `${word} dscp ${list(dscp)}` : '',
      ecn.length < 4 ? `${word} ecn ${list(ecn)}` : '',
    ].filter(Boolean)
    return parts.join(' ') || `${word} dscp 0-63`
  })
  if (lines.length === 0) throw new LeftOut('it matches no type of service.', true)
  return lines
}

/** Parts as the field numbers them: whole, first, middle, last. */
function writeFragment({ field, intervals, negated }: PlainTest, family: Family): string {
  const parts = unionIntervals(intervals)
    .map(({ first, last }) => `${first}-${last}`)
    .join()
  if (family === 4 && parts === '2-3') return `ip frag-off & 0x1fff ${negated ? '==' : '!='} 0`
  if (family === 4 && parts === '0-1') return `ip frag-off & 0x1fff ${negated ? '!=' : '=='} 0`
  const known = !negated && family === 6 ? IPV6_PARTS[parts] : undefined
  if (!known) throw new LeftOut(`such a ${fieldOf(field).label} has no spelling here.`)
  return known
}

const IPV6_PARTS: Readonly<Record<string, string>> = {
  '1-1': 'frag frag-off 0',
  '1-2': 'frag more-fragments 1',
  '1-3': 'exthdr frag exists',
  '3-3': 'frag more-fragments 0',
}
