import { formatAddressRange } from '@/model/fields/address-field'
import { formatCondition, parseCell } from '@/model/fields/cell'
import type { Condition, FieldId, FieldTest } from '@/model/fields/field'
import { FIELDS } from '@/model/fields/index'
import { fieldOf } from '@/model/fields/lookup'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import type { IpAddress } from '@/model/packet/address'
import type { Chain, Row, Rule, Table } from '@/model/ruleset/ruleset'
import type { PrintContext, PrintedRules } from '../dialect'
import { key } from '../iptables/merge'
import { LeftOut } from '../left-out'
import { Losses } from '../losses'
import { asTerms, plainTest } from '../plain-terms'
import { fitBytes, plainText, shortText } from '../plain-text'
import { separateRules } from '../separate-rules'
import { writeCell } from './cells'
import { COMMON_FIELDS, type Column, FIRST_COLUMNS, LAST_COLUMNS } from './columns'
import { plain, writeTarget } from './targets'

type Cells = Partial<Record<Column, string>>

/** Longest cell: what a spreadsheet takes is far more, a rule is far less. */
const CELL_AT_MOST = 1500

/** Writes every chain of a firewall as rows of one table, RFC 4180. */
export function printCsv(firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const rows: Cells[] = [
    { row: 'firewall', name: firewall.kind, to: firewall.form },
    ...firewall.builtins.map((group) => builtinRow(group, losses)),
    ...firewall.ruleset.tables.flatMap((table) => tableRows(table, context, losses)),
  ]
  if (context.mappings.length > 0 && context.nat === 'napt')
    losses.lose('Port mappings are not in this table.', undefined, false)
  if (!losses.complete)
    rows.unshift({ row: 'note', name: 'Incomplete: what could not be said here stands as a note.' })
  const columns = columnsOf(rows)
  const text = [
    columns.join(','),
    ...rows.map((row) => columns.map((column) => writeCell(row[column] ?? '')).join(',')),
    '',
  ].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

function columnsOf(rows: readonly Cells[]): Column[] {
  const used = new Set(rows.flatMap((row) => Object.keys(row)))
  const fields = FIELDS.map(({ id }) => id).filter((id) => COMMON_FIELDS.includes(id) || used.has(id))
  return [...FIRST_COLUMNS, ...fields, ...LAST_COLUMNS]
}

function builtinRow({ id, enabled, addresses }: Firewall['builtins'][number], losses: Losses): Cells {
  const src = addresses
    .map(({ first, last }) => formatAddressRange(first as IpAddress, last as IpAddress))
    .join(', ')
  const fits = src.length <= CELL_AT_MOST
  if (!fits)
    losses.lose('The list of a group that comes with the device is too long for a cell.', undefined, false)
  return { row: 'builtin', id: ownId(id, losses), on: yesNo(enabled), ...(fits && { src }) }
}

const yesNo = (value: boolean) => (value ? 'yes' : 'no')

function tableRows(table: Table, context: PrintContext, losses: Losses): Cells[] {
  const name = `${table.family} ${fitBytes(plainText(table.name), 60)}`
  const names = chainNames(table, losses)
  const chain = (wanted: string) =>
    table.chains.some((each) => each.name === wanted && !each.base) ? names.get(wanted) : undefined
  return table.chains.flatMap((each) => {
    const place = { table: name, chain: names.get(each.name) ?? '' }
    return [
      chainRow(each, place),
      ...each.rows.flatMap((row) => rowCells(row, place, chain, context, losses)),
    ]
  })
}

function chainRow({ base }: Chain, place: Cells): Cells {
  return {
    row: 'chain',
    ...place,
    ...(base && {
      action: base.policy,
      ...(base.hook && { hook: base.hook }),
      ...(base.priority !== undefined && { priority: String(base.priority) }),
      ...(base.type && { to: base.type }),
    }),
  }
}

function rowCells(
  row: Row,
  place: Cells,
  chain: (name: string) => string | undefined,
  context: PrintContext,
  losses: Losses,
): Cells[] {
  if (row.kind === 'separator')
    return [{ row: 'title', ...place, name: shortText(row.title, 200), id: ownId(row.id, losses) }]
  try {
    const rules = separateRules(row)
    if (rules.length > 1 || rules[0] !== row)
      losses.lose('It asks for several fields together, and is written as several rules.', row.id, true)
    return rules.map((rule) => ({ row: 'rule', ...place, ...ruleCells(rule, chain, context, losses) }))
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    losses.leaveOut(row, error)
    return [
      {
        row: 'note',
        ...place,
        name: `left out: ${shortText(row.name || row.id, 80)}: ${plainText(error.message)}`,
      },
    ]
  }
}

function ruleCells(
  rule: Rule,
  chain: (name: string) => string | undefined,
  context: PrintContext,
  losses: Losses,
): Cells {
  const name = fitBytes(plainText(rule.name), 200)
  if (name !== rule.name)
    losses.lose('Its name is written on one line, without what cannot be seen.', rule.id, true)
  return {
    on: yesNo(rule.enabled),
    name,
    ...matchCells(rule.match, context),
    ...writeTarget(rule.target, chain),
    log: rule.log ? 'yes' : '',
    ...(rule.logPrefix !== undefined && {
      'log prefix': plain(rule.logPrefix, 'what its log line begins with'),
    }),
    ...(rule.assume && { assume: rule.assume }),
    id: ownId(rule.id, losses),
  }
}

function matchCells(
  match: readonly Condition[],
  context: PrintContext,
): Partial<Record<FieldId | 'other', string>> {
  const cells: Partial<Record<FieldId | 'other', string>> = {}
  for (const condition of match) {
    const key = condition.kind === 'test' ? condition.field : 'other'
    if (condition.kind === 'concatenation' || condition.kind === 'either')
      throw new LeftOut('it looks at several fields together.')
    const asked = condition.kind === 'test' ? fieldOf(condition.field).label : 'text of another language'
    if (cells[key] !== undefined) throw new LeftOut(`it asks for ${asked} twice.`)
    const text =
      condition.kind === 'opaque'
        ? `${plain(condition.dialect, 'a condition')}: ${plain(condition.text, 'a condition')}`
        : cellOf(condition, context)
    if (text.length > CELL_AT_MOST || plainText(text) !== text)
      throw new LeftOut('a condition of it does not fit into a cell of plain text.')
    cells[key] = text
  }
  return cells
}

/** The cell as it stands in the table; its values where that would not be read as the same. Throws LeftOut. */
function cellOf(test: FieldTest, context: PrintContext): string {
  for (const terms of [test.terms, asTerms(plainTest(test, context))]) {
    const text = formatCondition({ ...test, terms }, context.names)
    const back = parseCell(test.field, text, context.names)
    if (back.ok && back.value && key(back.value) === key({ ...test, terms })) return text
  }
  throw new LeftOut(`its ${fieldOf(test.field).label} cannot be written so that it is read as the same.`)
}

/** Longest id that is carried. */
const ID_BYTES = 100

function ownId(id: string, losses: Losses): string {
  const written = fitBytes(plainText(id), ID_BYTES)
  if (written !== id) losses.lose('An id is written on one line and cut.', id, true)
  return written
}

function chainNames({ chains }: Table, losses: Losses): Map<string, string> {
  const names = new Map<string, string>()
  for (const { name } of chains) {
    const wish = fitBytes(plainText(name), 60) || 'chain'
    let written = wish
    for (let copy = 2; [...names.values()].includes(written); copy++) written = `${wish}-${copy}`
    if (written !== name) losses.lose(`A chain is called ${shortText(written, 60)} here.`, undefined, true)
    names.set(name, written)
  }
  return names
}
