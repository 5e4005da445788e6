import { firewallKind } from '@/model/firewalls/lookup'
import { type Diagnostic, diagnostic, failure, type Result, success } from '@/model/result'
import { rulesOf } from '@/model/ruleset/chains'
import type { Chain, Policy, Row, Rule } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules, ParseContext } from '../dialect'
import type { Word } from '../iptables/words'
import { type Note, readNote, readTitle, settleRows } from '../notes'
import { lookupOf, unlessLeftOut } from '../recall'
import { readRuleWords } from './rule-words'
import { type CommandLine, readCommands } from './syntax'
import { writeSpecs } from './write-rule'

const POLICIES: Readonly<Record<string, Policy>> = { ACCEPT: 'accept', DENY: 'drop', REJECT: 'reject' }
const BUILT_IN = ['input', 'forward', 'output']

interface Draft {
  readonly name: string
  policy?: Policy
  rows: Row[]
}

/** Reads commands of ipchains (a script, or lines out of one) and what ipchains-save prints. */
export function parseIpchains(text: string, context: ParseContext): Result<ImportedRules> {
  const lines = readCommands(text)
  const commands = lines.filter(({ kind }) => kind === 'command' || kind === 'policy')
  if (commands.length === 0)
    return failure('No command of ipchains is in this text, such as "ipchains -A input -p tcp -y -j DENY".')
  const reading = new Reading(commands, context)
  const physical = text.split(/\r?\n/)
  const read = lines.flatMap((line) => reading.read(line, physical))
  const { chains, renamed } = reading.settled()
  const told = read.map((line) => ({
    ...line,
    rules: [...new Set(line.rules.map((id) => renamed.get(id) ?? id))],
  }))
  const diagnostics = reading.diagnostics
  const rules = chains.reduce((sum, chain) => sum + rulesOf(chain).length, 0)
  const empty = firewallKind('ipchains').create()
  const [table] = empty.ruleset.tables
  if (!table) throw new Error('ipchains has a table')
  const firewall = { ...empty, ruleset: { tables: [{ ...table, chains }] } }
  const masquerades = chains.some((chain) =>
    chain.rows.some((row) => row.kind === 'rule' && row.target.kind === 'masquerade'),
  )
  return success({ firewall, nat: masquerades ? 'masquerading' : 'off', rules, lines: told }, diagnostics)
}

class Reading {
  readonly chains: Draft[] = BUILT_IN.map((name) => ({ name, policy: 'accept', rows: [] }))
  readonly diagnostics: Diagnostic[] = []
  readonly #outwards: ReadonlySet<string>
  readonly #context: ParseContext
  readonly #notes = new Map<string, Note>()
  #ids = 0
  /** What our last comment says of the commands below it, and how many of those are still to come. */
  #note: { readonly note: Note; left: number } | undefined

  constructor(commands: readonly CommandLine[], context: ParseContext) {
    this.#outwards = chainsOutwards(commands)
    this.#context = context
  }

  /** The chains once all is read, and the ids that rules have there instead of their own. */
  settled(): { readonly chains: readonly Chain[]; readonly renamed: ReadonlyMap<string, string> } {
    const renamed = new Map<string, string>()
    const chains = this.chains.map(({ name, policy, rows }): Chain => {
      const field = this.#outwards.has(name) ? 'oif' : 'iif'
      const lookup = lookupOf(this.#context)
      const write = unlessLeftOut((match) => writeSpecs(match, field, lookup).specs)
      const settled = settleRows(rows, this.#notes, write, this.#context, renamed)
      return { name, ...(policy ? { base: { policy } } : {}), rows: settled }
    })
    return { chains, renamed }
  }

  /** One command, and what became of its lines. */
  read(line: CommandLine, physical: readonly string[]): ImportedLine[] {
    const before = this.diagnostics.length
    if (line.kind === 'comment') this.#readComment(line)
    const isOff = line.kind === 'off' && this.#note !== undefined
    const ids = line.kind === 'command' || line.kind === 'policy' || isOff ? this.#command(line) : []
    const wrong = this.diagnostics.slice(before).some(({ kind }) => kind === 'syntax-error')
    const partly = this.diagnostics
      .slice(before)
      .some(({ kind }) => kind === 'approximated' || kind === 'ignored')
    const fate: ImportedLine['fate'] =
      line.kind === 'blank' || line.kind === 'comment'
        ? line.kind
        : line.kind === 'off' && !isOff
          ? 'comment'
          : line.kind === 'other' || wrong
            ? 'not-understood'
            : partly
              ? 'partly'
              : 'understood'
    return Array.from({ length: line.last - line.first + 1 }, (_, index) => ({
      line: line.first + index,
      text: physical[line.first + index - 1] ?? '',
      fate,
      rules: ids,
    }))
  }

  #readComment({ text }: CommandLine): void {
    const note = readNote(text)
    if (note) this.#note = { note, left: note.commands }
    const title = readTitle(text)
    if (!title) return
    const { chain, ...separator } = title
    this.#find(chain)?.rows.push(separator)
  }

  #say(kind: Diagnostic['kind'], message: string, line: CommandLine, word: Word | undefined): void {
    const at = { line: line.first, column: (word?.offset ?? 0) + 1, length: word?.length ?? 0 }
    this.diagnostics.push(diagnostic(kind, message, at))
  }

  #command(line: CommandLine): string[] {
    if (line.trouble) {
      this.#say(
        'syntax-error',
        `${line.trouble.text} is worked out by a shell. Put its value here.`,
        line,
        line.trouble,
      )
      return []
    }
    const [command, chainWord, ...rest] = line.words
    if (line.kind === 'policy') {
      this.#setPolicy(line, { ...(command as Word), text: (command?.text ?? '').slice(1) }, chainWord)
      return []
    }
    switch (command?.text) {
      case '-A':
      case '--append':
        return this.#insert(line, chainWord, rest, undefined)
      case '-I':
      case '--insert': {
        const number = /^\d+$/.test(rest[0]?.text ?? '') ? Number(rest[0]?.text) : undefined
        return this.#insert(line, chainWord, number === undefined ? rest : rest.slice(1), (number ?? 1) - 1)
      }
      case '-P':
      case '--policy':
        this.#setPolicy(line, chainWord, rest[0])
        return []
      case '-N':
      case '--new':
        if (chainWord && !this.#find(chainWord.text)) this.chains.push({ name: chainWord.text, rows: [] })
        else
          this.#say(
            'syntax-error',
            `${chainWord?.text ?? 'The chain'} is there already, or has no name.`,
            line,
            chainWord,
          )
        return []
      case '-F':
      case '--flush':
        for (const chain of this.chains) if (!chainWord || chain.name === chainWord.text) chain.rows = []
        return []
      case '-X':
      case '--delete-chain':
        this.#deleteChains(chainWord)
        return []
      case '-Z':
      case '-L':
      case '-C':
      case '-M':
        this.#say('ignored', `${command.text} changes no rule.`, line, command)
        return []
      default:
        this.#say(
          'syntax-error',
          `${command?.text ?? 'A command'} is not read. Write -A, -I, -P, -N or -F.`,
          line,
          command,
        )
        return []
    }
  }

  /** User chains without rules go, all or the one that is named. */
  #deleteChains(named: Word | undefined): void {
    const isGone = (chain: Draft) =>
      !BUILT_IN.includes(chain.name) && chain.rows.length === 0 && (!named || chain.name === named.text)
    const kept = this.chains.filter((chain) => !isGone(chain))
    this.chains.splice(0, this.chains.length, ...kept)
  }

  #find(name: string): Draft | undefined {
    return this.chains.find((chain) => chain.name === name)
  }

  #setPolicy(line: CommandLine, chainWord: Word | undefined, policyWord: Word | undefined): void {
    const chain = this.#find(chainWord?.text ?? '')
    const policy = POLICIES[policyWord?.text ?? '']
    if (policyWord?.text === '-' && chainWord && !chain) this.chains.push({ name: chainWord.text, rows: [] })
    else if (!chain || !BUILT_IN.includes(chain.name))
      this.#say(
        'syntax-error',
        `${chainWord?.text ?? 'Nothing'} has no policy. Write input, forward or output.`,
        line,
        chainWord,
      )
    else if (!policy)
      this.#say(
        'syntax-error',
        `${policyWord?.text ?? 'Nothing'} is no policy. Write ACCEPT, DENY or REJECT.`,
        line,
        policyWord,
      )
    else chain.policy = policy
  }

  #insert(
    line: CommandLine,
    chainWord: Word | undefined,
    words: readonly Word[],
    at: number | undefined,
  ): string[] {
    const chain = this.#find(chainWord?.text ?? '')
    if (!chain) {
      this.#say(
        'syntax-error',
        `There is no chain ${chainWord?.text ?? ''}. Make it with -N first.`,
        line,
        chainWord,
      )
      return []
    }
    const read = readRuleWords(words, this.#outwards.has(chain.name) ? 'oif' : 'iif')
    for (const { kind, message, word } of read.remarks) this.#say(kind, message, line, word)
    if (read.remarks.some(({ kind }) => kind === 'syntax-error')) return []
    const rule = (match: Rule['match']): Rule => ({
      kind: 'rule',
      id: `r${++this.#ids}`,
      enabled: line.kind !== 'off',
      name: this.#note?.note.name ?? '',
      match,
      target: read.target,
      log: read.log,
      sourceLine: line.first,
    })
    const made = [rule(read.match), ...(read.back ? [rule(read.back)] : [])]
    chain.rows.splice(at ?? chain.rows.length, 0, ...made)
    if (this.#note) {
      for (const { id } of made) this.#notes.set(id, this.#note.note)
      this.#note = --this.#note.left > 0 ? this.#note : undefined
    }
    return made.map(({ id }) => id)
  }
}

/**
 * Chains where `-i` is the way out: forward and output, and the chains that only these jump to (IPCHAINS-HOWTO 4.1.3:
 * for forward it is the interface that the packet will leave by).
 */
function chainsOutwards(commands: readonly CommandLine[]): ReadonlySet<string> {
  const callers = new Map<string, Set<string>>()
  for (const { words } of commands) {
    const from = words[1]?.text
    const jump = words.findIndex(({ text }) => text === '-j' || text === '--jump')
    const to = jump < 0 ? undefined : words[jump + 1]?.text
    if (from !== undefined && to !== undefined) callers.set(to, (callers.get(to) ?? new Set()).add(from))
  }
  const outwards = new Set(['forward', 'output'])
  for (let grown = true; grown; ) {
    grown = false
    for (const [chain, from] of callers) {
      if (outwards.has(chain) || ![...from].every((each) => outwards.has(each))) continue
      outwards.add(chain)
      grown = true
    }
  }
  return outwards
}
