import { sortConditions } from '@/model/fields/cell'
import type { Condition, Term } from '@/model/fields/field'
import { flagTerms } from '@/model/fields/tcp-flags'
import type { Family } from '@/model/packet/address'
import { icmpTypeRange } from '@/model/packet/icmp'
import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { parseProtocol } from '@/model/packet/protocol'
import { parseFlagLetters } from '@/model/packet/tcp-flags'
import type { Rule } from '@/model/ruleset/ruleset'
import { addCondition } from '../add-condition'
import { type Token, Tokens } from './lexer'
import { type Alternative, opaque, ranges, readHosts, readList, readPorts, test } from './read-values'
import { Refusal } from './refusal'
import type { Scope } from './scope'
import { ICMP_CODES, ICMP_TYPES, RETURN_CODES } from './spelling'

/** A filter rule as it says itself, before order and direction put it in its place. */
export interface PfRule {
  readonly action: 'pass' | 'block' | 'match'
  /** What block does. */
  readonly target: Rule['target']
  readonly direction: 'in' | 'out' | undefined
  readonly quick: boolean
  readonly log: boolean
  /** Absent: any interface. */
  readonly on: { readonly negated: boolean; readonly terms: readonly Term[] } | undefined
  /** Those that a list makes; each holds by itself. */
  readonly alternatives: readonly Alternative[]
  readonly keepsState: boolean
  readonly label: string
  readonly remarks: readonly Remark[]
}

export interface Remark {
  readonly kind: 'approximated' | 'ignored' | 'unsupported'
  readonly message: string
  readonly token: Token
}

/** Rules that the lists of one rule make, at most. */
const ALTERNATIVES_AT_MOST = 500

/** Flags that a rule with state wants of TCP where it names none: SYN of SYN and ACK. */
const OPENING = { mask: TCP_FLAG.SYN | TCP_FLAG.ACK, value: TCP_FLAG.SYN }

/** Reads `pass`, `block` and `match` with what stands behind them. Throws Refusal. */
export function readRule(all: readonly Token[], scope: Scope, blockPolicy: Rule['target']): PfRule {
  const tokens = new Tokens(all)
  const action = tokens.take()?.text as PfRule['action']
  const target = action === 'block' ? readAnswer(tokens, blockPolicy) : ({ kind: 'accept' } as const)
  const direction = tokens.skip('in', 'out')?.text as 'in' | 'out' | undefined
  // Either may come first.
  const quickFirst = tokens.skip('quick') !== undefined
  const log = tokens.skip('log') !== undefined
  if (log && tokens.next?.text === '(') skipBrackets(tokens)
  const quick = quickFirst || tokens.skip('quick') !== undefined
  const on = tokens.skip('on') ? readInterfaces(tokens, scope) : undefined
  const family = readFamily(tokens)
  const protocols = tokens.skip('proto')
    ? readList(tokens, 'A protocol', (from) => readProtocol(from, family))
    : []
  const ends = readEnds(tokens, scope)
  const options = readOptions(tokens, action)
  const keepsState = action === 'pass' && options.state !== 'none'
  const flags = options.flags ?? (keepsState ? OPENING : undefined)
  const variants = protocolVariants(protocols, flags === 'any' ? undefined : flags, options.icmp.length > 0)
  const base: Alternative = [
    ...(family === undefined ? [] : [test('family', ranges([{ first: family, last: family }]))]),
    ...options.conditions,
  ]
  const alternatives = product([
    [base],
    variants,
    ...ends,
    ...(options.icmp.length > 0 ? [options.icmp] : []),
  ])
  return {
    action,
    target,
    direction,
    quick,
    log,
    on,
    alternatives: alternatives.map(sortConditions),
    keepsState,
    label: options.label,
    remarks: options.remarks,
  }
}

function product(columns: readonly (readonly Alternative[])[]): Alternative[] {
  const count = columns.reduce((all, column) => all * column.length, 1)
  if (count > ALTERNATIVES_AT_MOST) throw new Refusal(`The lists of this rule make ${count} rules.`)
  return columns.reduce<Alternative[]>(
    (rows, column) =>
      rows.flatMap((row) =>
        column.map((more) => more.reduce<Condition[]>((match, each) => addCondition(match, each), [...row])),
      ),
    [[]],
  )
}

/** TCP is asked for its flags, everything else is not. */
function protocolVariants(
  protocols: readonly number[],
  flags: { readonly mask: number; readonly value: number } | undefined,
  hasIcmp: boolean,
): Alternative[] {
  const asked = (numbers: readonly number[], negated = false): Condition =>
    test('protocol', ranges(numbers.map((number) => ({ first: number, last: number }))), negated)
  const isTcp = (number: number) => number === PROTOCOL.tcp
  if (!flags || hasIcmp) return [protocols.length > 0 ? [asked(protocols)] : []]
  const opening: Alternative = [asked([PROTOCOL.tcp]), test('tcpFlags', flagTerms(flags))]
  if (protocols.length === 0) return [opening, [asked([PROTOCOL.tcp], true)]]
  const others = protocols.filter((number) => !isTcp(number))
  return [...(protocols.some(isTcp) ? [opening] : []), ...(others.length > 0 ? [[asked(others)]] : [])]
}

function readAnswer(tokens: Tokens, blockPolicy: Rule['target']): Rule['target'] {
  const word = tokens.skip('drop', 'return', 'return-rst', 'return-icmp', 'return-icmp6')
  switch (word?.text) {
    case undefined:
      return blockPolicy
    case 'drop':
      return { kind: 'drop' }
    case 'return':
      return { kind: 'reject', with: 'tcp-reset' }
    case 'return-rst':
      if (tokens.next?.text === '(') skipBrackets(tokens)
      return { kind: 'reject', with: 'tcp-reset' }
    default: {
      const code = tokens.next?.text === '(' ? tokens.following : undefined
      if (code) skipBrackets(tokens)
      const kind = code ? RETURN_CODES[code.text] : 'icmp-port-unreachable'
      if (!kind)
        throw new Refusal(`${code?.text} is not a code that is answered. Write port-unr or host-unr.`, code)
      return { kind: 'reject', with: kind }
    }
  }
}

/** Everything up to the bracket that closes the one that comes next. */
function skipBrackets(tokens: Tokens): string {
  const words: string[] = []
  let depth = 0
  for (let token = tokens.take(); token; token = tokens.take()) {
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    words.push(token.text)
    if (depth === 0) break
  }
  return words.join(' ')
}

export function readInterfaces(tokens: Tokens, scope: Scope): NonNullable<PfRule['on']> {
  const items = readList(tokens, 'An interface', (from) => {
    const negated = from.skip('!') !== undefined
    const token = from.take()
    if (!token || token.kind === 'sign' || token.kind === 'table')
      throw new Refusal('The name of an interface is missing.', token)
    return { negated, terms: interfaceTerms(token.text, scope), token }
  })
  const [first] = items
  if (items.length > 1 && items.some(({ negated }) => negated))
    throw new Refusal(
      '"!" in a list of interfaces makes a rule for each, which together are all.',
      first?.token,
    )
  return { negated: first?.negated ?? false, terms: items.flatMap(({ terms }) => terms) }
}

/** `em0` is one interface, `em` and `wlan` are all of that kind, `egress` is the outside. */
export function interfaceTerms(text: string, { context }: Scope): readonly Term[] {
  if (text === 'all' || text === 'any') return [{ kind: 'name', pattern: '+' }]
  const outside = context.interfaces.filter(({ side }) => side === 'outside')
  if (text === 'egress' && outside.length > 0)
    return outside.map(({ name }) => ({ kind: 'name', pattern: name }))
  const isKnown = context.interfaces.some(({ name }) => name === text)
  return [{ kind: 'name', pattern: isKnown || !/^[a-z]+$/i.test(text) ? text : `${text}+` }]
}

function readFamily(tokens: Tokens): Family | undefined {
  const word = tokens.skip('inet', 'inet6')
  return word && (word.text === 'inet' ? 4 : 6)
}

function readProtocol(tokens: Tokens, family: Family | undefined): number {
  const token = tokens.take()
  const name = token?.text.toLowerCase() ?? ''
  if (name === 'icmp6' || name === 'ipv6-icmp') return PROTOCOL.icmpv6
  if (name === 'icmp' && family === 6) return PROTOCOL.icmp
  const read = parseProtocol(name)
  if (!read.ok || token?.kind === 'sign')
    throw new Refusal(
      `${token?.text ?? 'Nothing'} is not a protocol. Write tcp, udp, icmp, icmp6 or a number.`,
      token,
    )
  return read.value
}

/** `all`, or `from` and `to` with their ports. */
function readEnds(tokens: Tokens, scope: Scope): (readonly Alternative[])[] {
  if (tokens.skip('all')) return []
  const columns: (readonly Alternative[])[] = []
  if (tokens.skip('from')) {
    if (tokens.next?.text !== 'port') columns.push(readHosts(tokens, 'src', scope))
    if (tokens.skip('port')) columns.push(readPorts(tokens, 'sport'))
  }
  if (tokens.skip('os')) {
    const names = readList(tokens, 'A system', (from) => from.take()?.text ?? '')
    columns.push(names.map((name) => [opaque(`os ${name}`)]))
  }
  if (tokens.skip('to')) {
    if (tokens.next?.text !== 'port') columns.push(readHosts(tokens, 'dst', scope))
    if (tokens.skip('port')) columns.push(readPorts(tokens, 'dport'))
  }
  return columns
}

interface Options {
  readonly flags: 'any' | { readonly mask: number; readonly value: number } | undefined
  readonly state: 'keep' | 'none' | undefined
  readonly icmp: readonly Alternative[]
  readonly conditions: readonly Condition[]
  readonly label: string
  readonly remarks: readonly Remark[]
}

/** Options that ask for what is not drawn, each with one value. */
const KEPT = new Set([
  'user',
  'group',
  'tagged',
  'probability',
  'received-on',
  'rtable',
  'os',
  'max-pkt-rate',
])
/** Options that change nothing of what passes here, each with one value. */
const PASSED_OVER = new Set([
  'queue',
  'tag',
  'prio',
  'label',
  'ridentifier',
  'min-ttl',
  'max-mss',
  'dnqueue',
  'dnpipe',
  'set',
])
/** Options that send a packet elsewhere. */
const REROUTES = new Set([
  'route-to',
  'reply-to',
  'dup-to',
  'divert-to',
  'divert-reply',
  'divert-packet',
  'nat-to',
  'rdr-to',
  'binat-to',
  'af-to',
])

function readOptions(tokens: Tokens, action: PfRule['action']): Options {
  let flags: Options['flags']
  let state: Options['state']
  let label = ''
  const icmp: Alternative[] = []
  const conditions: Condition[] = []
  const remarks: Remark[] = []
  for (let token = tokens.take(); token; token = tokens.take()) {
    const name = token.text
    if (name === 'flags') flags = readFlags(tokens)
    else if (name === 'keep' || name === 'modulate' || name === 'synproxy' || name === 'no') {
      if (!tokens.skip('state')) throw new Refusal(`"state" is missing after ${name}.`, token)
      state = name === 'no' ? 'none' : 'keep'
      const limits = tokens.next?.text === '(' ? skipBrackets(tokens) : ''
      if (limits !== '')
        remarks.push({ kind: 'ignored', message: `Limits of states ${limits} are not drawn.`, token })
    } else if (name === 'icmp-type' || name === 'icmp6-type')
      icmp.push(...readIcmp(tokens, name === 'icmp-type' ? 4 : 6))
    else if (name === 'label') label = tokens.take()?.text ?? ''
    else if (name === 'allow-opts' || name === 'once') {
      if (name === 'once')
        remarks.push({ kind: 'approximated', message: 'once is left out: the rule stays.', token })
    } else if (name === 'fragment') keep('fragment', token)
    else if (name === 'tos') {
      const value = tokens.take()?.text ?? ''
      const number = /^(0x[\da-f]{1,2}|\d{1,3})$/i.test(value) ? Number(value) : Number.NaN
      if (number <= 255) conditions.push(test('tos', ranges([{ first: number, last: number }])))
      else keep(`tos ${value}`, token)
    } else if (KEPT.has(name)) keep(`${name} ${readValue(tokens)}`, token)
    else if (name === 'scrub' || PASSED_OVER.has(name)) {
      const value = readValue(tokens)
      if (name === 'set' || name === 'scrub')
        remarks.push({
          kind: 'ignored',
          message: `${name} ${value} changes nothing of what passes here.`,
          token,
        })
    } else if (REROUTES.has(name)) {
      const where = readValue(tokens)
      for (let more = tokens.next; more && !OPTION_WORDS.has(more.text); more = tokens.next) tokens.take()
      remarks.push({
        kind: 'unsupported',
        message: `${name} ${where} is not read: the packet goes its usual way.`,
        token,
      })
    } else throw new Refusal(`${name} is not read here: it is no option of a rule.`, token)
  }
  if (icmp.length > 0 && action === 'match') icmp.length = 0
  return { flags, state, icmp, conditions, label, remarks }

  function keep(text: string, token: Token): void {
    conditions.push(opaque(text))
    remarks.push({
      kind: 'approximated',
      message: `${text} is kept as it stands and assumed not to match.`,
      token,
    })
  }
}

const OPTION_WORDS = new Set([
  'flags',
  'keep',
  'modulate',
  'synproxy',
  'no',
  'label',
  'tag',
  'tagged',
  'queue',
  'icmp-type',
  'icmp6-type',
  'allow-opts',
])

/** One value: a word, a word behind a sign, what stands in brackets or braces. */
function readValue(tokens: Tokens): string {
  const sign = tokens.skip('!', '=', '!=', '<', '>', '<=', '>=')
  const before = sign ? `${sign.text} ` : ''
  if (tokens.next?.text === '(') return before + skipBrackets(tokens)
  return before + readList(tokens, 'A value', (from) => from.take()?.text ?? '').join(' ')
}

function readFlags(tokens: Tokens): NonNullable<Options['flags']> {
  const token = tokens.take()
  if (token?.text === 'any') return 'any'
  const [set = '', mask] = (token?.text ?? '').split('/')
  const letters = (text: string) =>
    /^[FSRPAUEW]*$/.test(text) ? parseFlagLetters(text.replace('W', 'C')) : undefined
  const [value, asked] = [set === '' ? 0 : letters(set), mask === undefined ? undefined : letters(mask)]
  if (value === undefined || !asked || (value & ~asked) !== 0)
    throw new Refusal(`${token?.text ?? 'Nothing'} is no test of flags. Write S/SA or any.`, token)
  return { mask: asked, value }
}

function readIcmp(tokens: Tokens, family: Family): Alternative[] {
  const field = family === 4 ? 'icmpType' : 'icmpv6Type'
  const protocol = family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6
  const types = readList(tokens, 'A type', (from) => {
    const token = from.take()
    const type = numberOf(token, ICMP_TYPES[family], 'a type of ICMP')
    const code = from.skip('code')
      ? numberOf(from.take(), ICMP_CODES[family][type] ?? {}, 'a code of ICMP')
      : undefined
    return icmpTypeRange(type, code)
  })
  return [[test('protocol', ranges([{ first: protocol, last: protocol }])), test(field, ranges(types))]]
}

function numberOf(token: Token | undefined, names: Readonly<Record<string, number>>, what: string): number {
  const name = token?.text ?? ''
  const number = Object.hasOwn(names, name) ? names[name] : /^\d{1,3}$/.test(name) ? Number(name) : undefined
  if (number === undefined || number > 255) throw new Refusal(`${name || 'Nothing'} is not ${what}.`, token)
  return number
}
