import type { Condition } from '@/model/fields/field'
import { firewallKind } from '@/model/firewalls/lookup'
import { type Diagnostic, diagnostic, failure, type Result, success } from '@/model/result'
import { type Chain, PRIORITY, type Rule, type Table } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules } from '../dialect'
import { shellWords } from '../iptables/words'
import { ownRules, UFW_HOOKS, type UfwHook } from './own-rules'
import { readCommand } from './read-command'
import { readRule, type UfwRule } from './read-rule'
import { readDefaults, readStatusLine } from './read-status'

export type Policy = 'accept' | 'drop' | 'reject'

/** Reads commands of ufw, or what `ufw status` prints, into the chains that ufw makes. */
export function parseUfw(text: string): Result<ImportedRules> {
  const lines = text.split(/\r?\n/)
  const reading = new Reading()
  const isStatus = /^\s*Status:\s/m.test(text) || /^\s*To\s+Action\s+From\s*$/m.test(text)
  for (const [index, line] of lines.entries()) reading.read(line, index + 1, isStatus)
  return reading.finish(lines)
}

/** One line, understood: a default, a rule with its place, or a remark that changes nothing. */
export type ReadLine =
  | { readonly kind: 'rule'; readonly rule: UfwRule; readonly at?: number }
  | { readonly kind: 'default'; readonly hook: UfwHook; readonly policy: Policy }
  | { readonly kind: 'defaults'; readonly policies: Partial<Record<UfwHook, Policy>> }
  | { readonly kind: 'remark'; readonly message: string }
  | { readonly kind: 'quiet' }
  | { readonly kind: 'wrong'; readonly message: string; readonly column: number; readonly length: number }

class Reading {
  private readonly policies: Record<UfwHook, Policy> = { input: 'drop', forward: 'drop', output: 'accept' }
  private readonly rules: Record<UfwHook, Rule[]> = { input: [], forward: [], output: [] }
  /** All rules in the order of the status, which `insert` counts in. */
  private readonly numbered: { readonly hook: UfwHook; readonly rule: Rule }[] = []
  private readonly diagnostics: Diagnostic[] = []
  private readonly told: { fate: ImportedLine['fate']; rules: string[] }[] = []
  private understood = 0

  read(text: string, line: number, isStatus: boolean): void {
    const fate = (own: ImportedLine['fate'], rules: string[] = []) => this.told.push({ fate: own, rules })
    if (text.trim() === '') return void fate('blank')
    if (/^\s*#/.test(text)) return void fate('comment')
    const read = isStatus ? (readDefaults(text) ?? readStatusLine(text)) : this.command(text)
    switch (read.kind) {
      case 'quiet':
        return void fate('understood')
      case 'remark':
        this.diagnostics.push(diagnostic('ignored', read.message, { line, column: 1, length: text.length }))
        return void fate('not-understood')
      case 'wrong':
        this.diagnostics.push(
          diagnostic('syntax-error', read.message, { line, column: read.column, length: read.length }),
        )
        return void fate('not-understood')
      case 'default':
        this.policies[read.hook] = read.policy
        this.understood++
        return void fate('understood')
      case 'defaults':
        Object.assign(this.policies, read.policies)
        this.understood++
        return void fate('understood')
      case 'rule': {
        const id = this.add(read.rule, read.at, line, text)
        fate(id === undefined ? 'not-understood' : 'understood', id === undefined ? [] : [id])
      }
    }
  }

  private command(text: string): ReadLine {
    const { words, expansion, rest } = shellWords(text)
    const trouble = expansion ?? rest
    const at = words.findIndex((word) => /(^|\/)ufw$/.test(word.text))
    if (at < 0) return { kind: 'remark', message: 'This line is no command of ufw.' }
    if (trouble)
      return {
        kind: 'wrong',
        message: `${trouble.text} is worked out by a shell. Put its value here.`,
        column: trouble.offset + 1,
        length: trouble.length,
      }
    return readCommand(words.slice(at + 1))
  }

  private add(rule: UfwRule, at: number | undefined, line: number, text: string): string | undefined {
    const read = readRule(rule)
    const whole = { line, column: 1, length: text.length }
    if (typeof read === 'string') {
      this.diagnostics.push(diagnostic('syntax-error', read, whole))
      return undefined
    }
    for (const note of read.notes) this.diagnostics.push(diagnostic('note', note, whole))
    const made: Rule = {
      kind: 'rule',
      id: `line-${line}`,
      enabled: true,
      name: rule.comment,
      match: read.match,
      target: read.target,
      log: rule.log,
      sourceLine: line,
    }
    this.understood++
    const same = this.numbered.findIndex(
      (each) => each.hook === rule.hook && key(each.rule.match) === key(made.match),
    )
    // A rule that is there already gets the new action in its old place.
    if (same >= 0 && at === undefined) this.numbered[same] = { hook: rule.hook, rule: made }
    else
      this.numbered.splice(
        at === undefined ? this.numbered.length : Math.min(at - 1, this.numbered.length),
        0,
        { hook: rule.hook, rule: made },
      )
    return made.id
  }

  finish(lines: readonly string[]): Result<ImportedRules> {
    if (this.understood === 0)
      return this.diagnostics.some(({ kind }) => kind === 'syntax-error')
        ? { ok: false, diagnostics: this.diagnostics }
        : failure('No rule of ufw is in this text, such as "ufw allow 22/tcp".')
    for (const { hook, rule } of this.numbered) this.rules[hook].push(rule)
    this.diagnostics.push(
      diagnostic(
        'note',
        'ufw asks rules of its own first: those of its files as they are installed are in the table.',
        { line: 1, column: 1 },
      ),
    )
    const chains = UFW_HOOKS.map((hook): Chain => {
      const policy = this.policies[hook]
      const last: Rule[] =
        policy === 'reject'
          ? [
              {
                kind: 'rule',
                id: 'ufw-policy',
                enabled: true,
                name: 'policy',
                match: [],
                target: { kind: 'reject', with: 'tcp-reset' },
                log: false,
              },
            ]
          : []
      return {
        name: hook.toUpperCase(),
        base: { hook, priority: PRIORITY.filter, policy: policy === 'accept' ? 'accept' : 'drop' },
        rows: [...ownRules(hook), ...this.rules[hook], ...last],
      }
    })
    const table: Table = { name: 'filter', family: 'inet', chains }
    const imported: ImportedRules = {
      firewall: { ...firewallKind('netfilter').create(), ruleset: { tables: [table] } },
      rules: chains.flatMap(({ rows }) => rows).length,
      lines: lines.map((text, index) => ({
        line: index + 1,
        text,
        fate: this.told[index]?.fate ?? 'blank',
        rules: this.told[index]?.rules ?? [],
      })),
    }
    return success(imported, this.diagnostics)
  }
}

const key = (match: readonly Condition[]) =>
  JSON.stringify(match, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))
