import { sortConditions } from '@/model/fields/cell'
import { firewallKind } from '@/model/firewalls/lookup'
import { type Diagnostic, diagnostic, failure, type Result, success } from '@/model/result'
import { checkRuleset } from '@/model/ruleset/check'
import type { Chain, Rule, Ruleset, Table } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules } from '../dialect'
import type { NamedElements } from './comparison'
import { Cursor, NftError, type Remark } from './cursor'
import { resolveVariables } from './define'
import { Places, readTokens, type Token } from './lexer'
import { misplacedRules } from './places'
import { CommandReader } from './read-commands'
import { readRule } from './read-rule'
import type { RuleBuilder } from './rule-builder'
import type { DraftRule, DraftTable } from './tables'

/** Reads what `nft list ruleset` prints, files for `nft -f`, and commands of nft. */
export function parseNft(text: string): Result<ImportedRules> {
  if (text.trim() === '') return failure('There is no text to read.')
  const { tokens, remarks } = resolveVariables(readTokens(text))
  const reader = new CommandReader(tokens)
  reader.readAll()
  const reading = new Reading(text, reader, remarks)
  return reading.finish()
}

/** What a rule's tokens came to, with the rule; none where they were refused. */
class Reading {
  readonly #places: Places
  readonly #text: string
  readonly #reader: CommandReader
  readonly #remarks: Remark[]
  /** Where each rule begins. */
  readonly #tokens = new Map<Rule, Token>()
  /** Line -> ids of the rules on it. */
  readonly #rules = new Map<number, string[]>()

  constructor(text: string, reader: CommandReader, remarks: readonly Remark[]) {
    this.#text = text
    this.#places = new Places(text)
    this.#reader = reader
    this.#remarks = [...remarks, ...reader.remarks]
  }

  finish(): Result<ImportedRules> {
    const ruleset: Ruleset = {
      tables: this.#reader.tables.all.filter(({ dormant }) => !dormant).map((table) => this.#table(table)),
    }
    const misplaced = ruleset.tables.flatMap(misplacedRules).map(({ rule, message }): Remark => {
      const token = this.#tokens.get(rule)
      if (!token) throw new Error(`no text of ${rule.id}`)
      return { kind: 'syntax-error', message, token }
    })
    this.#remarks.push(...misplaced)
    const loops = checkRuleset(ruleset)
    const diagnostics = [...this.#remarks.map((remark) => this.#diagnostic(remark)), ...loops].sort(
      (a, b) => a.line - b.line || a.column - b.column,
    )
    if (this.#reader.understood === 0) {
      const refused = diagnostics.some(({ kind }) => kind === 'syntax-error')
      return refused
        ? { ok: false, diagnostics }
        : failure('No rule of nft is in this text, such as "table inet filter { ... }".')
    }
    const chains = ruleset.tables.flatMap((table) => table.chains)
    const isNat = chains.some(({ base }) => base?.type === 'nat')
    const base = firewallKind('netfilter').create()
    return success(
      {
        firewall: { ...base, ruleset },
        ...(isNat && { nat: 'tables' as const }),
        rules: chains.flatMap(({ rows }) => rows).length,
        lines: this.#lines(diagnostics),
      },
      diagnostics,
    )
  }

  #diagnostic({ kind, message, token }: Remark): Diagnostic {
    return diagnostic(kind, message, { ...this.#places.of(token.offset), length: token.length })
  }

  #table(draft: DraftTable): Table {
    const ids = new Set<string>()
    const chains = [...draft.chains.values()].map(
      (chain): Chain => ({
        name: chain.name,
        ...(chain.base && { base: { ...chain.base, policy: chain.policy } }),
        rows: chain.rules.flatMap((rule) => {
          const read = this.#read(draft, rule)
          if (!read) return []
          const made = this.#rule(read, rule, ids)
          this.#tokens.set(made, rule.token)
          return [made]
        }),
      }),
    )
    return { name: draft.name, family: draft.family, chains }
  }

  #read(table: DraftTable, rule: DraftRule): RuleBuilder | undefined {
    const find = (token: Token): NamedElements => {
      const set = table.sets.get(token.text.slice(1))
      if (set) return set
      throw new NftError(`Table ${table.name} has no set ${token.text.slice(1)}.`, token)
    }
    try {
      const builder = readRule(new Cursor(this.#reader.tokens, rule.start, rule.end), {
        family: table.family,
        find,
      })
      this.#remarks.push(...builder.remarks)
      return builder
    } catch (error) {
      if (!(error instanceof NftError)) throw error
      this.#remarks.push({ kind: 'syntax-error', message: error.message, token: error.token })
      return undefined
    }
  }

  /** Rules are named after their lines. */
  #rule(read: RuleBuilder, { token }: DraftRule, ids: Set<string>): Rule {
    const { line } = this.#places.of(token.offset)
    let id = `line-${line}`
    for (let copy = 2; ids.has(id); copy++) id = `line-${line}-${copy}`
    ids.add(id)
    this.#rules.set(line, [...(this.#rules.get(line) ?? []), id])
    const { log, logPrefix } = read
    const target: Rule['target'] =
      read.target ??
      (log
        ? { kind: 'log', prefix: logPrefix ?? '' }
        : read.kept.length > 0
          ? { kind: 'opaque', dialect: 'nft', text: read.kept.join(' ') }
          : { kind: 'continue' })
    const logs = log && target.kind !== 'log'
    return {
      kind: 'rule',
      id,
      enabled: true,
      name: read.name,
      match: sortConditions(read.match),
      target,
      log: logs,
      ...(logs && logPrefix !== undefined && { logPrefix }),
      sourceLine: line,
    }
  }

  #lines(diagnostics: readonly Diagnostic[]): ImportedLine[] {
    const kinds = new Map<number, Set<string>>()
    for (const { line, kind } of diagnostics) kinds.set(line, (kinds.get(line) ?? new Set()).add(kind))
    return this.#text.split('\n').map((text, index): ImportedLine => {
      const line = index + 1
      const said = kinds.get(line) ?? new Set()
      const fate: ImportedLine['fate'] = said.has('syntax-error')
        ? 'not-understood'
        : said.has('unsupported') || said.has('approximated') || said.has('ignored')
          ? 'partly'
          : text.trim() === ''
            ? 'blank'
            : text.trim().startsWith('#')
              ? 'comment'
              : 'understood'
      return { line, text: text.replace(/\r$/, ''), fate, rules: this.#rules.get(line) ?? [] }
    })
  }
}
