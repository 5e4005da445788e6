import { parseAddressTerm } from '@/model/fields/address-field'
import { sortConditions } from '@/model/fields/cell'
import type { Condition, FieldId, Interval, Term } from '@/model/fields/field'
import { type Family, familyOf, type IpAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import type { DiagnosticKind } from '@/model/result'
import { addCondition } from '../add-condition'
import type { IpSet } from './ipsets'
import { OTHER_CONDITIONS, readIcmpType, readProtocols } from './spelling'
import type { Section, Value } from './syntax'
import { familyCondition } from './zones'

export type Say = (kind: DiagnosticKind, message: string, at: Value) => void

/** Options of a section that ask for addresses and ports; a redirect names them otherwise than a rule. */
export interface MatchOptions {
  readonly src: string
  readonly dst: string
  readonly sport: string
  readonly dport: string
}

export const RULE_OPTIONS: MatchOptions = {
  src: 'src_ip',
  dst: 'dest_ip',
  sport: 'src_port',
  dport: 'dest_port',
}

export interface ReadMatch {
  /** One list of conditions per rule that the section makes. */
  readonly alternatives: readonly (readonly Condition[])[]
  readonly family: Family | undefined
  /** All kept conditions are limits, which a single packet does not reach. */
  readonly holds: boolean
}

/** Conditions that a section asks for; undefined where one cannot be read. */
export function readMatch(
  section: Section,
  options: MatchOptions,
  defaultProtocol: string,
  ipsets: ReadonlyMap<string, IpSet>,
  say: Say,
): ReadMatch | undefined {
  let wrong = false
  const complain: Say = (kind, message, at) => {
    wrong ||= kind === 'syntax-error'
    say(kind, message, at)
  }
  const values = (name: string) => section.options.get(name)?.values ?? []
  const familyWord = values('family')[0]
  const stated = familyWord ? readFamily(familyWord, complain) : undefined
  const addresses = (['src', 'dst'] as const).map((field) =>
    readAddresses(field, values(options[field]), complain),
  )
  const types = values('icmp_type').flatMap(words)
  const kept = keptConditions(section)
  const set = readSet(values('ipset')[0], ipsets, complain)
  const family = stated ?? familyOfAddresses(addresses.flatMap(({ families }) => families))
  const ports = [
    ...readPorts('sport', values(options.sport), complain),
    ...readPorts('dport', values(options.dport), complain),
  ]
  const common = [...addresses.flatMap(({ conditions }) => conditions), ...set, ...kept]
  const protocols = values('proto').flatMap(words)
  const rows = protocolRows(protocols, defaultProtocol, family, types, ports, complain)
  for (const each of kept)
    if (each.kind === 'opaque')
      say(
        'approximated',
        /^limit/.test(each.text)
          ? `${each.text} is kept as it stands and taken to match: one packet does not reach it.`
          : `${each.text} is kept as it stands and assumed not to match.`,
        values(each.text.split('=')[0] ?? '')[0] ?? { text: '', line: section.line, column: 1, length: 0 },
      )
  if (wrong) return undefined
  return {
    alternatives: rows.map((row) =>
      sortConditions(
        [...familyCondition(row.pinned ?? pin(family, addresses)), ...row.conditions, ...common].reduce<
          Condition[]
        >(addCondition, []),
      ),
    ),
    family,
    holds: kept.length > 0 && kept.every((each) => each.kind === 'opaque' && /^limit/.test(each.text)),
  }
}

/** A family that no positive address says already. */
function pin(
  family: Family | undefined,
  addresses: readonly { readonly positive: boolean }[],
): Family | undefined {
  return addresses.some(({ positive }) => positive) ? undefined : family
}

/** Values of a list may stand in one option with spaces between. */
export function words(value: Value): Value[] {
  return [...value.text.matchAll(/\S+/g)].map((found) => ({ ...value, text: found[0] }))
}

function readFamily(value: Value, say: Say): Family | undefined {
  const word = value.text.toLowerCase()
  if (/^(4|ipv4|inet|inet4)$/.test(word)) return 4
  if (/^(6|ipv6|inet6)$/.test(word)) return 6
  if (!/^(any|0|\*|)$/.test(word))
    say('syntax-error', `${value.text} is no family. Write ipv4, ipv6 or any.`, value)
  return undefined
}

function familyOfAddresses(families: readonly Family[]): Family | undefined {
  const unique = [...new Set(families)]
  return unique.length === 1 ? unique[0] : undefined
}

export function negation({ text, ...at }: Value): { readonly negated: boolean; readonly value: Value } {
  const bare = text.replace(/^!\s*/, '')
  return { negated: bare !== text, value: { ...at, text: bare } }
}

interface ReadAddresses {
  readonly conditions: readonly Condition[]
  readonly families: readonly Family[]
  readonly positive: boolean
}

/** Listed addresses are alternatives, negated ones are all kept out. */
export function readAddresses(field: 'src' | 'dst', values: readonly Value[], say: Say): ReadAddresses {
  const plain: Term[] = []
  const not: Term[] = []
  for (const each of values.flatMap((value) => (value.text.startsWith('!') ? [value] : words(value)))) {
    const { negated, value } = negation(each)
    const term = readAddress(value.text)
    if (term) (negated ? not : plain).push({ kind: 'range', ...term })
    else
      say(
        'syntax-error',
        `${value.text || 'Nothing'} is no address or prefix. Names of networks are looked up on the router; write their addresses.`,
        each,
      )
  }
  const on = (negated: boolean, terms: readonly Term[]): Condition[] =>
    terms.length === 0 ? [] : [{ kind: 'test', field, negated, terms }]
  const families = [...plain, ...not].flatMap((term) =>
    term.kind === 'range' ? [familyOf(term.first as IpAddress)] : [],
  )
  return { conditions: [...on(false, plain), ...on(true, not)], families, positive: plain.length > 0 }
}

const NO_NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

export function readAddress(text: string): Interval | undefined {
  if (!/^[0-9a-f:./-]+$/i.test(text)) return undefined
  const term = parseAddressTerm(text, NO_NAMES)
  return term.ok && term.value.kind === 'range'
    ? { first: term.value.first, last: term.value.last }
    : undefined
}

export function readPorts(field: 'sport' | 'dport', values: readonly Value[], say: Say): Condition[] {
  const plain: Term[] = []
  const not: Term[] = []
  for (const each of values.flatMap(words)) {
    const { negated, value } = negation(each)
    const range = parsePortRange(value.text)
    if (range.ok) (negated ? not : plain).push({ kind: 'range', ...range.value })
    else say('syntax-error', range.diagnostics[0]?.message ?? `${value.text} is no port.`, each)
  }
  const on = (negated: boolean, terms: readonly Term[]): Condition[] =>
    terms.length === 0 ? [] : [{ kind: 'test', field, negated, terms }]
  return [...on(false, plain), ...on(true, not)]
}

const ICMP: readonly number[] = [PROTOCOL.icmp, PROTOCOL.icmpv6]

interface ProtocolRow {
  readonly conditions: readonly Condition[]
  readonly pinned?: Family
}

/** A rule for the protocols with ports, one for the others, and one per family for types of ICMP. */
function protocolRows(
  stated: readonly Value[],
  defaultProtocol: string,
  family: Family | undefined,
  types: readonly Value[],
  ports: readonly Condition[],
  say: Say,
): ProtocolRow[] {
  const listed = stated.length > 0 ? stated : [{ text: defaultProtocol, line: 0, column: 0, length: 0 }]
  const [first] = listed
  if (first?.text.startsWith('!') && listed.length === 1) {
    const number = readProtocols(first.text.slice(1), family)
    if (Array.isArray(number) && number.length === 1) return [{ conditions: [protocolTest(number, true)] }]
  }
  const numbers: number[] = []
  let any = false
  for (const value of listed) {
    const read = readProtocols(value.text, family)
    if (read === undefined)
      say('syntax-error', `${value.text} is no protocol. Write tcp, udp, icmp, any or a number.`, value)
    else if (read === 'any') any = true
    else numbers.push(...read)
  }
  if (any) {
    const [port] = ports
    if (port && first)
      say('note', 'Ports need tcp or udp: OpenWrt leaves them out, and the rule is for any port.', first)
    return [{ conditions: [] }]
  }
  const unique = [...new Set(numbers)]
  const isIcmp = (number: number) => ICMP.includes(number)
  const carries = (number: number) => number === PROTOCOL.tcp || number === PROTOCOL.udp
  const typed = types.length > 0 ? unique.filter(isIcmp) : []
  const rest = unique.filter((number) => !typed.includes(number))
  const [withPorts, without] =
    ports.length === 0 ? [[], rest] : [rest.filter(carries), rest.filter((each) => !carries(each))]
  const rows: ProtocolRow[] = []
  if (withPorts.length > 0) rows.push({ conditions: [protocolTest(withPorts, false), ...ports] })
  if (without.length > 0) rows.push({ conditions: [protocolTest(without, false)] })
  return [...rows, ...icmpRows(typed, types, say)]
}

function icmpRows(protocols: readonly number[], types: readonly Value[], say: Say): ProtocolRow[] {
  const known = new Set<Value>()
  const rows = protocols.flatMap((protocol): ProtocolRow[] => {
    const family = protocol === PROTOCOL.icmp ? 4 : 6
    const terms = types.flatMap((type): Term[] => {
      const range = readIcmpType(family, type.text)
      if (range) known.add(type)
      return range ? [{ kind: 'range', ...range }] : []
    })
    if (terms.length === 0) return []
    const field = family === 4 ? 'icmpType' : 'icmpv6Type'
    return [
      {
        conditions: [protocolTest([protocol], false), { kind: 'test', field, negated: false, terms }],
        pinned: family,
      },
    ]
  })
  if (protocols.length > 0)
    for (const type of types)
      if (!known.has(type)) say('syntax-error', `${type.text} is no type of ICMP.`, type)
  return rows
}

function protocolTest(numbers: readonly number[], negated: boolean): Condition {
  return {
    kind: 'test',
    field: 'protocol',
    negated,
    terms: numbers.map((number) => ({ kind: 'range', first: number, last: number })),
  }
}

function keptConditions({ options }: Section): Condition[] {
  return [...options].flatMap(([name, { values }]): Condition[] =>
    OTHER_CONDITIONS.has(name)
      ? [{ kind: 'opaque', dialect: 'uci', text: `${name}=${values.map(({ text }) => text).join(' ')}` }]
      : [],
  )
}

/** `option ipset 'name'` or `'!name'`. */
function readSet(value: Value | undefined, ipsets: ReadonlyMap<string, IpSet>, say: Say): Condition[] {
  if (!value) return []
  const { negated, value: bare } = negation(value)
  const [name = '', ...directions] = bare.text.split(/\s+/)
  const set = ipsets.get(name)
  if (!set) {
    say('syntax-error', `There is no ipset ${name}.`, value)
    return []
  }
  const fields = set.fields.map((field, index): FieldId => turned(field, directions[index]))
  const [only] = fields
  if (set.unknown || only === undefined) {
    say('approximated', `What the set ${name} holds is not in the text: it is assumed not to match.`, value)
    return [{ kind: 'opaque', dialect: 'uci', text: `ipset=${value.text}` }]
  }
  if (fields.length > 1) return [{ kind: 'concatenation', fields, negated, entries: set.entries }]
  return [{ kind: 'test', field: only, negated, terms: set.entries.flat() }]
}

function turned(field: FieldId, direction: string | undefined): FieldId {
  const isPort = field === 'sport' || field === 'dport'
  if (direction === 'src') return isPort ? 'sport' : 'src'
  if (direction === 'dest' || direction === 'dst') return isPort ? 'dport' : 'dst'
  return field
}
