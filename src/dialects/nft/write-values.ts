import type { Interval } from '@/model/fields/field'
import { unionIntervals } from '@/model/fields/intervals'
import { formatAddress, type IpAddress } from '@/model/packet/address'
import { formatPrefix, intervalAsPrefix } from '@/model/packet/prefix'

/** Values as nft writes them: one bare, several as a set. Overlapping intervals make no set, so they are joined. */
export function values(intervals: readonly Interval[], write: (interval: Interval) => string): string {
  const written = unionIntervals(intervals).map(write)
  return written.length === 1 ? (written[0] ?? '') : `{ ${written.join(', ')} }`
}

export const number = ({ first, last }: Interval) => (first === last ? `${first}` : `${first}-${last}`)

/** Protocols that are words of nft's grammar, so that no /etc/protocols is needed; the rest are numbers. */
const PROTOCOL_WORDS: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  17: 'udp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'icmpv6',
  132: 'sctp',
  136: 'udplite',
}

export const protocolWord = (interval: Interval) =>
  (interval.first === interval.last && PROTOCOL_WORDS[Number(interval.first)]) || number(interval)

export function addressWord({ first, last }: Interval): string {
  const prefix = intervalAsPrefix({ first, last })
  return prefix
    ? formatPrefix(prefix)
    : `${formatAddress(first as IpAddress)}-${formatAddress(last as IpAddress)}`
}

/** One interval per number, so that each has its word. */
export const singly = (numbers: readonly number[], write: (interval: Interval) => string) => {
  const words = numbers.map((each) => write({ first: each, last: each }))
  return words.length === 1 ? (words[0] ?? '') : `{ ${words.join(', ')} }`
}

/** Numbers as words: those of `words` at their places. */
export function worded(intervals: readonly Interval[], words: readonly string[]): string {
  const numbers = intervals.flatMap(({ first, last }) =>
    words.slice(Number(first), Number(last) + 1).map((_, index) => Number(first) + index),
  )
  return singly([...new Set(numbers)], ({ first }) => words[Number(first)] ?? '')
}
