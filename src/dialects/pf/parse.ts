import { firewallKind } from '@/model/firewalls/lookup'
import {
  type Diagnostic,
  type DiagnosticKind,
  diagnostic,
  failure,
  type Result,
  success,
} from '@/model/result'
import type { Rule } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules, ParseContext } from '../dialect'
import { type Note, readNote, readTitle } from '../notes'
import { assembleTable, type Placed } from './assemble'
import { openedComment } from './comment'
import { readStatements, type Statement, type Token, Tokens, tokensOf } from './lexer'
import { readAntispoof } from './read-antispoof'
import { type PfRule, readInterfaces, readRule } from './read-rule'
import { Refusal } from './refusal'
import { Scope } from './scope'

/** Reads pf.conf of OpenBSD and FreeBSD into the filter tables of netfilter. */
export function parsePf(text: string, context: ParseContext): Result<ImportedRules> {
  const statements = readStatements(text)
  const reading = new Reading(context)
  for (const statement of statements) reading.read(statement)
  return reading.finish(statements, text.split(/\r?\n/))
}

/** Collects rules while statements are read. Lives as long as one call of `parsePf`. */
class Reading {
  readonly #context: ParseContext
  readonly #scope: Scope
  readonly #placed: Placed[] = []
  readonly #skipped: Placed[] = []
  readonly #diagnostics: Diagnostic[] = []
  readonly #fates = new Map<Statement, ImportedLine['fate']>()
  #blockPolicy: Rule['target'] = { kind: 'drop' }
  #note: { readonly note: Note; left: number } | undefined

  constructor(context: ParseContext) {
    this.#context = context
    this.#scope = new Scope(context)
  }

  #say(kind: DiagnosticKind, message: string, statement: Statement, token?: Token): void {
    const at = token ?? statement.tokens[0]
    const place = { line: at?.line ?? statement.first, column: at?.column ?? 1, length: at?.text.length ?? 0 }
    this.#diagnostics.push(diagnostic(kind, message, place))
    if (kind === 'approximated' && this.#fates.get(statement) !== 'not-understood')
      this.#fates.set(statement, 'partly')
    else if (kind === 'syntax-error') this.#fates.set(statement, 'not-understood')
  }

  read(statement: Statement): void {
    if (statement.kind === 'blank') this.#fates.set(statement, 'blank')
    else if (statement.kind === 'comment') this.#readComment(statement)
    else this.#attempt(statement, () => this.#readStatement(statement, statement.tokens, true))
  }

  #attempt(statement: Statement, read: () => void): void {
    this.#fates.set(statement, 'understood')
    try {
      read()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#say('syntax-error', error.message, statement, error.token)
    }
  }

  /** Titles, ids and rules that are off are comments of ours. */
  #readComment(statement: Statement): void {
    this.#fates.set(statement, 'comment')
    if (statement.last > statement.first)
      this.#say('note', 'This comment ends with a backslash and so takes the next line along.', statement)
    const note = readNote(openedComment(statement.text))
    if (note) this.#note = { note, left: note.commands }
    const title = readTitle(statement.text)
    if (title) this.#placed.push({ kind: 'title', title, line: statement.first })
    const off = /^# off: (?=(pass|block) )/.exec(statement.text)?.[0].length
    if (off === undefined || !this.#note) return
    const tokens = tokensOf(statement.text.slice(off), statement.first).map((token) => ({
      ...token,
      column: token.column + off,
    }))
    this.#attempt(statement, () => this.#readStatement(statement, tokens, false))
  }

  #readStatement(statement: Statement, given: readonly Token[], enabled: boolean): void {
    const [first, second] = given
    if (first?.kind === 'word' && second?.text === '=' && second.kind === 'sign') {
      this.#scope.define(first.text, given.slice(2))
      return
    }
    const tokens = this.#scope.expand(given)
    switch (first?.text) {
      case 'pass':
      case 'block':
      case 'match':
        this.#takeRule(readRule(tokens, this.#scope, this.#blockPolicy), statement, enabled)
        return
      case 'table': {
        const name = tokens[1]
        if (name?.kind !== 'table') throw new Refusal('The name of a table stands in <brackets>.', name)
        this.#scope.defineTable(name.text, tokens.slice(2), statement)
        return
      }
      case 'antispoof':
        for (const rule of readAntispoof(tokens, this.#scope, this.#blockPolicy))
          this.#takeRule(rule, statement, enabled)
        return
      case 'set':
        this.#readSetting(tokens, statement)
        return
      case 'anchor':
        this.#takeAnchor(statement)
        return
      case 'nat':
      case 'rdr':
      case 'binat':
      case 'no':
        this.#fates.set(statement, 'not-understood')
        this.#say('unsupported', 'Translation is not read: addresses stay as they are.', statement)
        return
      case 'load':
      case 'include':
        this.#fates.set(statement, 'not-understood')
        this.#say('unsupported', 'What stands in another file is not read. Paste it here.', statement)
        return
      case 'scrub':
      case 'queue':
      case 'altq':
      case 'state-defaults':
      case 'nat-anchor':
      case 'rdr-anchor':
      case 'binat-anchor':
      case 'scrub-anchor':
      case 'dummynet-anchor':
        this.#fates.set(statement, 'not-understood')
        this.#say('ignored', `${first.text} says nothing of what passes.`, statement)
        return
      default:
        throw new Refusal(
          `${first?.text ?? 'Nothing'} is no statement of pf. Write pass, block or match.`,
          first,
        )
    }
  }

  #readSetting(all: readonly Token[], statement: Statement): void {
    const tokens = new Tokens(all.slice(1))
    if (tokens.skip('skip')) {
      if (!tokens.skip('on')) throw new Refusal('"on" is missing after skip.', tokens.next)
      const on = readInterfaces(tokens, this.#scope)
      this.#skipped.push({ kind: 'skip', on, line: statement.first })
      return
    }
    if (tokens.skip('block-policy')) {
      const answers = tokens.take()?.text === 'return'
      this.#blockPolicy = answers ? { kind: 'reject', with: 'tcp-reset' } : { kind: 'drop' }
      return
    }
    this.#fates.set(statement, 'not-understood')
    this.#say('ignored', 'This setting says nothing of what passes.', statement)
  }

  #takeRule(rule: PfRule, statement: Statement, enabled: boolean): void {
    for (const { kind, message, token } of rule.remarks) this.#say(kind, message, statement, token)
    if (rule.action === 'match') {
      const reroutes = rule.remarks.some(({ kind }) => kind === 'unsupported')
      if (!reroutes) this.#say('ignored', 'match decides nothing: what it sets is not drawn.', statement)
      this.#fates.set(statement, 'not-understood')
      return
    }
    const note = this.#note?.note
    this.#placed.push({ kind: 'rule', rule, note, enabled, line: statement.first })
    if (this.#note) this.#note = --this.#note.left > 0 ? this.#note : undefined
  }

  #takeAnchor(statement: Statement): void {
    const text = statement.tokens
      .slice(0, 20)
      .map((token) => (token.kind === 'string' ? `"${token.text}"` : token.text))
      .join(' ')
    this.#say(
      'approximated',
      'An anchor is kept as it stands: what rules it holds is not known, and it decides nothing.',
      statement,
    )
    this.#placed.push({ kind: 'anchor', text, line: statement.first })
  }

  finish(statements: readonly Statement[], physical: readonly string[]): Result<ImportedRules> {
    const rules = this.#placed.filter(({ kind }) => kind === 'rule' || kind === 'anchor')
    if (rules.length + this.#skipped.length === 0) {
      const wrong = this.#diagnostics.filter(({ kind }) => kind === 'syntax-error')
      return wrong.length > 0
        ? { ok: false, diagnostics: wrong }
        : failure('No rule of pf is in this text, such as "pass in quick on em0 proto tcp to port 22".')
    }
    const ids = new Map<number, readonly string[]>()
    const say = (message: string) =>
      this.#diagnostics.push(diagnostic('note', message, { line: 1, column: 1 }))
    const table = assembleTable([...this.#skipped, ...this.#placed], this.#context, ids, say)
    const lines = statements.flatMap((statement) =>
      Array.from(
        { length: statement.last - statement.first + 1 },
        (_, index): ImportedLine => ({
          line: statement.first + index,
          text: physical[statement.first + index - 1] ?? '',
          fate: this.#fates.get(statement) ?? 'not-understood',
          rules: ids.get(statement.first) ?? [],
        }),
      ),
    )
    const imported: ImportedRules = {
      firewall: { ...firewallKind('netfilter').create(), ruleset: { tables: [table] } },
      rules: rules.length,
      lines,
    }
    return success(
      imported,
      this.#diagnostics.sort((a, b) => a.line - b.line || a.column - b.column),
    )
  }
}
