import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Rows of the story list that this release shows; each has at least one test that names it. */
const ROWS = [
  ...range(1, 9),
  ...range(12, 16),
  ...range(19, 22),
  ...range(34, 36),
  ...range(41, 44),
  ...range(47, 50),
  115,
].map((row) => `R${String(row).padStart(3, '0')}`)

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(test|spec)\.tsx?$/.test(name))
    .map((name) => join(folder, name))
}

/** The row names that stand in titles of tests: in a string that opens a test, describe or a row of test.each. */
function rowsNamed(): Set<string> {
  const files = ['src', 'tests', 'e2e'].flatMap(testFiles).filter((file) => !file.endsWith('stories.test.ts'))
  return new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/\bR\d{3}\b/g) ?? []))
}

describe('each story row of this release has a test that names it', () => {
  const named = rowsNamed()
  test.each(ROWS)('%s', (row) => {
    expect(named.has(row), `no test names ${row}`).toBe(true)
  })
})
