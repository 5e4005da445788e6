import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { context, homeOf, netfilterOf } from '../../../tests/arbitraries/rules'
import { detectDialect } from '../detect'
import { readRecords, writeCell } from './cells'
import { parseCsv } from './parse'
import { printCsv } from './print'

/** Without source lines, and without rules that were told of as left out. */
function comparable({ kind, form, builtins, ruleset }: Firewall, left: ReadonlySet<string>) {
  const tables = ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rows: chain.rows
        .filter((row) => !left.has(row.id))
        .map((row) => {
          if (row.kind === 'separator') return row
          const { sourceLine: _line, ...rule } = row
          return rule
        }),
    })),
  }))
  return { kind, form, builtins, tables }
}

const firewalls = fc.oneof(netfilterOf(4), netfilterOf(6), homeOf(4), homeOf(6))

test('what is printed reads back as the same, ids and tokens and all', () => {
  fc.assert(
    fc.property(firewalls, (firewall) => {
      const printed = printCsv(firewall, context)
      const read = parseCsv(printed.text, context)
      if (!read.ok) throw new Error(`${printed.text}\n${JSON.stringify(read.diagnostics)}`)
      expect(read.diagnostics.filter(({ kind }) => kind === 'syntax-error')).toEqual([])
      const gone = printed.losses.filter(({ sentence }) => sentence.includes('left out'))
      const left = new Set(gone.flatMap(({ rule }) => (rule === undefined ? [] : [rule])))
      expect(comparable(read.value.firewall, left)).toEqual(comparable(firewall, left))
      expect(detectDialect(printed.text)[0]?.dialect.id).toBe('csv')
    }),
    { seed: 20_269, numRuns: 300 },
  )
})

test('any cells go through a line, and none is a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 6 }), (cells) => {
      const line = cells.map(writeCell).join(',')
      const [record] = readRecords(line, ',')
      expect(record?.cells.map(({ text }) => text)).toEqual(cells.map((cell) => cell.replace(/\r$/, '')))
      for (const cell of cells) expect(writeCell(cell)).not.toMatch(/^"?[=+\-@\t\r]/)
    }),
    { seed: 20_270, numRuns: 500 },
  )
})
