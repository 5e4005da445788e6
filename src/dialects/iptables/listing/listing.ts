import type { Family } from '@/model/packet/address'
import type { SyntaxLine } from '../syntax'
import type { Word } from '../words'
import { type Columns, guessColumns, type ListedRow, readColumns, readRow } from './row'
import { ListedTable } from './tables'

const TOOL = { 4: 'iptables', 6: 'ip6tables' } as const

const CHAIN = /^(\s*Chain\s+)(\S+)(\s+\()(?:policy\s+([A-Z]+)[^)]*|\d+\s+references[^)]*)\)\s*$/
const TITLE = /\b(filter|nat|mangle|raw|security)\s+table\b|\btable:?\s+(filter|nat|mangle|raw|security)\b/i

/** Finds what `iptables -L` prints among the lines of a text; the other lines stay as they are. */
export function readListings(lines: readonly SyntaxLine[], family: Family): SyntaxLine[] {
  const reader = new ListingReader(family)
  for (const line of lines) reader.read(line)
  return reader.finish()
}

class ListingReader {
  /** Made once the whole listing is known, since its last chain may tell the table. */
  private readonly made: (() => SyntaxLine)[] = []
  private readonly family: Family
  private table: ListedTable | undefined
  private chain: string | undefined
  private columns: Columns | undefined
  private last: { readonly line: SyntaxLine; readonly row: ListedRow } | undefined
  private stated: string | undefined
  private isOther = false

  constructor(family: Family) {
    this.family = family
  }

  finish(): SyntaxLine[] {
    return this.made.map((make) => make())
  }

  read(line: SyntaxLine): void {
    const chain = CHAIN.exec(line.text)
    if (chain) this.openChain(line, chain)
    else if (line.kind === 'command' || line.kind === 'other-family') this.readCommand(line)
    else if (line.kind === 'comment' || line.kind === 'blank') this.pass(line)
    else if (this.chain !== undefined) this.readInChain(line)
    else this.readTitle(line)
  }

  private pass(line: SyntaxLine): void {
    if (line.kind === 'blank') this.chain = undefined
    this.last = undefined
    this.made.push(() => line)
  }

  private readTitle(line: SyntaxLine): void {
    const title = TITLE.exec(line.text)
    if (title) this.state((title[1] ?? title[2])?.toLowerCase())
    this.pass(line)
  }

  /** What is listed from here on is of that table. */
  private state(table: string | undefined): void {
    this.stated = table
    this.table = undefined
    this.chain = undefined
  }

  private readCommand(line: SyntaxLine & { kind: 'command' | 'other-family' }): void {
    this.isOther = line.kind === 'other-family'
    const lists = line.kind === 'other-family' || line.command === 'list'
    const table = line.kind === 'command' ? line.table?.text : / -t\s*(\w+)/.exec(line.text)?.[1]
    this.state(lists ? (table ?? 'filter') : undefined)
    this.pass(line)
  }

  private openChain(line: SyntaxLine, found: RegExpExecArray): void {
    const [, before = '', name = '', between = '', policy] = found
    this.columns = undefined
    this.last = undefined
    this.chain = name
    if (this.isOther) {
      this.made.push(() => this.ofOtherFamily(line))
      return
    }
    if (!this.table || this.table.endsBefore(name)) {
      this.table = new ListedTable(this.stated)
      this.stated = undefined
    }
    const table = this.table
    table.add(name)
    const word = (text: string, offset: number): Word => ({ text, offset, length: text.length, quoted: true })
    const at = before.length + name.length + between.length + 'policy '.length
    this.made.push(() => ({
      ...base(line),
      kind: 'listed-chain',
      table: tableWord(table),
      name: word(name, before.length),
      policy: policy === undefined ? undefined : word(policy, at),
    }))
  }

  private ofOtherFamily(line: SyntaxLine): SyntaxLine {
    const text = TOOL[this.family === 4 ? 6 : 4]
    const word = { text, offset: 0, length: line.text.length, quoted: false }
    return { ...base(line), kind: 'other-family', word }
  }

  private readInChain(line: SyntaxLine): void {
    const columns = this.columns ? undefined : readColumns(line.text)
    if (this.isOther) this.made.push(() => this.ofOtherFamily(line))
    else if (columns) {
      this.columns = columns
      this.made.push(() => ({ ...base(line), kind: 'columns', hidesInterfaces: !columns.interfaces }))
    } else this.readRow(line)
  }

  private readRow(line: SyntaxLine): void {
    const row = readRow(line.text, this.columns ?? guessColumns(line.text), this.family)
    if (row) this.addRow(line, row)
    else if (!this.joinsLast(line)) {
      this.last = undefined
      const word = { text: line.text, offset: 0, length: line.text.length, quoted: false }
      const message =
        'This is no row of a listing: target, protocol, options, source and destination are wanted.'
      this.made.push(() => ({ ...base(line), kind: 'bad', message, word }))
    }
  }

  private addRow(line: SyntaxLine, row: ListedRow): void {
    const { table, chain = '' } = this
    if (!table) return
    this.last = { line, row }
    table.see(row.target)
    const name = { text: chain, offset: 0, length: 0, quoted: true }
    this.made.push(() => ({
      ...base(line),
      kind: 'command',
      command: 'append',
      table: tableWord(table),
      operands: [name],
      rule: row.rule,
      unread: row.unread,
      remarks: row.remarks,
    }))
  }

  /** The end of a row that was broken in two: together they say more that is understood, and nothing else. */
  private joinsLast(line: SyntaxLine): boolean {
    if (!this.last) return false
    const { line: first, row } = this.last
    const text = `${first.text} ${line.text}`
    const whole = readRow(text, this.columns ?? guessColumns(text), this.family)
    if (!whole || whole.unread.length > row.unread.length || whole.rule.length === row.rule.length)
      return false
    const start = first.text.length + 1
    const joined: SyntaxLine = {
      ...first,
      text,
      last: line.last,
      place: (offset) => (offset < start ? first.place(offset) : line.place(offset - start)),
    }
    this.made.pop()
    this.addRow(joined, whole)
    return true
  }
}

const base = ({ first, last, text, place }: SyntaxLine) => ({ first, last, text, place })

const tableWord = (table: ListedTable): Word => ({ text: table.name, offset: 0, length: 0, quoted: true })
