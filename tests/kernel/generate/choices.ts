import { seededRandom } from '@/engine/random'

/** Random choices that the same seed repeats. */
export interface Choices {
  /** From 0 inclusive to `below` exclusive. */
  number(below: number): number
  /** From `first` to `last`, both inclusive. */
  between(first: number, last: number): number
  one<T>(from: readonly T[]): T
  /** True in about `percent` of 100. */
  chance(percent: number): boolean
  list<T>(length: number, make: () => T): T[]
}

export function choices(seed: number): Choices {
  const random = seededRandom(seed)
  const number = (below: number) => Math.floor(random() * below)
  return {
    number,
    between: (first, last) => first + number(last - first + 1),
    one: (from) => from[number(from.length)] as (typeof from)[number],
    chance: (percent) => random() * 100 < percent,
    list: (length, make) => Array.from({ length }, make),
  }
}
