import { describe, expect, test } from 'vitest'
import { engine } from '../kernel/judge'
import { ROWS } from './rows'
import { casesOf, told } from './rows/row'

/** What was measured on a Linux kernel, asked of the engine; tests/kernel asks the kernel the same. */
describe.each(ROWS)('$name', (row) => {
  const expected = row.packets.map(([, what]) => what)
  test.each(casesOf(row))('$tool', ({ given }) => {
    expect(told(engine(given), row)).toEqual(expected)
  })
})
