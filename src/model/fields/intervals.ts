import { FAMILY, type Family, fromInteger } from '../packet/address'
import type { Interval, Scalar } from './field'

/** The scalar after `value`. */
export function next(value: Scalar): Scalar {
  return typeof value === 'bigint' ? value + 1n : value + 1
}

/** The scalar before `value`. */
export function previous(value: Scalar): Scalar {
  return typeof value === 'bigint' ? value - 1n : value - 1
}

/** Whether `value` lies in one of the intervals, which are sorted and disjoint. */
export function containsValue(intervals: readonly Interval[], value: Scalar): boolean {
  let low = 0
  let high = intervals.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const interval = intervals[middle] as Interval
    if (value < interval.first) high = middle - 1
    else if (value > interval.last) low = middle + 1
    else return true
  }
  return false
}

/** The same values as sorted, disjoint intervals; neighbors of one kind of number are joined. */
export function unionIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const union: Interval[] = []
  for (const interval of sorted) {
    const last = union.at(-1)
    if (last && typeof last.last === typeof interval.first && interval.first <= next(last.last)) {
      union[union.length - 1] = {
        first: last.first,
        last: last.last > interval.last ? last.last : interval.last,
      }
    } else {
      union.push(interval)
    }
  }
  return union
}

/** The values of the domain that are in none of the intervals. All must be of the domain's kind of number. */
export function complementIntervals(
  intervals: readonly Interval[],
  domainFirst: Scalar,
  domainLast: Scalar,
): Interval[] {
  const gaps: Interval[] = []
  let from: Scalar | undefined = domainFirst
  for (const { first, last } of unionIntervals(intervals)) {
    if (from === undefined || first > domainLast) break
    if (first > from) gaps.push({ first: from, last: previous(first) })
    from = last >= domainLast ? undefined : next(last)
  }
  if (from !== undefined) gaps.push({ first: from, last: domainLast })
  return gaps
}

/** The values that are in both lists. */
export function intersectIntervals(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const common: Interval[] = []
  for (const left of a) {
    for (const right of b) {
      const first = left.first > right.first ? left.first : right.first
      const last = left.last < right.last ? left.last : right.last
      if (first <= last) common.push({ first, last })
    }
  }
  return unionIntervals(common)
}

/** How many values the disjoint intervals hold. */
export function countValues(intervals: readonly Interval[]): bigint {
  return intervals.reduce((sum, { first, last }) => sum + (BigInt(last) - BigInt(first) + 1n), 0n)
}

/** All addresses of a family. */
export function familyInterval(family: Family): Interval {
  return {
    first: fromInteger(family, 0n),
    last: fromInteger(family, (1n << BigInt(FAMILY[family].bits)) - 1n),
  }
}
