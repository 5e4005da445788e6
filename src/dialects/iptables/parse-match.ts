import { sortConditions } from '@/model/fields/cell'
import { type Condition, CT_STATES, type FieldId, type FieldTest, type Term } from '@/model/fields/field'
import { familyInterval } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { flagTerms } from '@/model/fields/tcp-flags'
import { type Family, familyOf, parseAddress } from '@/model/packet/address'
import { ICMP_NAMES, parseIcmpType } from '@/model/packet/icmp'
import { TCP_FLAG } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import { parsePrefix, prefixInterval } from '@/model/packet/prefix'
import type { DiagnosticKind } from '@/model/result'
import { addCondition } from '../add-condition'
import { readHeaderOption } from './header-matches'
import { type OptionUse, type RuleSyntax, writeUse } from './rule-syntax'
import { FLAG_SPELLING, MULTIPORT_SLOTS, readProtocol, SIX_FLAGS, STATE_SPELLING } from './spelling'
import type { Word } from './words'

/** Something to say about a word of the line. */
export interface Remark {
  readonly kind: DiagnosticKind
  readonly message: string
  readonly word: Word
}

/** The conditions of one line: several where a list of addresses makes several rules, as the tool makes them. */
export interface ReadMatch {
  readonly alternatives: readonly (readonly Condition[])[]
  readonly comment: string | undefined
  /** `-6` in iptables, `-4` in ip6tables: the tool passes over the line. */
  readonly isOtherFamily: boolean
  /** From `-p`, for what needs one. Absent: any. */
  readonly protocol: { readonly number: number; readonly negated: boolean } | undefined
  readonly remarks: readonly Remark[]
}

const MULTIPORT_PROTOCOLS = [6, 17, 33, 132, 136]

/** A value that cannot be read, thrown only inside this file. */
class Unreadable extends Error {
  readonly remark: Remark
  constructor(remark: Remark) {
    super(remark.message)
    this.remark = remark
  }
}

function refuse(message: string, word: Word, kind: DiagnosticKind = 'syntax-error'): never {
  throw new Unreadable({ kind, message, word })
}

export function readMatch(syntax: RuleSyntax, family: Family): ReadMatch {
  const remarks: Remark[] = []
  const tests: Condition[] = []
  const lists: FieldTest[][] = []
  const comments: string[] = []
  const opaque = new Map<number, OptionUse[]>()
  let protocol: ReadMatch['protocol']
  let isOtherFamily = false
  const matches = syntax.uses.filter((use) => use.owner.kind !== 'target')
  const seen = new Set<string>()

  for (const use of matches) {
    try {
      once(use, seen)
      if (use.oldNegation)
        remarks.push({
          kind: 'note',
          message: `Tools since 1.8.9 want the "!" before ${use.name}. It is read as meant.`,
          word: use.word,
        })
      if (use.name === '-p') protocol = readProtocolUse(use, tests)
      else if (use.name === '-s' || use.name === '-d') {
        const list = readAddresses(use, family, use.name === '-s' ? 'src' : 'dst')
        if (list === undefined) keep(opaque, use)
        else if (list.length > 0) lists.push(list)
      } else if (use.name === '-i' || use.name === '-o') readInterface(use, tests)
      else if (use.name === '-4' || use.name === '-6') isOtherFamily ||= use.name !== `-${family}`
      else if (use.owner.kind === 'match') {
        if (use.name === '-m') needsOption(use, matches)
        if (use.owner.name === 'comment' && use.name === '--comment') comments.push(use.values[0]?.text ?? '')
        else if (!readModuleOption(use, protocol, tests) && !readHeader(use, matches, family, tests))
          keep(opaque, use)
      } else if (use.name === '-f') keep(opaque, use)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      remarks.push(error.remark)
    }
  }

  for (const uses of opaque.values()) {
    const owner = uses[0]?.owner
    const options = uses.filter((use) => use.name !== '-m')
    if (owner?.known && options.length === 0) continue
    const text = [...(owner?.kind === 'match' ? [`-m ${owner.name}`] : []), ...options.map(writeUse)].join(
      ' ',
    )
    tests.push({ kind: 'opaque', dialect: family === 4 ? 'iptables' : 'ip6tables', text })
    remarks.push({
      kind: 'approximated',
      message: `${text} is kept as it stands. It is assumed not to match; the menu of the rule's action can assume the other.`,
      word: uses[0]?.word as Word,
    })
  }

  let alternatives: FieldTest[][] = [[]]
  for (const list of lists) alternatives = alternatives.flatMap((each) => list.map((test) => [...each, test]))
  return {
    isOtherFamily,
    alternatives: alternatives.map((each) =>
      sortConditions([...each, ...tests].reduce<Condition[]>(addCondition, [])),
    ),
    comment: comments.length > 0 ? comments.join(' ') : undefined,
    protocol,
    remarks,
  }
}

function keep(opaque: Map<number, OptionUse[]>, use: OptionUse): void {
  opaque.set(use.owner.kind === 'core' ? -opaque.size - 1 : use.owner.instance, [
    ...(opaque.get(use.owner.instance) ?? []),
    use,
  ])
}

/** Options may stand once each; `--sport` once per `-m tcp`. */
function once(use: OptionUse, seen: Set<string>): void {
  if (use.name === '-m' || !use.owner.known) return
  // One -m multiport holds one of its options [F1].
  const isMultiport = use.owner.name === 'multiport'
  const key = `${use.owner.instance} ${isMultiport ? '' : use.name}`
  if (isMultiport && seen.has(key))
    refuse(
      `${use.word.text} is multiport's here, which has its ports already. Write it before -m multiport.`,
      use.word,
    )
  if (seen.has(key)) refuse(`${use.name} stands twice. One is allowed in a rule.`, use.word)
  seen.add(key)
}

/** Matches that say nothing alone: the tool refuses them without their option. */
const REQUIRED: Readonly<Record<string, string>> = {
  state: '--state',
  comment: '--comment',
  icmp: '--icmp-type',
  icmp6: '--icmpv6-type',
  multiport: '--dports',
}

function needsOption(use: OptionUse, uses: readonly OptionUse[]): void {
  const required = REQUIRED[use.owner.name]
  if (required && !uses.some((other) => other.owner.instance === use.owner.instance && other.name !== '-m'))
    refuse(`-m ${use.owner.name} needs ${required} after it.`, use.word)
}

function readProtocolUse(use: OptionUse, tests: Condition[]): ReadMatch['protocol'] {
  const word = use.values[0] as Word
  const number = readProtocol(word.text)
  if (number === undefined)
    refuse(`${word.text} is not a protocol. Write tcp, udp, icmp or a number from 0 to 255.`, word)
  if (number === 'all') {
    if (use.negated) refuse('"! -p all" matches nothing, and the tool refuses it.', use.word)
    return undefined
  }
  tests.push(test('protocol', use.negated, [{ kind: 'range', first: number, last: number }]))
  return { number, negated: use.negated }
}

function test(field: FieldId, negated: boolean, terms: readonly Term[]): FieldTest {
  return { kind: 'test', field, negated, terms }
}

/** Nothing for every address, undefined for a mask with holes, else a test per member of the list. */
function readAddresses(use: OptionUse, family: Family, field: 'src' | 'dst'): FieldTest[] | undefined {
  const word = use.values[0] as Word
  const parts = word.text.split(',')
  if (use.negated && parts.length > 1)
    refuse('"!" does not go with several addresses. Write one rule, or a set.', use.word)
  const tests: FieldTest[] = []
  for (const part of parts) {
    const text = fullAddress(part)
    if (!/[.:]/.test(text) || /[g-z_]/i.test(text.replace(/\/.*/, '')))
      refuse(
        `${part || 'Nothing'} is a name, which the tool looks up when it loads. Write its address.`,
        word,
      )
    const mask = /\/(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1]
    if (mask && parseAddress(mask).ok && !parsePrefix(text).ok) return undefined
    const prefix = parsePrefix(text)
    if (!prefix.ok) refuse(prefix.diagnostics[0]?.message ?? `${part} is not an address.`, word)
    if (familyOf(prefix.value.address) !== family)
      refuse(
        `${part} is an ${family === 4 ? 'IPv6' : 'IPv4'} address. It belongs into ${family === 4 ? 'ip6tables' : 'iptables'}.`,
        word,
      )
    if (prefix.value.prefixLength === 0 && !use.negated && parts.length === 1) return []
    tests.push(test(field, use.negated, [{ kind: 'range', ...prefixInterval(prefix.value) }]))
  }
  return tests
}

/** The tool fills `10/8` up with zeros. Leading zeros it reads as octal, and they are refused here. */
function fullAddress(text: string): string {
  const found = /^(\d{1,3}(?:\.\d{1,3}){0,2})(\/.*)?$/.exec(text.trim())
  if (!found) return text.trim()
  const parts = (found[1] ?? '').split('.')
  while (parts.length < 4) parts.push('0')
  return parts.join('.') + (found[2] ?? '')
}

function readInterface(use: OptionUse, tests: Condition[]): void {
  const word = use.values[0] as Word
  const field = use.name === '-i' ? 'iif' : 'oif'
  if (word.text === '+' && !use.negated) return
  const parsed = fieldOf(field).parse(word.text.replaceAll(',', ' '), NO_NAMES)
  if (!parsed.ok || word.text === '')
    refuse(`"${word.text}" is not an interface name. It has 1 to 15 characters and no spaces.`, word)
  tests.push(test(field, use.negated, [{ kind: 'name', pattern: word.text }]))
}

const NO_NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

/** Reads an option on the rest of the header; false where it is to be kept as text. */
function readHeader(use: OptionUse, uses: readonly OptionUse[], family: Family, tests: Condition[]): boolean {
  const siblings = uses.filter(({ owner }) => owner.instance === use.owner.instance)
  const read = readHeaderOption(use, siblings, family)
  if (read === undefined) return false
  if (typeof read === 'string') refuse(read, use.values[0] ?? use.word)
  tests.push(read)
  return true
}

/** Reads one option of a match; false where it is to be kept as text. */
function readModuleOption(use: OptionUse, protocol: ReadMatch['protocol'], tests: Condition[]): boolean {
  const value = use.values[0] as Word
  const plain = (number: number) => protocol?.number === number && !protocol.negated
  const ports = (text: string, word: Word): Term => {
    if (/^\d*-\d*$/.test(text))
      refuse(`${text} is not a port. A range has a colon: ${text.replace('-', ':')}.`, word)
    const range = parsePortRange(text)
    if (!range.ok) refuse(range.diagnostics[0]?.message ?? `${text} is not a port.`, word)
    return { kind: 'range', ...range.value }
  }
  switch (`${use.owner.name} ${use.name}`) {
    case 'tcp --sport':
    case 'tcp --dport':
    case 'udp --sport':
    case 'udp --dport':
    case 'sctp --sport':
    case 'sctp --dport': {
      const wanted = { tcp: 6, udp: 17, sctp: 132 }[use.owner.name as 'tcp' | 'udp' | 'sctp']
      if (!plain(wanted)) refuse(`${use.name} of -m ${use.owner.name} needs -p ${use.owner.name}.`, use.word)
      tests.push(test(use.name === '--sport' ? 'sport' : 'dport', use.negated, [ports(value.text, value)]))
      return true
    }
    case 'multiport --sports':
    case 'multiport --dports':
    case 'multiport --ports': {
      if (!protocol || protocol.negated || !MULTIPORT_PROTOCOLS.includes(protocol.number))
        refuse('-m multiport needs -p tcp, udp, udplite, sctp or dccp.', use.word)
      const parts = value.text.split(',')
      const slots = parts.reduce((sum, part) => sum + (part.includes(':') ? 2 : 1), 0)
      if (slots > MULTIPORT_SLOTS)
        refuse(`${slots} ports are too many. ${MULTIPORT_SLOTS} fit; a range takes two.`, value)
      const terms = parts.map((part) => ports(part, value))
      if (use.name === '--ports') {
        if (!use.negated) return false
        tests.push(test('sport', true, terms), test('dport', true, terms))
      } else tests.push(test(use.name === '--sports' ? 'sport' : 'dport', use.negated, terms))
      return true
    }
    case 'tcp --syn':
    case 'tcp --tcp-flags': {
      if (!plain(6)) refuse(`${use.name} needs -p tcp.`, use.word)
      const mask = use.name === '--syn' ? flags('FIN,SYN,RST,ACK', use.word) : flags(value.text, value)
      const wanted =
        use.name === '--syn' ? TCP_FLAG.SYN : flags(use.values[1]?.text ?? '', use.values[1] as Word)
      // Every packet, or none: a flag is wanted that is not looked at.
      const every = (wanted & ~mask) !== 0 ? use.negated : mask === 0 ? !use.negated : undefined
      if (every === true) return true
      tests.push(
        every === false
          ? test('tcpFlags', true, [{ kind: 'range', first: 0, last: 255 }])
          : test('tcpFlags', use.negated, flagTerms({ mask, value: wanted })),
      )
      return true
    }
    case 'icmp --icmp-type':
    case 'icmp6 --icmpv6-type': {
      const family = use.owner.name === 'icmp' ? 4 : 6
      if (!plain(family === 4 ? 1 : 58))
        refuse(`${use.name} needs -p ${family === 4 ? 'icmp' : 'icmpv6'}.`, use.word)
      if (family === 4 && value.text.toLowerCase() === 'any') {
        if (use.negated) tests.push(test('icmpType', true, [{ kind: 'range', first: 0, last: 65535 }]))
        return true
      }
      const range = readIcmpType(family, value.text)
      if (!range)
        refuse(
          `${value.text} is not a type of ${family === 4 ? 'ICMP' : 'ICMPv6'}. Write echo-request, 8 or 3/3.`,
          value,
        )
      tests.push(test(family === 4 ? 'icmpType' : 'icmpv6Type', use.negated, [{ kind: 'range', ...range }]))
      return true
    }
    case 'state --state':
    case 'conntrack --ctstate': {
      const states = value.text
        .split(',')
        .map((part) =>
          CT_STATES.find((state) => part !== '' && STATE_SPELLING[state].startsWith(part.toUpperCase())),
        )
      if (use.owner.name === 'conntrack' && value.text.split(',').some((part) => /^(SNAT|DNAT)$/i.test(part)))
        return false
      if (states.includes(undefined))
        refuse(
          `${value.text} is not a list of states. Write NEW, ESTABLISHED, RELATED, INVALID or UNTRACKED.`,
          value,
        )
      const terms = [...new Set(states)].map((state): Term => {
        const number = CT_STATES.indexOf(state as (typeof CT_STATES)[number])
        return { kind: 'range', first: number, last: number }
      })
      tests.push(test('ctState', use.negated, terms))
      return true
    }
    case 'iprange --src-range':
    case 'iprange --dst-range': {
      const [firstText = '', lastText = firstText] = value.text.split('-')
      const first = parseAddress(firstText)
      const last = parseAddress(lastText)
      if (!first.ok || !last.ok)
        refuse(`${value.text} is not a range of addresses, such as 10.0.0.1-10.0.0.9.`, value)
      const field = use.name === '--src-range' ? 'src' : 'dst'
      const all = familyInterval(familyOf(first.value))
      // A range that runs backwards holds no address: it never matches, its negation always.
      if (first.value <= last.value)
        tests.push(test(field, use.negated, [{ kind: 'range', first: first.value, last: last.value }]))
      else if (!use.negated) tests.push(test(field, true, [{ kind: 'range', ...all }]))
      return true
    }
    default:
      return false
  }
}

function flags(text: string, word: Word): number {
  const upper = text.toUpperCase()
  if (upper === 'ALL') return SIX_FLAGS
  if (upper === 'NONE') return 0
  let byte = 0
  for (const part of upper.split(',')) {
    const name = FLAG_SPELLING.find((flag) => flag === part)
    if (part === 'ALL') byte |= SIX_FLAGS
    else if (name) byte |= TCP_FLAG[name]
    else if (part !== 'NONE')
      refuse(`${part || 'Nothing'} is not a TCP flag. Write ${FLAG_SPELLING.join(', ')}, ALL or NONE.`, word)
  }
  return byte
}

/** Names may be cut short where only one begins so. */
function readIcmpType(family: Family, text: string): { first: number; last: number } | undefined {
  const exact = parseIcmpType(family, text)
  if (exact.ok) return exact.value
  const [only, ...others] = ICMP_NAMES[family].filter(({ name }) => name.startsWith(text.toLowerCase()))
  const named = only && others.length === 0 ? parseIcmpType(family, only.name) : undefined
  return named?.ok ? named.value : undefined
}
