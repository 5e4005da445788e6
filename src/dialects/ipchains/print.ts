import { sortConditions } from '@/model/fields/cell'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import type { Chain, Policy, Row, Rule } from '@/model/ruleset/ruleset'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { key } from '../iptables/merge'
import { writeTag } from '../iptables/tag'
import { shellWords } from '../iptables/words'
import { LeftOut } from '../left-out'
import { Losses } from '../losses'
import { byteLength, fitBytes, plainText } from '../plain-text'
import { cellsOf } from '../recall'
import { separateRules } from '../separate-rules'
import { ipchainsChains } from './chains'
import { readRuleWords } from './rule-words'
import { writeSpecs, writeTarget } from './write-rule'

const POLICY_WORD: Readonly<Record<Policy, string>> = { accept: 'ACCEPT', drop: 'DENY', reject: 'REJECT' }
const BUILT_IN = ['input', 'forward', 'output']
/** Names in use by the tool itself. */
const TARGETS = ['ACCEPT', 'DENY', 'REJECT', 'MASQ', 'REDIRECT', 'RETURN']
/** Longest name of a chain. Source: linux/ip_fw.h of 2.2, IP_FW_MAX_LABEL_LENGTH. */
const CHAIN_BYTES = 8
const ID_BYTES = 100
const NAME_BYTES = 200
const TAG_BYTES = 1500

/** Writes a firewall as commands of ipchains. */
export function printIpchains(firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const chains = ipchainsChains(firewall, context, losses)
  const writer = new Writer(chains, context, losses)
  const body = writer.write()
  const incomplete = losses.complete
    ? []
    : ['# INCOMPLETE: some rules are not in this text, or mean less or more here.']
  const text = [
    '#!/bin/sh',
    `# ${exportHeader(context)} For ipchains, IPv4 only.`,
    ...incomplete,
    ...body,
    '',
  ].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

class Writer {
  readonly #chains: readonly Chain[]
  readonly #context: PrintContext
  readonly #losses: Losses
  readonly #names: ReadonlyMap<string, string>
  readonly #outwards: ReadonlySet<string>
  /** Commands so far: the reader numbers rules that carry no id of ours so. */
  #commands = 0

  constructor(chains: readonly Chain[], context: PrintContext, losses: Losses) {
    this.#chains = chains
    this.#context = context
    this.#losses = losses
    this.#names = chainNames(chains, losses)
    this.#outwards = outwardChains(chains)
  }

  write(): string[] {
    const users = this.#chains.filter(({ base }) => !base)
    const policies = this.#chains.flatMap(({ name, base }) =>
      base ? [`ipchains -P ${name} ${POLICY_WORD[base.policy]}`] : [],
    )
    return [
      ...policies,
      'ipchains -F',
      'ipchains -X',
      ...users.map(({ name }) => `ipchains -N ${this.#names.get(name)}`),
      ...this.#chains.flatMap((chain) => chain.rows.flatMap((row) => this.#row(row, chain))),
    ]
  }

  #row(row: Row, chain: Chain): string[] {
    const name = this.#names.get(chain.name) ?? chain.name
    if (row.kind === 'rule') return this.#rule(row, chain, name)
    const tag = writeTag({ separator: fitBytes(plainText(row.id), ID_BYTES), chain: name }, '')
    return [`# == ${fitBytes(plainText(row.title), NAME_BYTES)} == ${tag}`]
  }

  #rule(rule: Rule, chain: Chain, chainName: string): string[] {
    try {
      const separate = separateRules(rule)
      if (separate.length > 1 || separate[0] !== rule) {
        const sentence = 'It looks several fields up together, and is written as a rule for each entry.'
        this.#losses.lose(sentence, rule.id, true)
        return separate.flatMap((each) => this.#rule(each, chain, chainName))
      }
      return this.#commandsOf(rule, chain, chainName)
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error
      this.#losses.leaveOut(rule, error)
      const name = fitBytes(plainText(rule.name === '' ? rule.id : rule.name), ID_BYTES)
      return [`# left out: ${name}: ${plainText(error.message)}`]
    }
  }

  #commandsOf(rule: Rule, chain: Chain, chainName: string): string[] {
    const field = this.#outwards.has(chain.name) ? 'oif' : 'iif'
    const { specs, loss } = writeSpecs(rule.match, field, this.#context)
    if (specs.length === 0) throw new LeftOut('it is for IPv6 alone, which ipchains does not see.', true)
    const target = writeTarget(rule, (name) => (BUILT_IN.includes(name) ? undefined : this.#names.get(name)))
    for (const each of [loss, target.loss]) if (each !== undefined) this.#losses.lose(each, rule.id, false)
    if (rule.logPrefix !== undefined && rule.logPrefix !== '')
      this.#losses.lose('What its log line begins with is not in this text.', rule.id, true)
    const log = rule.log && target.text !== '-l' ? '-l' : ''
    const lines = specs.map((spec) =>
      [`ipchains -A ${chainName}`, spec, log, target.text].filter((part) => part !== '').join(' '),
    )
    const note = this.#note(rule, specs, field)
    this.#commands += lines.length
    return [...note, ...(rule.enabled ? lines : lines.map((line) => `# off: ${line}`))]
  }

  /** The comment above the commands of a rule: its id and cells where the commands do not say them, and its name. */
  #note(rule: Rule, specs: readonly string[], field: 'iif' | 'oif'): string[] {
    const clean = plainText(rule.name)
    const name = fitBytes(clean, NAME_BYTES)
    if (name !== clean) this.#losses.lose('Its name is too long for a comment and is cut.', rule.id, true)
    const isPlain = specs.length === 1 && readsBack(rule, specs[0] ?? '', field)
    const isNumbered = rule.id === `r${this.#commands + 1}` && rule.enabled && name === ''
    if (isPlain && isNumbered) return []
    const id = {
      rule: fitBytes(plainText(rule.id), ID_BYTES),
      ...(specs.length > 1 && { commands: String(specs.length) }),
    }
    const cells = isPlain ? {} : cellsOf(rule.match, this.#context.names)
    const whole = writeTag({ ...id, ...cells }, name)
    return [`# ${byteLength(whole) > TAG_BYTES ? writeTag(id, name) : whole}`]
  }
}

function readsBack(rule: Rule, spec: string, field: 'iif' | 'oif'): boolean {
  const { match, remarks } = readRuleWords(shellWords(spec).words, field)
  return remarks.length === 0 && key(match) === key(sortConditions(rule.match))
}

/** Chains where `-i` is the way out: forward and output, and those that only these jump to. */
function outwardChains(chains: readonly Chain[]): ReadonlySet<string> {
  const callers = new Map<string, string[]>()
  for (const { name, rows } of chains)
    for (const row of rows)
      if (row.kind === 'rule' && row.enabled && row.target.kind === 'jump')
        callers.set(row.target.chain, [...(callers.get(row.target.chain) ?? []), name])
  const outwards = new Set(['forward', 'output'])
  for (let grown = true; grown; ) {
    const found = [...callers].find(
      ([chain, from]) => !outwards.has(chain) && from.every((each) => outwards.has(each)),
    )
    grown = found !== undefined
    if (found) outwards.add(found[0])
  }
  return outwards
}

/** Built-in chains keep their names; those of user chains are short and not those of targets. */
function chainNames(chains: readonly Chain[], losses: Losses): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set([...BUILT_IN, ...TARGETS])
  for (const { name, base } of chains) {
    if (base) {
      names.set(name, name)
      continue
    }
    const fitting = /^[A-Za-z][\w-]*$/.test(name) && name.length <= CHAIN_BYTES ? name : 'chain'
    let written = fitting
    for (let copy = 1; taken.has(written); copy++) written = `${fitting.slice(0, 5)}${copy}`
    taken.add(written)
    names.set(name, written)
    if (written !== name)
      losses.lose(`A user chain is called ${written} here: the tool does not take its name.`, undefined, true)
  }
  return names
}
