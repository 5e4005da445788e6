import { firewallKind } from '@/model/firewalls/lookup'
import { type Diagnostic, diagnostic, failure, type Result, success } from '@/model/result'
import type { Chain, Policy, Rule } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules } from '../dialect'
import type { Word } from '../iptables/words'
import { readRuleWords } from './rule-words'
import { type CommandLine, readCommands } from './syntax'

const POLICIES: Readonly<Record<string, Policy>> = { ACCEPT: 'accept', DENY: 'drop', REJECT: 'reject' }
const BUILT_IN = ['input', 'forward', 'output']

interface Draft {
  readonly name: string
  policy?: Policy
  rules: Rule[]
}

/** Reads commands of ipchains (a script, or lines out of one) and what ipchains-save prints. */
export function parseIpchains(text: string): Result<ImportedRules> {
  const lines = readCommands(text)
  const commands = lines.filter(({ kind }) => kind === 'command' || kind === 'policy')
  if (commands.length === 0)
    return failure('No command of ipchains is in this text, such as "ipchains -A input -p tcp -y -j DENY".')
  const reading = new Reading(commands)
  const told = lines.flatMap((line) => reading.read(line, text.split(/\r?\n/)))
  const diagnostics = reading.diagnostics
  const rules = reading.chains.reduce((sum, chain) => sum + chain.rules.length, 0)
  const empty = firewallKind('ipchains').create()
  const [table] = empty.ruleset.tables
  if (!table) throw new Error('ipchains has a table')
  const firewall = { ...empty, ruleset: { tables: [{ ...table, chains: reading.chains.map(chainOf) }] } }
  const masquerades = reading.chains.some((chain) =>
    chain.rules.some(({ target }) => target.kind === 'masquerade'),
  )
  return success({ firewall, nat: masquerades ? 'masquerading' : 'off', rules, lines: told }, diagnostics)
}

function chainOf({ name, policy, rules }: Draft): Chain {
  return { name, ...(policy ? { base: { policy } } : {}), rows: rules }
}

class Reading {
  readonly chains: Draft[] = BUILT_IN.map((name) => ({ name, policy: 'accept', rules: [] }))
  readonly diagnostics: Diagnostic[] = []
  readonly #outwards: ReadonlySet<string>
  #ids = 0

  constructor(commands: readonly CommandLine[]) {
    this.#outwards = chainsOutwards(commands)
  }

  /** One command, and what became of its lines. */
  read(line: CommandLine, physical: readonly string[]): ImportedLine[] {
    const before = this.diagnostics.length
    const ids = line.kind === 'command' || line.kind === 'policy' ? this.#command(line) : []
    const wrong = this.diagnostics.slice(before).some(({ kind }) => kind === 'syntax-error')
    const partly = this.diagnostics
      .slice(before)
      .some(({ kind }) => kind === 'approximated' || kind === 'ignored')
    const fate: ImportedLine['fate'] =
      line.kind === 'blank' || line.kind === 'comment'
        ? line.kind
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
        if (chainWord && !this.#find(chainWord.text)) this.chains.push({ name: chainWord.text, rules: [] })
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
        for (const chain of this.chains) if (!chainWord || chain.name === chainWord.text) chain.rules = []
        return []
      case '-X':
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

  #find(name: string): Draft | undefined {
    return this.chains.find((chain) => chain.name === name)
  }

  #setPolicy(line: CommandLine, chainWord: Word | undefined, policyWord: Word | undefined): void {
    const chain = this.#find(chainWord?.text ?? '')
    const policy = POLICIES[policyWord?.text ?? '']
    if (policyWord?.text === '-' && chainWord && !chain) this.chains.push({ name: chainWord.text, rules: [] })
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
      enabled: true,
      name: '',
      match,
      target: read.target,
      log: read.log,
      sourceLine: line.first,
    })
    const made = [rule(read.match), ...(read.back ? [rule(read.back)] : [])]
    chain.rules.splice(at ?? chain.rules.length, 0, ...made)
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
