import type { Dialect } from '../dialect'
import { readRecords, separatorOf } from './cells'
import { columnOf } from './columns'
import { parseCsv } from './parse'
import { printCsv } from './print'

/** Rules as rows of a spreadsheet. */
export const csv: Dialect = {
  id: 'csv',
  label: 'CSV',
  fileName: 'firewall.csv',
  detect: (text) => {
    const [head = ''] = text.replace(/^\ufeff/, '').split('\n', 1)
    const [record] = readRecords(head, separatorOf(head))
    const known = (record?.cells ?? []).map((cell) => columnOf(cell.text))
    const several = known.filter((column) => column !== undefined).length
    return known.includes('action') && several >= 3 ? 0.99 : 0
  },
  parse: parseCsv,
  print: printCsv,
}
