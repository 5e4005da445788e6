import { describe, expect, test } from 'vitest'
import { fuzz, READ } from './fuzz'
import { Chance, mutate } from './mutate'

/** A sample of what `npm run fuzz` tries at length. */
const SAMPLE = { texts: 5000, seed: 20_264 } as const

describe.each(READ.map((dialect) => ({ id: dialect.id, dialect })))('$id', ({ dialect }) => {
  test(`takes ${SAMPLE.texts} spoiled texts without throwing`, () => {
    const { troubles, texts } = fuzz(dialect, SAMPLE.texts, SAMPLE.seed)
    expect(troubles).toEqual([])
    expect(texts).toBe(SAMPLE.texts)
  }, 120_000)
})

test('a seed decides what is tried', () => {
  const once = (seed: number) => mutate('-A INPUT -j DROP', new Chance(seed), ['-P INPUT DROP'])
  expect(once(7)).toBe(once(7))
  expect(new Set(Array.from({ length: 50 }, (_, seed) => once(seed))).size).toBeGreaterThan(30)
})
