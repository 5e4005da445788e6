import type { Family } from '@/model/packet/address'
import { own } from '../own'
import {
  CORE_OPTIONS,
  findOption,
  MATCH_OF_PROTOCOL,
  MATCH_OPTIONS,
  type OptionSpelling,
  OTHER_TARGETS,
  TARGET_OPTIONS,
} from './options'
import { readProtocol } from './spelling'
import { type Word, writeWord } from './words'

/** Whose option it is: iptables' own, a match's or the target's. `instance` counts `-m`, so that two of a kind differ. */
export interface OptionOwner {
  readonly kind: 'core' | 'match' | 'target'
  readonly name: string
  readonly instance: number
  /** Whether its options are understood. */
  readonly known: boolean
}

/** One option of a rule with its values, as written. */
export interface OptionUse {
  readonly owner: OptionOwner
  /** As iptables-save spells it; what was written where the option is not known. */
  readonly name: string
  readonly negated: boolean
  /** `--dport ! 80`: the place of old texts, refused by tools since 1.8.9. */
  readonly oldNegation: boolean
  readonly values: readonly Word[]
  readonly word: Word
}

export interface SyntaxProblem {
  readonly message: string
  readonly word: Word
}

/** The options of one rule in the order of the line. */
export interface RuleSyntax {
  readonly uses: readonly OptionUse[]
  readonly problems: readonly SyntaxProblem[]
}

/** The match that only the tool of the other family has. */
const OTHER_ICMP = { 4: 'icmp6', 6: 'icmp' } as const

const CORE: OptionOwner = { kind: 'core', name: '', instance: 0, known: true }

const MATCH_ALIASES: Readonly<Record<string, string>> = { icmpv6: 'icmp6', 'ipv6-icmp': 'icmp6' }

function optionsOf(owner: OptionOwner): readonly OptionSpelling[] {
  if (owner.kind === 'core') return CORE_OPTIONS
  return own(owner.kind === 'match' ? MATCH_OPTIONS : TARGET_OPTIONS, owner.name) ?? []
}

const isOption = (word: Word | undefined) =>
  word !== undefined && !word.quoted && /^--?[a-z0-9]/i.test(word.text)
const isBang = (word: Word | undefined) => word !== undefined && !word.quoted && word.text === '!'

/** Sorts the words of a rule into options and their values. Never fails: what is wrong is in `problems`. */
export function readRuleSyntax(words: readonly Word[], family: Family): RuleSyntax {
  const uses: OptionUse[] = []
  const problems: SyntaxProblem[] = []
  const owners: OptionOwner[] = [CORE]
  let instances = 0
  let bang: Word | undefined

  const load = (kind: 'match' | 'target', written: string): OptionOwner => {
    const name = kind === 'match' ? (own(MATCH_ALIASES, written) ?? written) : written
    const options = kind === 'match' ? MATCH_OPTIONS : TARGET_OPTIONS
    const known = Object.hasOwn(options, name) && name !== OTHER_ICMP[family]
    const owner: OptionOwner = { kind, name, instance: ++instances, known }
    if (kind === 'match' || known || Object.hasOwn(OTHER_TARGETS, name)) owners.push(owner)
    return owner
  }
  const find = (text: string): { owner: OptionOwner; option: OptionSpelling } | undefined => {
    const latestFirst = [...owners].reverse()
    // Next to a match whose options are not known, a short form may well be one of its own.
    const forms = owners.every(({ known }) => known) ? [true, false] : [true]
    for (const exact of forms) {
      for (const owner of latestFirst) {
        const option = findOption(optionsOf(owner), text)
        const spelled = option && (option.name === text || option.also?.includes(text))
        if (option && (spelled || !exact)) return { owner, option }
      }
    }
    return undefined
  }
  const implied = (): boolean => {
    const protocol = uses.find((use) => use.owner === CORE && use.name === '-p')?.values[0]
    const number = protocol && readProtocol(protocol.text)
    const name = typeof number === 'number' ? MATCH_OF_PROTOCOL[number] : undefined
    if (
      !name ||
      name === OTHER_ICMP[family] ||
      owners.some((owner) => owner.kind === 'match' && owner.name === name)
    )
      return false
    load('match', name)
    return true
  }

  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word
    if (isBang(word)) {
      if (bang) problems.push({ message: 'Two "!" in a row. One negates the option after it.', word })
      bang = word
      continue
    }
    if (!isOption(word)) {
      problems.push({ message: `"${word.text}" belongs to no option. Options begin with "-".`, word })
      bang = undefined
      continue
    }
    const equals = word.text.startsWith('--') ? word.text.indexOf('=') : -1
    const text = equals > 0 ? word.text.slice(0, equals) : word.text
    const inline: Word[] =
      equals > 0
        ? [
            {
              text: word.text.slice(equals + 1),
              offset: word.offset + equals + 1,
              length: word.length - equals - 1,
              quoted: false,
            },
          ]
        : []
    const found = find(text) ?? (implied() ? find(text) : undefined)
    const negated = bang !== undefined
    bang = undefined
    if (!found) {
      const owner = [...owners].reverse().find((each) => !each.known)
      if (!owner) {
        problems.push({ message: unknownOption(text, uses), word })
        while (words[i + 1] && !isOption(words[i + 1]) && !isBang(words[i + 1])) i++
        continue
      }
      const values = [...inline]
      while (words[i + 1] && !isOption(words[i + 1]) && !isBang(words[i + 1])) values.push(words[++i] as Word)
      uses.push({ owner, name: word.text, negated, oldNegation: false, values, word })
      continue
    }
    const { owner, option } = found
    const oldNegation =
      option.takes > 0 && inline.length === 0 && isBang(words[i + 1]) && words[i + 2] !== undefined
    if (oldNegation) i++
    const values = [...inline]
    while (values.length < option.takes && i + 1 < words.length) values.push(words[++i] as Word)
    if (values.length < option.takes) {
      problems.push({
        message: `${text} needs ${option.takes === 1 ? 'a value' : `${option.takes} values`} after it.`,
        word,
      })
      continue
    }
    const use: OptionUse = {
      owner,
      name: option.name,
      negated: negated !== oldNegation,
      oldNegation,
      values,
      word,
    }
    if (owner === CORE && option.name === '-m')
      uses.push({ ...use, owner: load('match', values[0]?.text ?? '') })
    else {
      uses.push(use)
      if (owner === CORE && option.name === '-j') load('target', values[0]?.text ?? '')
    }
  }
  if (bang) problems.push({ message: 'The "!" at the end negates nothing.', word: bang })
  return { uses, problems }
}

function unknownOption(text: string, uses: readonly OptionUse[]): string {
  const ports = /^--(sport|dport|source-port|destination-port)$/.test(text)
  const flags = text === '--syn' || text === '--tcp-flags'
  if (ports || flags) {
    const protocol = uses.find((use) => use.owner === CORE && use.name === '-p')
    const want = ports ? '-p tcp or -p udp' : '-p tcp'
    return protocol
      ? `${text} does not go with -p ${protocol.values[0]?.text}. It needs ${want} before it.`
      : `${text} needs a protocol. Write ${want} before it.`
  }
  if (/^--(sports|dports|ports)$/.test(text)) return `${text} belongs to -m multiport. Write that before it.`
  return `${text} is not an option that iptables knows here.`
}

/** One option as text again. A use of `-m` is written by whoever writes its options. */
export function writeUse(use: OptionUse): string {
  const words = [use.name, ...use.values.map((value) => writeWord(value.text))]
  return `${use.negated ? '! ' : ''}${words.join(' ')}`
}
