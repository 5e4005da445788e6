import type { Condition, FieldId, FieldTest, Interval, Term } from '@/model/fields/field'
import { familyOf, parseAddress } from '@/model/packet/address'
import { parsePortRange } from '@/model/packet/port'
import { parseInterfaceAddress, prefixInterval } from '@/model/packet/prefix'
import type { Token, Tokens } from './lexer'
import { Refusal } from './refusal'
import { fullPrefix, type Scope } from './scope'

/** One of the rules that a list makes: what it asks. */
export type Alternative = readonly Condition[]

export function test(field: FieldId, terms: readonly Term[], negated = false): FieldTest {
  return { kind: 'test', field, negated, terms }
}

export const ranges = (intervals: readonly Interval[]): Term[] =>
  intervals.map((interval) => ({ kind: 'range', ...interval }))

export const opaque = (text: string): Condition => ({ kind: 'opaque', dialect: 'pf', text })

/** One item, or several in braces with or without commas; lists in lists are one list. */
export function readList<T>(tokens: Tokens, what: string, one: (tokens: Tokens) => T): T[] {
  const open = tokens.skip('{')
  if (!open) return [one(tokens)]
  const items: T[] = []
  for (let depth = 1; depth > 0; ) {
    if (tokens.skip('{')) depth++
    else if (tokens.skip('}')) depth--
    else if (!tokens.skip(',')) {
      if (!tokens.next) throw new Refusal('A list ends with "}".', open)
      items.push(one(tokens))
    }
  }
  if (items.length === 0) throw new Refusal(`${what} is missing in this list.`, open)
  return items
}

interface Host {
  readonly negated: boolean
  /** Undefined: any. */
  readonly terms?: readonly Term[]
  readonly condition?: Condition
}

/** `from` or `to`: what stands behind them, as alternatives. */
export function readHosts(tokens: Tokens, side: 'src' | 'dst', scope: Scope): Alternative[] {
  const hosts = readList(tokens, 'An address', (from) => readHost(from, side, scope))
  if (hosts.some(({ terms, condition }) => !terms && !condition)) return [[]]
  const plain = hosts.flatMap(({ negated, terms }) => (negated ? [] : (terms ?? [])))
  return [
    ...(plain.length > 0 ? [[test(side, plain)]] : []),
    ...hosts.flatMap(({ negated, terms, condition }): Alternative[] => {
      if (condition) return [[condition]]
      return negated && terms ? [[test(side, terms, true)]] : []
    }),
  ]
}

function readHost(tokens: Tokens, side: 'src' | 'dst', scope: Scope): Host {
  const negated = tokens.skip('!') !== undefined
  const bracket = tokens.skip('(')
  const token = tokens.take()
  if (!token)
    throw new Refusal('An address is missing. Write any, 192.0.2.1, 192.0.2.0/24 or <table>.', bracket)
  if (bracket && !tokens.skip(')')) throw new Refusal(`")" is missing after ${token.text}.`, token)
  const kept = (text: string): Host => ({
    negated,
    condition: opaque(`${side} ${negated ? '! ' : ''}${text}`),
  })
  if (token.kind === 'table') {
    const intervals = scope.table(token)
    return intervals ? { negated, terms: ranges(intervals) } : kept(`<${token.text}>`)
  }
  if (token.kind === 'sign') throw new Refusal(`${token.text} is not an address.`, token)
  if (token.text === 'any' && !negated) return { negated }
  if (token.text === 'self') {
    const field = side === 'src' ? 'srcType' : 'dstType'
    // The second of the types of addresses.
    return { negated, condition: test(field, [{ kind: 'range', first: 1, last: 1 }], negated) }
  }
  const term = readAddress(token, tokens)
  if (term) return { negated, terms: [term] }
  const own = addressesOfInterface(token.text, scope)
  if (own) return { negated, terms: [own] }
  if (
    bracket ||
    /^[a-z]+\d*(:\w+)?(\/\d+)?$/i.test(token.text) ||
    /^(no-route|urpf-failed|route)$/.test(token.text)
  )
    return kept(bracket ? `(${token.text})` : token.text)
  throw new Refusal(
    `${token.text} is a name, which the tool looks up when it loads. Write its address.`,
    token,
  )
}

/** `192.0.2.1`, `10/8`, `192.0.2.1 - 192.0.2.9`; nothing where it is no address. */
function readAddress(token: Token, tokens: Tokens): Term | undefined {
  const joined = /^([\d.]+|[\da-f:]+)-([\d.]+|[\da-f:]+)$/i.exec(token.text)
  const first = parseAddress(joined?.[1] ?? token.text)
  if (first.ok && (joined || tokens.next?.text === '-')) {
    const dash = joined ? undefined : tokens.take()
    const end = dash && tokens.take()
    const last = parseAddress(joined?.[2] ?? end?.text ?? '')
    if (!last.ok || familyOf(last.value) !== familyOf(first.value) || last.value < first.value)
      throw new Refusal('A range of addresses ends with a higher one.', token)
    return { kind: 'range', first: first.value, last: last.value }
  }
  const prefix = parseInterfaceAddress(fullPrefix(token.text))
  if (prefix.ok) return { kind: 'range', ...prefixInterval(prefix.value) }
  if (/^\d+[./]/.test(token.text))
    throw new Refusal(prefix.diagnostics[0]?.message ?? `${token.text} is no address.`, token)
  return undefined
}

/** `(em0)` and `em0:network` of the interfaces that the device has. */
function addressesOfInterface(text: string, scope: Scope): Term | undefined {
  const [name = '', part] = text.split(':')
  const { interfaces } = scope.context
  const sides = new Set(interfaces.filter((each) => each.name === name).map(({ side }) => side))
  const isOutside = name === 'egress' || (sides.size === 1 && sides.has('outside'))
  const outsides = interfaces.filter(({ side }) => side === 'outside').length
  if (part === undefined && isOutside && outsides === 1)
    return { kind: 'token', token: { kind: 'outside-address' } }
  const insides = interfaces.filter(({ side }) => side === 'inside').length
  const isInside = sides.size === 1 && sides.has('inside')
  return part === 'network' && isInside && insides === 1
    ? { kind: 'token', token: { kind: 'lan' } }
    : undefined
}

/** What stands behind `port`, as alternatives. */
export function readPorts(tokens: Tokens, field: 'sport' | 'dport'): Alternative[] {
  const items = readList(tokens, 'A port', readPort)
  const plain = items.flatMap(({ negated, interval }) => (negated ? [] : [interval]))
  return [
    ...(plain.length > 0 ? [[test(field, ranges(plain))]] : []),
    ...items.flatMap(({ negated, interval }) => (negated ? [[test(field, ranges([interval]), true)]] : [])),
  ]
}

function readPort(tokens: Tokens): { readonly negated: boolean; readonly interval: Interval } {
  const sign = tokens.skip('=', '!=', '<', '<=', '>', '>=')
  const token = tokens.take()
  if (!token || token.kind === 'sign')
    throw new Refusal('A port is missing. Write 80, 80:90 or > 1023.', token ?? sign)
  const first = portsOf(token)
  const between = sign ? undefined : tokens.skip('><', '<>')
  const plain = (interval: Interval, negated = false) => {
    if (interval.first > interval.last) throw new Refusal('No port is left.', sign ?? token)
    return { negated, interval }
  }
  const low = Number(first.first)
  if (between) {
    const end = tokens.take()
    const high = end ? Number(portsOf(end).first) : -1
    return between.text === '><'
      ? plain({ first: low + 1, last: high - 1 })
      : plain({ first: low, last: high }, true)
  }
  switch (sign?.text) {
    case '!=':
      return plain(first, true)
    case '<':
      return plain({ first: 0, last: low - 1 })
    case '<=':
      return plain({ first: 0, last: low })
    case '>':
      return plain({ first: low + 1, last: 65535 })
    case '>=':
      return plain({ first: low, last: 65535 })
    default:
      return plain(first)
  }
}

function portsOf(token: Token): Interval {
  const read = parsePortRange(token.text)
  if (!read.ok) throw new Refusal(read.diagnostics[0]?.message ?? `${token.text} is no port.`, token)
  return read.value
}
