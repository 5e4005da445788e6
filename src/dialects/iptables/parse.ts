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
import type { Ruleset } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules, ParseContext } from '../dialect'
import { assemble } from './assemble'
import { type DraftChain, type DraftRule, type DraftTable, isDraftRule } from './draft'
import { readDrafts } from './draft-rules'
import { recogniseHome } from './home-shape'
import { importedLines } from './imported-lines'
import { key, sameTarget } from './merge'
import { readOwnComment } from './own-comment'
import { builtInTable, misplacedTargets, TABLES } from './places'
import { CHAIN_NAME_BYTES } from './spelling'
import { readSyntax, type SyntaxLine } from './syntax'
import type { Tag } from './tag'
import { textNotes } from './text-notes'
import type { Word } from './words'

/** Reads iptables-save format, listings and command lines of one of the two tools into a netfilter or home firewall. */
export function parseIptables(text: string, context: ParseContext, family: Family): Result<ImportedRules> {
  if (text.trim() === '') return failure('There is no text to read.')
  const reader = new Reader(family, context.asTool)
  const syntax = readSyntax(text, family)
  for (const { line, kind, message } of textNotes(syntax.lines)) reader.say(kind, message, line)
  for (const line of syntax.lines) reader.declare(line)
  for (const line of syntax.lines) reader.read(line, syntax.form)
  return reader.finish(context, syntax.form, syntax.lines)
}

/** Collects tables while lines are read. Lives as long as one call of `parseIptables`. */
class Reader {
  readonly tables = new Map<string, DraftTable>()
  readonly diagnostics: Diagnostic[] = []
  readonly fates = new Map<SyntaxLine, ImportedLine['fate']>()
  /** Comment lines of ours: `[highport kind=none]`. */
  readonly headers: Tag[] = []
  understood = 0
  private readonly family: Family
  private readonly asTool: ParseContext['asTool']
  /** Chains that some line names. */
  private readonly named = new Set<DraftChain>()
  private current: DraftTable | undefined

  constructor(family: Family, asTool: ParseContext['asTool']) {
    this.family = family
    this.asTool = asTool
  }

  say(kind: DiagnosticKind, message: string, line: SyntaxLine, word?: Word): void {
    const at = line.place(word?.offset ?? 0)
    this.diagnostics.push(diagnostic(kind, message, { ...at, length: word?.length ?? line.text.length }))
  }

  /** The line cannot be used at all. */
  private refuse(message: string, line: SyntaxLine, word?: Word): void {
    this.say('syntax-error', message, line, word)
    this.fates.set(line, 'not-understood')
  }

  read(line: SyntaxLine, form: 'restore' | 'commands'): void {
    this.fates.set(line, 'understood')
    switch (line.kind) {
      case 'blank':
        this.fates.set(line, 'blank')
        return
      case 'comment':
        this.fates.set(line, 'comment')
        if (form === 'restore' && !this.asTool) this.readComment(line)
        return
      case 'prose':
        this.fates.set(line, 'not-understood')
        if (this.asTool) this.refuse('This line is no command of the tool.', line)
        return
      case 'assignment':
        return
      case 'bad':
        this.refuse(line.message, line, line.word)
        return
      case 'other-family':
        this.fates.set(line, 'not-understood')
        this.say('ignored', `This line is ${line.word.text}'s. Read the text as that too.`, line, line.word)
        return
      case 'table':
        this.openTable(line, line.name)
        return
      case 'commit':
        if (!this.current) this.refuse('COMMIT without a table. A table begins with *filter or *nat.', line)
        else this.understood++
        this.current = undefined
        return
      case 'chain':
        this.declareChain(line, line.name, line.policy)
        return
      case 'listed-chain':
        this.openListedChain(line)
        return
      case 'columns':
        this.fates.set(line, 'comment')
        return
      case 'command':
        this.readCommand(line, form)
    }
  }

  /** A listing names a chain in jumps before it shows it. */
  declare(line: SyntaxLine): void {
    if (line.kind !== 'listed-chain') return
    const table = this.table(line, line.table, 'commands')
    if (table) this.addChain(line, table, line.name)
  }

  private openListedChain(line: SyntaxLine & { kind: 'listed-chain' }): void {
    const chain = this.tables.get(line.table.text)?.chains.get(line.name.text)
    if (!chain) return
    if (chain.rows.length > 0) {
      this.say(
        'note',
        `${chain.name} stands in the text before: what is listed here counts.`,
        line,
        line.name,
      )
      chain.rows = []
    }
    this.named.add(chain)
    if (line.policy) this.setPolicy(line, chain, line.policy)
    else this.understood++
  }

  private openTable(line: SyntaxLine, name: Word): void {
    if (this.current) this.refuse(`Table ${this.current.name} has no COMMIT before this line.`, line)
    const table = this.newTable(name.text)
    if (!table) this.refuse(`There is no table ${name.text}. Write ${TABLES.join(', ')}.`, line, name)
    else if (this.tables.has(name.text))
      this.say('note', `Table ${name.text} stands twice: loading the second empties the first.`, line, name)
    this.current = table ?? { name: name.text, chains: new Map() }
    if (table) this.tables.set(name.text, table)
    if (table) this.understood++
  }

  private newTable(name: string): DraftTable | undefined {
    const table = builtInTable(name, this.family === 4 ? 'ip' : 'ip6')
    return (
      table && {
        name,
        chains: new Map(table.chains.map((chain) => [chain.name, { ...chain, base: chain.base, rows: [] }])),
      }
    )
  }

  private table(
    line: SyntaxLine,
    name: Word | undefined,
    form: 'restore' | 'commands',
  ): DraftTable | undefined {
    if (form === 'restore') {
      if (!this.current) this.refuse('This line is in no table. A table begins with *filter or *nat.', line)
      return this.current
    }
    const wanted = name?.text ?? 'filter'
    const table = this.tables.get(wanted) ?? this.newTable(wanted)
    if (table) this.tables.set(wanted, table)
    else this.refuse(`There is no table ${wanted}. Write ${TABLES.join(', ')}.`, line, name)
    return table
  }

  private declareChain(line: SyntaxLine, name: Word, policy: Word | undefined): void {
    const table = this.table(line, undefined, 'restore')
    if (!table) return
    const chain = table.chains.get(name.text)
    if (chain?.base) {
      this.named.add(chain)
      if (policy && policy.text !== '-') this.setPolicy(line, chain, policy)
    } else if (policy && policy.text !== '-') {
      this.refuse(`${name.text} is a user chain and has no policy. Write ":${name.text} -".`, line, policy)
      return
    } else if (!this.addChain(line, table, name)) return
    this.understood++
  }

  private addChain(line: SyntaxLine, table: DraftTable, name: Word): boolean {
    if (name.text === '' || name.text.length > CHAIN_NAME_BYTES) {
      this.refuse(`A chain's name has 1 to ${CHAIN_NAME_BYTES} characters.`, line, name)
      return false
    }
    if (!table.chains.has(name.text))
      table.chains.set(name.text, { name: name.text, base: undefined, rows: [] })
    return true
  }

  private setPolicy(line: SyntaxLine, chain: DraftChain, policy: Word): void {
    const value = policy.text === 'ACCEPT' ? 'accept' : policy.text === 'DROP' ? 'drop' : undefined
    if (!value || !chain.base) {
      this.refuse(
        chain.base
          ? `${policy.text} is no policy. Write ACCEPT or DROP.`
          : `${chain.name} is a user chain and has no policy.`,
        line,
        policy,
      )
      return
    }
    chain.base = { ...chain.base, policy: value }
    this.understood++
  }

  private readComment(line: SyntaxLine): void {
    const own = readOwnComment(line.text)
    if (own?.kind === 'header') this.headers.push(own.tag)
    const chain = own && own.kind !== 'header' ? this.current?.chains.get(own.chain) : undefined
    if (!chain || !this.current) return
    if (own?.kind === 'title') chain.rows.push({ kind: 'separator', id: own.id, title: own.title })
    if (own?.kind !== 'off') return
    const [draft] = this.draftRules(line, this.current, chain, own.rule, true)
    if (!draft?.tag) return
    chain.rows.push({ ...draft, rule: { ...draft.rule, enabled: false } })
    this.fates.set(line, 'understood')
  }

  private readCommand(line: SyntaxLine & { kind: 'command' }, form: 'restore' | 'commands'): void {
    const table = this.table(line, line.table, form)
    if (!table) return
    const [name, second] = line.operands
    const chain = name && table.chains.get(name.text)
    if (chain) this.named.add(chain)
    const needsChain = ![
      'flush',
      'delete-chain',
      'zero',
      'list',
      'list-rules',
      'new-chain',
      'check',
    ].includes(line.command)
    if (needsChain && !chain) {
      const message = name
        ? `There is no chain ${name.text} in table ${table.name}. Add ":${name.text} -" before it, or mend the name.`
        : 'The chain is missing.'
      this.refuse(message, line, name)
      return
    }
    switch (line.command) {
      case 'append':
      case 'insert':
      case 'replace': {
        if (!chain) return
        const drafts = this.draftRules(line, table, chain, line.rule, false)
        if (drafts.length === 0) return
        if (line.command === 'append') chain.rows.push(...drafts)
        else {
          const at = Number(second?.text ?? 1)
          if (at < 1 || at > chain.rows.length + (line.command === 'insert' ? 1 : 0)) {
            this.refuse(`${chain.name} has no place ${at}: it has ${chain.rows.length} rules.`, line, second)
            return
          }
          chain.rows.splice(at - 1, line.command === 'insert' ? 0 : 1, ...drafts)
        }
        break
      }
      case 'delete': {
        if (!chain) return
        const number = second ? Number(second.text) : this.indexOf(line, table, chain) + 1
        if (number < 1 || number > chain.rows.length) {
          this.refuse(`${chain.name} has no such rule to delete.`, line, second)
          return
        }
        chain.rows.splice(number - 1, 1)
        break
      }
      case 'new-chain':
        if (!name) this.refuse('The name of the chain is missing.', line)
        else if (chain) this.refuse(`Chain ${name.text} is there already.`, line, name)
        else if (!this.addChain(line, table, name)) return
        break
      case 'policy':
        if (chain && second) this.setPolicy(line, chain, second)
        else this.refuse('The policy is missing. Write ACCEPT or DROP.', line)
        return
      case 'flush':
        for (const each of table.chains.values()) if (!name || each === chain) each.rows = []
        break
      case 'delete-chain':
        for (const each of [...table.chains.values()])
          if (!each.base && (!name || each === chain)) table.chains.delete(each.name)
        break
      case 'rename-chain':
        this.refuse('Renaming a chain is not read. Paste the output of iptables-save.', line)
        return
      default:
        this.say('ignored', 'This command changes no rule.', line)
        return
    }
    if (this.fates.get(line) !== 'not-understood') this.understood++
  }

  private indexOf(line: SyntaxLine & { kind: 'command' }, table: DraftTable, chain: DraftChain): number {
    const [wanted] = this.draftRules(line, table, chain, line.rule, true)
    return chain.rows.findIndex(
      (row) =>
        wanted &&
        isDraftRule(row) &&
        sameTarget(row.rule, wanted.rule) &&
        key(row.rule.match) === key(wanted.rule.match),
    )
  }

  /** The rules of one line; none, with diagnostics unless quiet, where it cannot be used. */
  private draftRules(
    line: SyntaxLine,
    table: DraftTable,
    chain: DraftChain,
    words: readonly Word[],
    quiet: boolean,
  ): DraftRule[] {
    const { drafts, remarks } = readDrafts(line, table, chain, words, this.family, this.asTool !== undefined)
    if (quiet) return drafts
    for (const remark of remarks) this.say(remark.kind, remark.message, line, remark.word)
    const unsure = remarks.some(({ kind }) => kind === 'approximated' || kind === 'unsupported')
    if (drafts.length === 0) this.fates.set(line, 'not-understood')
    else if (unsure) this.fates.set(line, 'partly')
    return drafts
  }

  finish(
    context: ParseContext,
    form: 'restore' | 'commands',
    lines: readonly SyntaxLine[],
  ): Result<ImportedRules> {
    const last = lines.at(-1)
    if (this.current && last)
      this.refuse(`COMMIT is missing: table ${this.current.name} is never loaded.`, last)
    if (this.understood === 0) {
      if (!this.diagnostics.some(({ kind }) => kind === 'syntax-error') && last)
        this.say(
          'syntax-error',
          `No rule of ${this.family === 4 ? 'iptables' : 'ip6tables'} is in this text.`,
          last,
        )
      return { ok: false, diagnostics: sorted(this.diagnostics) }
    }
    for (const { row, remark } of misplacedTargets([...this.tables.values()]))
      this.refuse(remark.message, row.source, remark.word)
    if (form === 'restore' && !this.asTool) {
      const home = recogniseHome(this.tables, this.headers, this.family, context)
      if (home) {
        const diagnostics = [...this.diagnostics, ...home.diagnostics]
        if (home.imported)
          return success(
            { ...home.imported, lines: importedLines(lines, this.fates, home.ids) },
            sorted(diagnostics),
          )
        this.diagnostics.push(...home.diagnostics)
      }
    }
    this.sayShifts()
    const ids = new Map<SyntaxLine, string[]>()
    const ruleset = this.ruleset(context, ids)
    this.diagnostics.push(...checkRuleset(ruleset))
    const base = firewallKind('netfilter').create()
    const imported = {
      firewall: { ...base, ruleset },
      ...(this.tables.has('nat') && { nat: 'tables' as const }),
      rules: ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rows)).length,
    }
    return success({ ...imported, lines: importedLines(lines, this.fates, ids) }, sorted(this.diagnostics))
  }

  private ruleset(context: ParseContext, ids: Map<SyntaxLine, string[]>): Ruleset {
    if (!this.tables.has('filter') && !this.asTool)
      this.tables.set('filter', this.newTable('filter') as DraftTable)
    const isThere = (chain: DraftChain) => this.asTool !== 'nft' || !chain.base || this.named.has(chain)
    return assemble(this.tables, isThere, this.family, context, ids)
  }

  /** Outside a home table, ports that move together cannot be kept. */
  private sayShifts(): void {
    for (const { rows } of [...this.tables.values()].flatMap(({ chains }) => [...chains.values()]))
      for (const row of rows)
        if (isDraftRule(row) && row.shiftFrom !== undefined) {
          this.say('approximated', 'Ports that move together are read as any port of the range.', row.source)
          this.fates.set(row.source, 'partly')
        }
  }
}

function sorted(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column)
}
