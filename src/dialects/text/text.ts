import { firewallKind } from '@/model/firewalls/lookup'
import type { Dialect } from '../dialect'
import { exportHeader } from '../export-header'
import { type RuleTable, ruleTables } from '../rule-table'

/** An aligned table for people. Written only. */
export const text: Dialect = {
  id: 'text',
  label: 'Plain table',
  fileName: 'rules.txt',
  detect: () => 0,
  print: (firewall, context) => {
    const head = `${exportHeader(context)}\n${firewallKind(firewall.kind).label}\n`
    const tables = ruleTables(firewall, context).map(alignedTable)
    return { text: [head, ...tables].join('\n'), losses: [], complete: true }
  },
}

/** Longest cell that takes part in the width of its column; a longer one pushes its own row out. */
const WIDEST = 48

function alignedTable({ title, heads, rows }: RuleTable): string {
  const cells = rows.filter((row) => row.length > 1)
  // Columns in which nothing stands are left out.
  const used = heads.map((_, column) => column < 2 || cells.some((row) => (row[column] ?? '') !== ''))
  const widths = heads.map((head, column) =>
    Math.max(width(head), ...cells.map((row) => Math.min(WIDEST, width(row[column] ?? '')))),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell))))
      .filter((_, column) => used[column])
      .join('  ')
      .trimEnd()
  const body = rows.map((row) => (row.length === 1 ? `-- ${row[0]}` : line(row)))
  return `${[title.toUpperCase() === title ? title : title[0]?.toUpperCase() + title.slice(1), line(heads), ...body].join('\n')}\n`
}

/** Characters, not bytes or halves of them. */
function width(cell: string): number {
  return [...cell].length
}
