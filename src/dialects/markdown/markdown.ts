import { firewallKind } from '@/model/firewalls/lookup'
import type { Dialect } from '../dialect'
import { exportHeader } from '../export-header'
import { type RuleTable, ruleTables } from '../rule-table'

/** Tables for a wiki or an issue (GitHub Flavored Markdown). Written only. */
export const markdown: Dialect = {
  id: 'markdown',
  label: 'Markdown table',
  fileName: 'rules.md',
  detect: () => 0,
  print: (firewall, context) => {
    const head = `${escaped(exportHeader(context))} Firewall: ${escaped(firewallKind(firewall.kind).label)}.\n`
    return {
      text: [head, ...ruleTables(firewall, context).map(table)].join('\n'),
      losses: [],
      complete: true,
    }
  },
}

function table({ title, heads, rows }: RuleTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const body = rows.map((row) => {
    const cells = row.length === 1 ? [`**${escaped(row[0] ?? '')}**`] : row.map(escaped)
    return line([...cells, ...heads.slice(cells.length).map(() => '')])
  })
  return `${[`### ${escaped(title)}`, '', line(heads), line(heads.map(() => '---')), ...body].join('\n')}\n`
}

/** Nothing in a cell is markup: every character that could be is a backslash escape or an entity (GFM 2.4, 6.6). */
function escaped(cell: string): string {
  return cell
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replace(/(?<=:)\/\/|(?<=www)\./g, (found) => (found === '.' ? '&#46;' : '&#47;/'))
    .replaceAll('@', '&#64;')
}
