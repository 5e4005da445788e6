import { parseCell, sortConditions } from '@/model/fields/cell'
import type { Condition, FieldId } from '@/model/fields/field'
import { FIELDS } from '@/model/fields/index'
import { FIREWALL_KIND_IDS, type Firewall, type FirewallKindId } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { NETFILTER_TABLES, type NetfilterTableName, netfilterTable } from '@/model/firewalls/netfilter'
import { type Diagnostic, diagnostic, failure, type Result, success } from '@/model/result'
import { checkRuleset } from '@/model/ruleset/check'
import {
  CHAIN_TYPES,
  type Chain,
  type ChainType,
  HOOKS,
  type Hook,
  POLICIES,
  type Policy,
  type Row,
  type Table,
  type TableFamily,
} from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules, ParseContext } from '../dialect'
import { type Cell, type CsvRecord, readRecords, separatorOf } from './cells'
import { type Column, columnOf } from './columns'
import { readTarget } from './targets'

/** Reads a table of rules, RFC 4180, with a first line of heads. */
export function parseCsv(text: string, context: ParseContext): Result<ImportedRules> {
  if (text.trim() === '') return failure('There is no text to read.')
  const clean = text.replace(/^\ufeff/, '')
  const [head, ...records] = readRecords(clean, separatorOf(clean))
  const columns = (head?.cells ?? []).map((cell) => columnOf(cell.text))
  if (!columns.includes('action') || columns.filter((column) => column !== undefined).length < 2)
    return failure(
      'The first line names no columns. It needs "action", and heads such as chain, protocol, src, dport.',
    )
  const reading = new Reading(columns, context)
  for (const [index, cell] of (head?.cells ?? []).entries())
    if (columns[index] === undefined && cell.text.trim() !== '')
      reading.say('ignored', `The column ${cell.text} is not known.`, cell)
  for (const record of records) reading.read(record)
  return reading.finish(clean.split(/\r?\n/), records)
}

interface DraftChain {
  base: Chain['base']
  rows: Row[]
}

class Reading {
  private readonly columns: readonly (Column | undefined)[]
  private readonly context: ParseContext
  private readonly diagnostics: Diagnostic[] = []
  private readonly tables = new Map<string, Map<string, DraftChain>>()
  private readonly fates = new Map<CsvRecord, { fate: ImportedLine['fate']; rules: string[] }>()
  private kind: FirewallKindId | undefined
  private form: Firewall['form'] = 'separate'
  private readonly builtins: Firewall['builtins'][number][] = []

  constructor(columns: readonly (Column | undefined)[], context: ParseContext) {
    this.columns = columns
    this.context = context
  }

  say(kind: Diagnostic['kind'], message: string, { line, column, text }: Cell): void {
    this.diagnostics.push(diagnostic(kind, message, { line, column, length: text.length }))
  }

  read(record: CsvRecord): void {
    const [start] = record.cells
    if (!start) return
    if (record.cells.every(({ text }) => text.trim() === '')) {
      this.fates.set(record, { fate: 'blank', rules: [] })
      return
    }
    const before = this.diagnostics.length
    const extra = record.cells[this.columns.length]
    if (record.open) this.say('syntax-error', 'This quote has no end.', record.open)
    else if (extra && record.cells.slice(this.columns.length).some(({ text }) => text !== ''))
      this.say(
        'syntax-error',
        'There are more cells than heads. A comma in a cell needs quotes around the cell.',
        extra,
      )
    else this.readRow(record, start)
    const wrong = this.diagnostics.slice(before).some(({ kind }) => kind === 'syntax-error')
    if (wrong) this.fates.set(record, { fate: 'not-understood', rules: [] })
    else if (!this.fates.has(record)) this.fates.set(record, { fate: 'understood', rules: [] })
  }

  private cell(record: CsvRecord, column: Column): Cell {
    const at = this.columns.indexOf(column)
    return record.cells[at] ?? { text: '', line: record.first, column: 1 }
  }

  private readRow(record: CsvRecord, start: Cell): void {
    const text = (column: Column) => this.cell(record, column).text
    switch (text('row').trim().toLowerCase()) {
      case 'firewall':
        if (FIREWALL_KIND_IDS.includes(text('name') as FirewallKindId))
          this.kind = text('name') as FirewallKindId
        else this.say('syntax-error', `${text('name')} is no kind of firewall.`, this.cell(record, 'name'))
        this.form = text('to') === 'dual' ? 'dual' : 'separate'
        return
      case 'note':
        this.fates.set(record, { fate: 'comment', rules: [] })
        return
      case 'builtin':
        this.readBuiltin(record)
        return
      case 'chain':
        this.readChain(record, start)
        return
      case 'title': {
        const chain = this.chainOf(record)
        const id = this.freeId(chain, text('id') || `title-${record.first}`)
        chain?.rows.push({ kind: 'separator', id, title: text('name') })
        return
      }
      case '':
      case 'rule':
        this.readRule(record)
        return
      default:
        this.say(
          'syntax-error',
          `${text('row')} is no kind of row. Write rule, title or chain.`,
          this.cell(record, 'row'),
        )
    }
  }

  private readBuiltin(record: CsvRecord): void {
    const cell = this.cell(record, 'src')
    const src = parseCell('src', cell.text, this.context.names)
    if (!src.ok) {
      this.say('syntax-error', src.diagnostics[0]?.message ?? 'These are no addresses.', cell)
      return
    }
    const addresses = (src.value?.terms ?? []).flatMap((term) =>
      term.kind === 'range' ? [{ first: term.first, last: term.last }] : [],
    )
    this.builtins.push({
      id: this.cell(record, 'id').text,
      enabled: isOn(this.cell(record, 'on').text),
      addresses,
    })
  }

  private readChain(record: CsvRecord, start: Cell): void {
    const text = (column: Column) => this.cell(record, column).text.trim().toLowerCase()
    const chain = this.chainOf(record)
    if (!chain) return
    const policy = text('action')
    if (policy !== '' && !POLICIES.includes(policy as Policy)) {
      this.say(
        'syntax-error',
        `${policy} is no policy. Write accept, drop or reject.`,
        this.cell(record, 'action'),
      )
      return
    }
    const [hook, priority] = [text('hook'), text('priority')]
    if ((hook !== '' && !HOOKS.includes(hook as Hook)) || !/^(-?\d{1,6})?$/.test(priority)) {
      this.say(
        'syntax-error',
        'A chain hangs at a hook such as input, with a number as its priority.',
        hook === '' ? start : this.cell(record, 'hook'),
      )
      return
    }
    chain.base =
      policy === ''
        ? undefined
        : {
            policy: policy as Policy,
            ...(hook !== '' && { hook: hook as Hook }),
            ...(priority !== '' && { priority: Number(priority) }),
            ...(CHAIN_TYPES.includes(text('to') as ChainType) && { type: text('to') as ChainType }),
          }
  }

  /** Makes the chain where no row has named it: a built-in one of netfilter under its own name, else a user chain. */
  private chainOf(record: CsvRecord): DraftChain | undefined {
    const cell = this.cell(record, 'chain')
    if (cell.text === '') {
      this.say('syntax-error', 'The chain is missing, such as INPUT, FORWARD or inbound.', cell)
      return undefined
    }
    const home = /^(inbound|outbound)$/.test(cell.text)
    const [, family = 'ip', name = ''] =
      /^(ip|ip6|inet) (.+)$/.exec(this.cell(record, 'table').text) ??
      (home ? ['', 'inet', 'filter'] : ['', 'ip', 'filter'])
    const key = `${family} ${name}`
    const table = this.tables.get(key) ?? new Map<string, DraftChain>()
    this.tables.set(key, table)
    const found = table.get(cell.text)
    if (found) return found
    const isOwn = NETFILTER_TABLES.includes(name as NetfilterTableName)
    const built = isOwn
      ? netfilterTable(name as NetfilterTableName).chains.find((each) => each.name === cell.text)
      : undefined
    const chain: DraftChain = { base: home ? { policy: 'accept' } : built?.base, rows: [] }
    table.set(cell.text, chain)
    return chain
  }

  private readRule(record: CsvRecord): void {
    const text = (column: Column) => this.cell(record, column).text
    const chain = this.chainOf(record)
    const match = this.columns.flatMap((column, index): Condition[] => {
      const cell = record.cells[index]
      if (!cell || column === undefined || cell.text === '') return []
      if (column === 'other') return [readOther(cell.text)]
      return FIELDS.some(({ id }) => id === column) ? this.readField(column as FieldId, cell) : []
    })
    const target = readTarget({ action: text('action'), to: text('to') })
    if (!target.ok) {
      this.say('syntax-error', target.diagnostics[0]?.message ?? '', this.cell(record, 'action'))
      return
    }
    if (!chain) return
    const id = this.freeId(chain, text('id') || `line-${record.first}`)
    const prefix = text('log prefix')
    chain.rows.push({
      kind: 'rule',
      id,
      enabled: isOn(text('on')),
      name: text('name'),
      match: sortConditions(match),
      target: target.value,
      log: /^(yes|1|true|on|x)$/i.test(text('log').trim()),
      ...(prefix !== '' && { logPrefix: prefix }),
      ...(text('assume') === 'matches' && { assume: 'matches' as const }),
      sourceLine: record.first,
    })
    this.fates.set(record, { fate: 'understood', rules: [id] })
  }

  private readField(field: FieldId, cell: Cell): Condition[] {
    const parsed = parseCell(field, cell.text, this.context.names)
    if (parsed.ok) return parsed.value ? [parsed.value] : []
    const [first] = parsed.diagnostics
    this.say('syntax-error', first?.message ?? `${cell.text} cannot be read.`, cell)
    return []
  }

  private freeId(chain: DraftChain | undefined, wish: string): string {
    let id = wish
    for (let copy = 2; chain?.rows.some((row) => row.id === id); copy++) id = `${wish}-${copy}`
    return id
  }

  finish(physical: readonly string[], records: readonly CsvRecord[]): Result<ImportedRules> {
    const tables = [...this.tables].map(([key, chains]): Table => {
      const [family, ...name] = key.split(' ')
      return {
        name: name.join(' '),
        family: family as TableFamily,
        chains: [...chains].map(([chain, { base, rows }]) => ({ name: chain, ...(base && { base }), rows })),
      }
    })
    const rows = tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rows))
    if (tables.length === 0 && this.kind === undefined) {
      const [first] = this.diagnostics.filter(({ kind }) => kind === 'syntax-error')
      return first ? { ok: false, diagnostics: this.diagnostics } : failure('There is no rule in this table.')
    }
    const guessed = tables.some(({ chains }) =>
      chains.some(({ name }) => name === 'inbound' || name === 'outbound'),
    )
    const base = firewallKind(this.kind ?? (guessed ? 'home-stateless' : 'netfilter')).create()
    const ruleset = { tables }
    this.diagnostics.push(...checkRuleset(ruleset))
    const lines = physical.map((text, index): ImportedLine => {
      const line = index + 1
      const record = records.find(({ first, last }) => first <= line && line <= last)
      const told = record && this.fates.get(record)
      const fate = line === 1 ? 'understood' : text.trim() === '' && !told ? 'blank' : (told?.fate ?? 'blank')
      return { line, text, fate, rules: told?.rules ?? [] }
    })
    const diagnostics = [...this.diagnostics].sort((a, b) => a.line - b.line || a.column - b.column)
    const firewall: Firewall = { ...base, form: this.form, builtins: this.builtins, ruleset }
    return success(
      {
        firewall,
        ...(tables.some(({ name }) => name === 'nat') && { nat: 'tables' as const }),
        rules: rows.filter(({ kind }) => kind === 'rule').length,
        lines,
      },
      diagnostics,
    )
  }
}

const isOn = (text: string) => !/^(no|off|false|0|disabled)$/i.test(text.trim())

function readOther(text: string): Condition {
  const [, dialect = 'csv', rest = text] = /^([^:]*): (.*)$/s.exec(text) ?? []
  return { kind: 'opaque', dialect, text: rest }
}
