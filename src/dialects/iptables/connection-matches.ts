import { CT_STATUS } from '@/model/fields/connection'
import { ctStateTerms } from '@/model/fields/ct-state'
import {
  type Condition,
  CT_STATES,
  type CtState,
  type FieldId,
  type FieldTest,
  type Interval,
  type Term,
} from '@/model/fields/field'
import { complementIntervals, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { FAMILY, type Family, familyOf, formatAddress, type IpAddress } from '@/model/packet/address'
import { parsePortRange } from '@/model/packet/port'
import { formatPrefix, intervalAsPrefix, parsePrefix, prefixInterval } from '@/model/packet/prefix'
import { LeftOut } from '../left-out'
import { ofFamily, type PlainTest } from '../plain-terms'
import { type MatchGroup, type ReadOption, test } from './match-group'
import type { OptionUse } from './rule-syntax'
import { fullAddress, readProtocol, STATE_SPELLING } from './spelling'

/** Options on the connection, in the order of iptables-save, with the field of each. */
const FIELD_OF: Readonly<Record<string, FieldId>> = {
  '--ctproto': 'ctProtocol',
  '--ctorigsrc': 'ctOriginalSrc',
  '--ctorigdst': 'ctOriginalDst',
  '--ctreplsrc': 'ctReplySrc',
  '--ctrepldst': 'ctReplyDst',
  '--ctorigsrcport': 'ctOriginalSport',
  '--ctorigdstport': 'ctOriginalDport',
  '--ctreplsrcport': 'ctReplySport',
  '--ctrepldstport': 'ctReplyDport',
  '--ctstatus': 'ctStatus',
  '--ctdir': 'ctDirection',
}
const OPTION_OF = new Map(Object.entries(FIELD_OF).map(([option, field]) => [field, option]))

/** -m conntrack, -m state. */
export const connectionMatches: MatchGroup = {
  read: (use, { siblings, family }) => {
    if (use.name === '--state' || use.name === '--ctstate') return readStates(use, siblings)
    const read = use.owner.name === 'conntrack' ? readOption(use, family) : undefined
    return typeof read === 'object' ? besideState(read, siblings) : read
  },
  fields: Object.values(FIELD_OF),
  write: (plain, family) => writeOption(plain, family).map((option) => `-m conntrack ${option}`),
}

interface States {
  readonly states: readonly CtState[]
  /** `--ctstate SNAT`, `DNAT`: bits of the status. */
  readonly nat: readonly Term[]
}

const NAT_WORDS = { SNAT: CT_STATUS.snat, DNAT: CT_STATUS.dnat } as const

function statesOf({ values, owner }: OptionUse): States | undefined {
  const states: CtState[] = []
  const nat: Term[] = []
  for (const part of (values[0]?.text ?? '').toUpperCase().split(',')) {
    const state = part && CT_STATES.find((each) => STATE_SPELLING[each].startsWith(part))
    const word = (['SNAT', 'DNAT'] as const).find((each) => part && each.startsWith(part))
    if (state) states.push(state)
    else if (word && owner.name === 'conntrack')
      nat.push({ kind: 'masked', bits: NAT_WORDS[word], mask: NAT_WORDS[word] })
    else return undefined
  }
  return { states: [...new Set(states)], nat }
}

/** Packets without a connection: they are INVALID or UNTRACKED, and no others are. */
const WITHOUT_CONNECTION = test('ctState', false, ctStateTerms('invalid', 'untracked'))

function readStates(use: OptionUse, siblings: readonly OptionUse[]): ReadOption {
  const read = statesOf(use)
  if (!read)
    return `${use.values[0]?.text} is not a list of states. Write NEW, ESTABLISHED, RELATED, INVALID or UNTRACKED.`
  const { states, nat } = read
  const state = states.length > 0 ? [test('ctState', use.negated, ctStateTerms(...states))] : []
  const translated = nat.length > 0 ? [test('ctStatus', use.negated, nat)] : []
  // Every state: it stands there so that its neighbours pass over packets without a connection.
  if (states.length === CT_STATES.length && !use.negated && siblings.some(({ name }) => name in FIELD_OF))
    return []
  if (use.negated) return [...state, ...translated.map((each): Condition => either(WITHOUT_CONNECTION, each))]
  const [ofState, ofStatus] = [state[0], translated[0]]
  return ofState && ofStatus ? [either(ofState, ofStatus)] : [...state, ...translated]
}

const either = (...tests: readonly FieldTest[]): Condition => ({ kind: 'either', tests })

/** Beside --ctstate nothing else is looked at where the packet has no connection [e11 B7]. */
function besideState(read: FieldTest, siblings: readonly OptionUse[]): Condition[] {
  const use = siblings.find(({ name }) => name === '--ctstate')
  const states = use && statesOf(use)?.states
  if (!states) return [read]
  const letsIn = (['invalid', 'untracked'] as const).some((each) => states.includes(each) !== use.negated)
  return [letsIn ? either(WITHOUT_CONNECTION, read) : read]
}

function readOption(use: OptionUse, family: Family): FieldTest | string | undefined {
  const field = FIELD_OF[use.name]
  const text = use.values[0]?.text ?? ''
  if (!field) return undefined
  if (field === 'ctDirection') {
    const way = ['ORIGINAL', 'REPLY'].indexOf(text.toUpperCase())
    if (use.negated) return '--ctdir takes no "!". Write the other direction.'
    return way < 0 ? `${text} is not a direction. Write ORIGINAL or REPLY.` : one(field, false, way)
  }
  if (field === 'ctStatus') return readStatus(use, text)
  if (field === 'ctProtocol') {
    const number = readProtocol(text)
    return number === undefined
      ? `${text} is not a protocol. Write tcp, udp, icmp or a number from 0 to 255.`
      : one(field, use.negated, number === 'all' ? 0 : number)
  }
  if (use.name.endsWith('port')) return readPort(field, use.negated, text)
  const prefix = parsePrefix(fullAddress(text))
  if (/\/\d+\.\d+\.\d+\.\d+$/.test(text) && !prefix.ok) return undefined
  if (!prefix.ok) return prefix.diagnostics[0]?.message ?? `${text} is not an address.`
  if (familyOf(prefix.value.address) !== family)
    return `${text} is an ${FAMILY[family === 4 ? 6 : 4].name} address. It belongs into ${family === 4 ? 'ip6tables' : 'iptables'}.`
  return test(field, use.negated, [{ kind: 'range', ...prefixInterval(prefix.value) }])
}

const one = (field: FieldId, negated: boolean, value: number) =>
  test(field, negated, [{ kind: 'range', first: value, last: value }])

/** A range that runs backwards holds no port: it never matches, its negation always. */
function readPort(field: FieldId, negated: boolean, text: string): FieldTest | string {
  const backwards = /^(\d+):(\d+)$/.exec(text)
  if (backwards && Number(backwards[1]) > Number(backwards[2]))
    return test(field, !negated, [{ kind: 'range', first: 0, last: 65535 }])
  const range = parsePortRange(text)
  if (!range.ok || text.includes('-')) return `${text} is not a port, such as 80 or 1024:65535.`
  return test(field, negated, [{ kind: 'range', ...range.value }])
}

/** Words of --ctstatus in the order in which the tool looks an abbreviation up. */
const STATUS_WORDS = {
  NONE: 0,
  EXPECTED: CT_STATUS.expected,
  SEEN_REPLY: CT_STATUS['seen-reply'],
  ASSURED: CT_STATUS.assured,
  CONFIRMED: CT_STATUS.confirmed,
} as const

/** NONE looks at no bit and wants one: it never matches, its negation always [e11 B6]. */
const NO_BIT: Term = { kind: 'masked', bits: 1, mask: 0 }

function readStatus(use: OptionUse, text: string): FieldTest | string {
  const terms: Term[] = []
  for (const part of text.toUpperCase().split(',')) {
    const word = Object.entries(STATUS_WORDS).find(([each]) => part !== '' && each.startsWith(part))
    if (!word) return `${text} is not a status. Write ${Object.keys(STATUS_WORDS).join(', ')}.`
    if (word[1] !== 0) terms.push({ kind: 'masked', bits: word[1], mask: word[1] })
  }
  return test('ctStatus', use.negated, terms.length > 0 ? terms : [NO_BIT])
}

/** The options that say the test: alternatives, a line each. Throws LeftOut. */
function writeOption(plain: PlainTest, family: Family): string[] {
  const { field, negated } = plain
  const label = fieldOf(field).label
  const option = OPTION_OF.get(field) ?? ''
  const bang = negated ? '! ' : ''
  if (field === 'ctStatus') return [writeStatus(plain)]
  if (field === 'ctDirection') {
    const ways = [0, 1].filter(
      (way) => plain.intervals.some(({ first, last }) => first <= way && way <= last) !== negated,
    )
    if (ways.length === 0) throw new LeftOut(`it matches no ${label}.`, true)
    return ways.map((way) => `--ctdir ${way === 0 ? 'ORIGINAL' : 'REPLY'}`)
  }
  const isAddress = fieldOf(field).domain.kind === 'addresses'
  const own = isAddress ? ofFamily(plain.intervals, family) : plain.intervals
  if (own.length === 0) throw new LeftOut(`its ${label} stands for nothing here.`)
  const values = own.flatMap((each) => (isAddress ? addressOf(each, label) : numbersOf(each, option)))
  if (!negated) return values.map((value) => `${option} ${value}`)
  return [values.map((value) => `${bang}${option} ${value}`).join(' -m conntrack ')]
}

function addressOf({ first, last }: Interval, label: string): string {
  const prefix = intervalAsPrefix({ first, last })
  if (!prefix) throw new LeftOut(`a range of addresses as its ${label} has no spelling here.`)
  return first === last ? formatAddress(first as IpAddress) : formatPrefix(prefix)
}

function numbersOf({ first, last }: Interval, option: string): string[] {
  if (first === last) return [`${first}`]
  if (option !== '--ctproto') return [`${first}:${last}`]
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => `${Number(first) + at}`)
}

function writeStatus({ bits, negated }: PlainTest): string {
  const words = bits.map((each) => {
    const known = Object.entries({ ...STATUS_WORDS, ...NAT_WORDS }).find(
      ([, bit]) => bit !== 0 && bit === each.bits,
    )
    if (each.mask === 0 && each.bits !== 0) return 'NONE'
    if (!known || each.mask !== each.bits)
      throw new LeftOut('such a status of connections has no spelling here.')
    return known[0]
  })
  const isNat = words.map((word) => word in NAT_WORDS)
  if (!isNat.includes(true)) return `${negated ? '! ' : ''}--ctstatus ${words.join(',')}`
  if (isNat.includes(false)) throw new LeftOut('a status and a translation have no spelling together here.')
  // Not translated, and of a connection.
  return negated ? `! --ctstate INVALID,UNTRACKED,${words.join(',')}` : `--ctstate ${words.join(',')}`
}

/** What says that one of the tests holds; undefined where there are no words for it. */
export function writeConnectionEither(tests: readonly PlainTest[], family: Family): string[] | undefined {
  const [state, other, ...more] = tests
  if (state?.field !== 'ctState' || state.negated || !other || more.length > 0) return undefined
  const names = stateNames(state.intervals)
  if (other.field === 'ctStatus' && !other.negated) {
    const status = writeStatus(other)
    return status.startsWith('--ctstate ')
      ? [`-m conntrack --ctstate ${[...names, status.slice('--ctstate '.length)].join(',')}`]
      : undefined
  }
  if (names.join() !== 'INVALID,UNTRACKED' || !OPTION_OF.has(other.field)) return undefined
  if (other.field === 'ctStatus' && writeStatus(other).startsWith('! --ctstate '))
    return [`-m conntrack ${writeStatus(other).replace('INVALID,UNTRACKED,', '')}`]
  const every = stateNames([{ first: 0, last: CT_STATES.length - 1 }]).join(',')
  return writeOption(other, family).map((option) => `-m conntrack --ctstate ${every} ${option}`)
}

/** As the tool writes states, each once. */
function stateNames(intervals: readonly Interval[]): string[] {
  const numbers = unionIntervals(intervals)
  const left = complementIntervals(numbers, 0, CT_STATES.length - 1)
  const has = (at: number) => !left.some(({ first, last }) => first <= at && at <= last)
  return CT_STATES.flatMap((state, at) => (has(at) ? [STATE_SPELLING[state]] : []))
}
