import { firewallKind } from '@/model/firewalls/lookup'
import type { Family } from '@/model/packet/address'
import {
  type Diagnostic,
  type DiagnosticKind,
  diagnostic,
  failure,
  type Result,
  success,
} from '@/model/result'
import { checkRuleset } from '@/model/ruleset/check'
import type { Chain, Row, Table } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules, ParseContext } from '../dialect'
import { type DraftRule, isDraftRule, settleRows } from '../iptables/draft'
import { readTag } from '../iptables/tag'
import { NamedLists } from './lists'
import { isYes, readRule } from './read-rule'
import { BUILT_IN_CHAINS, TABLE_NAMES, type TableName } from './spelling'
import { readSyntax, type SyntaxLine } from './syntax'
import type { Word } from './words'

type CommandLine = Extract<SyntaxLine, { readonly kind: 'command' }>
type Draft = DraftRule<SyntaxLine>
type DraftRow = Draft | Extract<Row, { readonly kind: 'separator' }>

/** Rules of one menu in the order of the menu, over all chains: places are counted there. */
interface Menu {
  readonly family: Family
  readonly table: TableName
  entries: { readonly chain: string; readonly rows: readonly DraftRow[] }[]
  /** Chains in the order in which they are named. */
  readonly chains: Set<string>
}

/** Reads an export of RouterOS, or commands as they are typed there. */
export function parseRouteros(text: string, context: ParseContext): Result<ImportedRules> {
  if (text.trim() === '') return failure('There is no text to read.')
  const lines = readSyntax(text)
  const reader = new Reader(context)
  for (const line of lines) reader.readList(line)
  for (const line of lines) reader.read(line)
  return reader.finish(lines)
}

const MENU = /^(ip|ipv6) firewall (filter|nat|mangle|raw)$/

/** Collects rules while lines are read. Lives as long as one call of `parseRouteros`. */
class Reader {
  private readonly lists: NamedLists
  private readonly menus = new Map<string, Menu>()
  private readonly diagnostics: Diagnostic[] = []
  private readonly fates = new Map<SyntaxLine, ImportedLine['fate']>()
  private readonly context: ParseContext
  private current: Menu | undefined
  private understood = 0

  constructor(context: ParseContext) {
    this.context = context
    this.lists = new NamedLists(context.interfaces)
  }

  private say(kind: DiagnosticKind, message: string, line: SyntaxLine, word?: Word): void {
    const at = line.place(word?.offset ?? 0)
    this.diagnostics.push(diagnostic(kind, message, { ...at, length: word?.length ?? 0 }))
  }

  private refuse(message: string, line: SyntaxLine, word?: Word): void {
    this.say('syntax-error', message, line, word)
    this.fates.set(line, 'not-understood')
  }

  /** Lists come first: a rule may stand before the list that it names. */
  readList(line: SyntaxLine): void {
    if (line.kind !== 'command' || line.verb !== 'add') return
    const value = (key: string) => line.words.find((word) => word.key === key)
    const list = value('list')?.value ?? ''
    const family = line.menu.startsWith('ipv6') ? 6 : 4
    const off = isYes(value('disabled')?.value)
    switch (line.menu) {
      case 'ip firewall address-list':
      case 'ipv6 firewall address-list': {
        const address = value('address')
        if (!address || list === '') {
          this.refuse('An entry needs list= and address=.', line)
          return
        }
        const wrong = this.lists.addAddress(family, list, address.value, off)
        if (wrong !== undefined) {
          this.say('approximated', wrong, line, address)
          this.fates.set(line, 'partly')
        }
        break
      }
      case 'interface list':
        this.lists.declareInterfaces(value('name')?.value ?? '')
        break
      case 'interface list member': {
        const name = value('interface')?.value ?? ''
        if (name === '' || list === '') {
          this.refuse('A member needs list= and interface=.', line)
          return
        }
        if (!off) this.lists.addInterface(list, name)
        break
      }
      default: {
        const grown = value('address-list')?.value
        if (MENU.test(line.menu) && grown !== undefined && !off) this.lists.grows(family, grown)
        return
      }
    }
    this.understood++
    if (!this.fates.has(line)) this.fates.set(line, 'understood')
  }

  read(line: SyntaxLine): void {
    if (this.fates.has(line)) return
    switch (line.kind) {
      case 'blank':
        this.fates.set(line, 'blank')
        return
      case 'comment':
        this.fates.set(line, 'comment')
        this.readTitle(line)
        return
      case 'menu':
        this.fates.set(line, 'understood')
        this.readMenu(line.menu)
        return
      case 'bad':
        this.say('syntax-error', line.message, line, wordAt(line, line.offset))
        this.fates.set(line, 'not-understood')
        return
      case 'command':
        this.readCommand(line)
    }
  }

  private readCommand(line: CommandLine): void {
    const [, ip, table] = MENU.exec(line.menu) ?? []
    if (table === undefined) {
      this.say('ignored', `/${line.menu} is no menu of firewall rules.`, line)
      this.fates.set(line, 'not-understood')
      return
    }
    const menu = this.menu(ip === 'ipv6' ? 6 : 4, table as TableName)
    this.current = menu
    if (line.verb === 'print' || line.verb === 'export') {
      this.say('ignored', `${line.verb} changes no rule.`, line)
      this.fates.set(line, 'not-understood')
    } else if (line.verb !== 'add')
      this.refuse(`${line.verb} changes rules that are not in the text. Paste what "export" prints.`, line)
    else this.addRule(line, menu)
  }

  private readMenu(path: string): void {
    const [, ip, table] = MENU.exec(path) ?? []
    this.current = table === undefined ? undefined : this.menu(ip === 'ipv6' ? 6 : 4, table as TableName)
    if (this.current) this.understood++
  }

  private menu(family: Family, table: TableName): Menu {
    const key = `${family} ${table}`
    const found = this.menus.get(key)
    if (found) return found
    const menu: Menu = { family, table, entries: [], chains: new Set() }
    this.menus.set(key, menu)
    return menu
  }

  private addRule(line: CommandLine, menu: Menu): void {
    const { rule, remarks } = readRule(line.words, { ...menu, lists: this.lists })
    for (const { kind, message, word } of remarks) this.say(kind, message, line, word)
    if (!rule) {
      if (line.words.length === 0) this.say('syntax-error', 'The properties of the rule are missing.', line)
      this.fates.set(line, 'not-understood')
      return
    }
    const { tag, name } = readTag(rule.comment)
    const rows = rule.alternatives.map(
      (match, index): Draft => ({
        rule: {
          kind: 'rule',
          id: tag?.entries.rule ?? `line-${line.first}${index === 0 ? '' : `-${index + 1}`}`,
          enabled: rule.enabled,
          name,
          match,
          target: rule.target,
          log: rule.log,
          ...(rule.logPrefix !== undefined && { logPrefix: rule.logPrefix }),
          ...(rule.assume && { assume: rule.assume }),
          sourceLine: line.first,
        },
        tag,
        source: line,
      }),
    )
    menu.chains.add(rule.chain)
    if (rule.target.kind === 'jump') menu.chains.add(rule.target.chain)
    menu.entries.splice(this.placeOf(line, menu), 0, { chain: rule.chain, rows })
    this.understood++
    const unsure = remarks.some(({ kind }) => kind === 'approximated' || kind === 'unsupported')
    this.fates.set(line, unsure || this.fates.get(line) === 'partly' ? 'partly' : 'understood')
  }

  /** Index in the menu's entries; titles have no number there. */
  private placeOf(line: CommandLine, { entries }: Menu): number {
    const word = line.words.find(({ key }) => key === 'place-before')
    if (!word) return entries.length
    const rules = entries.flatMap(({ rows }, index) => (rows.some(isDraftRule) ? [index] : []))
    const at = /^\d+$/.test(word.value) ? rules[Number(word.value)] : undefined
    if (at !== undefined) return at
    this.say('unsupported', `There is no rule ${word.value} in the text; the rule is put last.`, line, word)
    this.fates.set(line, 'partly')
    return entries.length
  }

  private readTitle(line: SyntaxLine): void {
    const found = /^# == (.*) == (\[highport separator=.*\])\s*$/.exec(line.text)
    const tag = found && readTag(found[2] ?? '').tag
    if (!found || !tag || !this.current) return
    const { separator = '', chain = '' } = tag.entries
    const row: DraftRow = { kind: 'separator', id: separator, title: found[1] ?? '' }
    if (chain === '') return
    this.current.chains.add(chain)
    this.current.entries.push({ chain, rows: [row] })
  }

  finish(lines: readonly SyntaxLine[]): Result<ImportedRules> {
    const [head] = lines
    if (this.understood === 0) {
      if (!this.diagnostics.some(({ kind }) => kind === 'syntax-error') && head)
        this.say('syntax-error', 'No firewall rule of RouterOS is in this text.', head)
      return { ok: false, diagnostics: sorted(this.diagnostics) }
    }
    const ids = new Map<SyntaxLine, string[]>()
    const tables = this.tables(ids)
    this.diagnostics.push(...checkRuleset({ tables }))
    const firewall = { ...firewallKind('netfilter').create(), ruleset: { tables } }
    const imported: ImportedRules = {
      firewall,
      ...(tables.some(({ name }) => name === 'nat') && { nat: 'tables' as const }),
      rules: tables
        .flatMap(({ chains }) => chains.flatMap(({ rows }) => rows))
        .filter(({ kind }) => kind === 'rule').length,
      lines: lines.flatMap((line) => this.told(line, ids.get(line) ?? [])),
    }
    return success(imported, sorted(this.diagnostics))
  }

  private told(line: SyntaxLine, rules: readonly string[]): ImportedLine[] {
    const fate = this.fates.get(line) ?? 'not-understood'
    return Array.from({ length: line.last - line.first + 1 }, (_, index) => ({
      line: line.first + index,
      text: line.text,
      fate,
      rules,
    }))
  }

  private tables(ids: Map<SyntaxLine, string[]>): Table[] {
    const order = [...this.menus.values()].sort(
      (a, b) => a.family - b.family || TABLE_NAMES.indexOf(b.table) - TABLE_NAMES.indexOf(a.table),
    )
    const families = new Set(order.map(({ family }) => family))
    for (const family of families.size === 0 ? ([4] as const) : families)
      if (!order.some((menu) => menu.table === 'filter' && menu.family === family))
        order.push({ family, table: 'filter', entries: [], chains: new Set() })
    return order.map((menu) => this.table(menu, ids))
  }

  private table({ family, table, entries, chains }: Menu, ids: Map<SyntaxLine, string[]>): Table {
    const builtIn = BUILT_IN_CHAINS[table]
    const names = userNames([...chains], table)
    const rowsOf = (chain: string) =>
      entries.filter((entry) => entry.chain === chain).flatMap(({ rows }) => rows)
    const settle = (rows: readonly DraftRow[]) =>
      settleRows(rows, family, this.context, ids).map(
        (row): Row =>
          row.kind === 'rule' && row.target.kind === 'jump'
            ? { ...row, target: { kind: 'jump', chain: names.get(row.target.chain) ?? row.target.chain } }
            : row,
      )
    const base = builtIn.map(({ name, hook, priority }): Chain => {
      const { policy, rows } = splitPolicy(rowsOf(name))
      return { name: hook.toUpperCase(), base: { hook, priority, policy }, rows: settle(rows) }
    })
    const users = [...names].map(([chain, name]): Chain => ({ name, rows: settle(rowsOf(chain)) }))
    return { name: table, family: family === 4 ? 'ip' : 'ip6', chains: [...base, ...users] }
  }
}

/** A last rule of ours that says it is the policy becomes that again, if it does just this. */
function splitPolicy(rows: readonly DraftRow[]): { policy: 'accept' | 'drop'; rows: readonly DraftRow[] } {
  const last = rows.at(-1)
  const isPolicy =
    last !== undefined &&
    isDraftRule(last) &&
    last.tag?.entries.policy === 'drop' &&
    last.rule.enabled &&
    last.rule.match.length === 0 &&
    last.rule.target.kind === 'drop'
  return isPolicy ? { policy: 'drop', rows: rows.slice(0, -1) } : { policy: 'accept', rows }
}

/** User chains under the names that they have here: built-in chains are in capital letters. */
function userNames(chains: readonly string[], table: TableName): Map<string, string> {
  const builtIn = BUILT_IN_CHAINS[table]
  const taken = new Set(builtIn.map(({ hook }) => hook.toUpperCase()))
  const names = new Map<string, string>()
  for (const chain of chains.filter((each) => !builtIn.some(({ name }) => name === each))) {
    let name = chain
    for (let copy = 2; taken.has(name); copy++) name = `${chain}-${copy}`
    taken.add(name)
    names.set(chain, name)
  }
  return names
}

const wordAt = ({ text }: SyntaxLine, offset: number): Word => {
  const raw = /^\S*/.exec(text.slice(offset))?.[0] ?? ''
  return { key: undefined, value: raw, raw, offset, length: raw.length }
}

function sorted(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column)
}
