import { conditionOn, formatCondition } from '@/model/fields/cell'
import { CT_STATUS } from '@/model/fields/connection'
import {
  ADDRESS_TYPES,
  type Condition,
  CT_STATES,
  type EitherTest,
  type FieldTest,
  type Interval,
} from '@/model/fields/field'
import { complementIntervals, containsValue, familyInterval, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { FAMILY, type Family } from '@/model/packet/address'
import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import type { PrintContext } from '../dialect'
import { flagTestsOf } from '../flag-tests'
import { protocolRows } from '../iptables/protocol-rows'
import { LeftOut } from '../left-out'
import { ofFamily, type PlainTest, plainTest } from '../plain-terms'
import { hidesSomething } from '../plain-text'
import { WITHOUT_CONNECTION } from './read-match'
import {
  ADDRESS_TYPE_NAMES,
  FLAG_NAMES,
  OPAQUE_LENGTH,
  OTHER_CONDITIONS,
  PORT_SLOTS,
  writeProtocol,
} from './spelling'
import { commandWords } from './words'
import { type Column, type Properties, writeDscp, writeHops, writeNumbers } from './write-header'
import { menuOf, type WrittenLists, writeAddresses } from './write-lists'

export interface WrittenLine {
  readonly properties: Properties
  readonly protocol: number | undefined
  readonly notProtocol: number | undefined
}

export interface WrittenMatch {
  readonly lines: readonly WrittenLine[]
  /** What the properties do not say as the cell did: field -> cell text, for the tag. */
  readonly remember: Readonly<Record<string, string>>
  /** Sentences, and whether the text means the same nevertheless. */
  readonly losses: readonly { readonly sentence: string; readonly exact: boolean }[]
}

export interface MatchPlace {
  readonly family: Family
  readonly knows: { readonly iif: boolean; readonly oif: boolean } | undefined
  readonly lists: WrittenLists
  readonly context: PrintContext
}

type Loss = WrittenMatch['losses'][number]

/** Lines for one rule: a person can still read so many. */
const LINES_AT_MOST = 1000

/** Conditions as properties, one line per alternative that one rule cannot hold. Throws LeftOut. */
export function writeMatch(match: readonly Condition[], place: MatchPlace): WrittenMatch {
  const remember: Record<string, string> = {}
  const losses: Loss[] = []
  const columns: (readonly Properties[])[] = []
  const seen = new Set<string>()
  for (const condition of match) {
    if (condition.kind === 'opaque') {
      columns.push([keptCondition(condition.text, condition.dialect)])
      continue
    }
    if (condition.kind === 'either') {
      columns.push([writeNatState(notTranslated(condition), '!')])
      continue
    }
    if (condition.kind !== 'test') throw new LeftOut('it looks at several fields together.')
    const { field } = condition
    if (seen.has(field)) throw new LeftOut(`it asks for the ${fieldOf(field).label} twice.`)
    seen.add(field)
    if (field === 'protocol') continue
    const column = writeTest(condition, place, losses)
    columns.push(column.properties)
    if (!column.literal) remember[field] = formatCondition(condition, place.context.names)
  }
  const protocols = writeProtocols(match, place.context, remember)
  const lines = columns.reduce<readonly WrittenLine[]>((all, column) => {
    if (all.length * column.length > LINES_AT_MOST)
      throw new LeftOut(`it would take more than ${LINES_AT_MOST} lines here.`)
    return all.flatMap((line) =>
      column.map((properties) => ({ ...line, properties: { ...line.properties, ...properties } })),
    )
  }, protocols)
  return { lines, remember, losses }
}

function writeTest(test: FieldTest, place: MatchPlace, losses: Loss[]): Column {
  const plain = plainTest(test, place.context)
  const same = !plain.follows
  switch (test.field) {
    case 'src':
    case 'dst':
      return writeAddressTest(test, plain, place, losses)
    case 'sport':
    case 'dport':
      return { properties: writePorts(plain, losses), literal: same }
    case 'iif':
    case 'oif':
      return { properties: [writeInterfaces(plain, place)], literal: true }
    case 'family':
      if (containsValue(unionIntervals(plain.intervals), place.family) === plain.negated)
        throw otherFamily(place)
      return { properties: [{}], literal: true }
    case 'tcpFlags':
      return { properties: writeFlags(plain, losses), literal: true }
    case 'icmpType':
    case 'icmpv6Type':
      if ((test.field === 'icmpType') !== (place.family === 4)) throw otherFamily(place)
      return { properties: writeIcmp(plain, losses), literal: true }
    case 'ctState':
      return {
        properties: [{ 'connection-state': bang(plain) + namesOf(plain, CT_STATES).join(',') }],
        literal: true,
      }
    case 'ctStatus':
      if (plain.negated) throw new LeftOut('a connection that is not translated is asked for otherwise here.')
      return { properties: [writeNatState(plain, '')], literal: true }
    case 'length':
      return writeNumbers(plain, 65535, (range, not) => `${not}${span(range)}`, 'packet-size')
    case 'hopLimit':
      return writeHops(plain, place.family)
    case 'tos':
      return writeDscp(plain)
    case 'srcType':
    case 'dstType': {
      const types = namesOf(plain, ADDRESS_TYPES)
      if (types.length === 0 || types.some((type) => !ADDRESS_TYPE_NAMES.includes(type)))
        throw new LeftOut(`its ${fieldOf(test.field).label} has no spelling here.`)
      const key = test.field === 'srcType' ? 'src-address-type' : 'dst-address-type'
      return { properties: [{ [key]: bang(plain) + types.join(',') }], literal: true }
    }
    default:
      throw new LeftOut(`its ${fieldOf(test.field).label} has no spelling here.`)
  }
}

/** What `connection-nat-state=!dstnat` says: no connection, or one that is not translated so. */
export function notTranslated({ tests }: EitherTest): Pick<PlainTest, 'bits'> | undefined {
  const [none, status, ...more] = tests
  const key = (test: FieldTest | undefined) =>
    JSON.stringify(test, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))
  if (more.length > 0 || key(none) !== key(WITHOUT_CONNECTION)) return undefined
  if (status?.field !== 'ctStatus' || !status.negated) return undefined
  return { bits: status.terms.flatMap((term) => (term.kind === 'masked' ? [term] : [])) }
}

function writeNatState(status: Pick<PlainTest, 'bits'> | undefined, not: '' | '!'): Properties {
  const words = (status?.bits ?? []).map(({ bits, mask }) =>
    bits !== mask ? '' : bits === CT_STATUS.snat ? 'srcnat' : bits === CT_STATUS.dnat ? 'dstnat' : '',
  )
  if (words.length === 0 || words.includes(''))
    throw new LeftOut('its connection status has no spelling here.')
  return { 'connection-nat-state': `${not}${words.join(',')}` }
}

const otherFamily = ({ family }: MatchPlace) =>
  new LeftOut(`it is for ${FAMILY[family === 4 ? 6 : 4].name} alone.`)
const bang = ({ negated }: PlainTest) => (negated ? '!' : '')
const span = ({ first, last }: Interval) => (first === last ? `${first}` : `${first}-${last}`)

function namesOf<Name>({ intervals }: PlainTest, names: readonly Name[]): Name[] {
  return [...new Set(intervals.flatMap(({ first, last }) => names.slice(Number(first), Number(last) + 1)))]
}

function writeProtocols(
  match: readonly Condition[],
  context: PrintContext,
  remember: Record<string, string>,
): WrittenLine[] {
  const rows = protocolRows(match)
  if (rows.kind === 'any') return [{ properties: {}, protocol: undefined, notProtocol: undefined }]
  if (rows.kind === 'not')
    return [
      {
        properties: { protocol: `!${writeProtocol(rows.number)}` },
        protocol: undefined,
        notProtocol: rows.number,
      },
    ]
  if (rows.kind === 'unsayable') throw new LeftOut('"all protocols but several" has no spelling here.')
  if (rows.numbers.length === 0) throw new LeftOut('no protocol has all that it asks for.', true)
  if (rows.numbers.includes(0)) throw new LeftOut('protocol 0 means any protocol here.')
  const test = conditionOn(match, 'protocol')
  const said =
    test && !test.negated ? test.terms.map((term) => (term.kind === 'range' ? span(term) : '')) : []
  if (said.join() !== rows.numbers.join()) remember.protocol = formatCondition(test, context.names)
  return rows.numbers.map((number) => ({
    properties: { protocol: writeProtocol(number) },
    protocol: number,
    notProtocol: undefined,
  }))
}

function writeAddressTest(test: FieldTest, plain: PlainTest, place: MatchPlace, losses: Loss[]): Column {
  const { family } = place
  const own = ofFamily(plain.intervals, family)
  const { label } = fieldOf(plain.field)
  const other = FAMILY[family === 4 ? 6 : 4].name
  if (!plain.negated && own.length === 0)
    throw new LeftOut(
      plain.intervals.length === 0
        ? `its ${label} stands for nothing now.`
        : `its ${label} is ${other} alone.`,
    )
  if (own.length < plain.intervals.length)
    losses.push({
      sentence: `The ${other} addresses of its ${label} are in /${menuOf(family === 4 ? 6 : 4)} firewall alone.`,
      exact: true,
    })
  if (plain.negated && own.length === 0) return { properties: [{}], literal: false }
  const all = familyInterval(family)
  const whole = unionIntervals(own).some(({ first, last }) => first === all.first && last === all.last)
  if (plain.negated && whole) throw new LeftOut('it matches no address.', true)
  const key = plain.field === 'src' ? 'src-address' : 'dst-address'
  const [only, ...more] = own.flatMap((interval) => writeAddresses(interval, family))
  const [term] = test.terms
  if (only !== undefined && more.length === 0 && term?.kind !== 'set')
    return {
      properties: [{ [key]: bang(plain) + only }],
      literal: !plain.follows && plain.intervals.length === 1,
    }
  const wish = test.terms.length === 1 && term?.kind === 'set' ? term.name : undefined
  const list = place.lists.addressList(family, own, wish)
  return { properties: [{ [`${key}-list`]: bang(plain) + list }], literal: false }
}

function writeInterfaces(plain: PlainTest, { knows, lists }: MatchPlace): Properties {
  const field = plain.field === 'iif' ? 'iif' : 'oif'
  if (knows && !knows[field])
    throw new LeftOut(`a packet has no ${fieldOf(field).label} in this chain.`, true)
  for (const name of plain.patterns) {
    if (name.endsWith('+'))
      throw new LeftOut('an interface is named by how its name begins, which has no spelling here.')
    if (name === '' || name.length > 60 || hidesSomething(name) || /^!|[\s"\\]|^all-/.test(name))
      throw new LeftOut('the name of an interface cannot be written here.')
  }
  const key = field === 'iif' ? 'in-interface' : 'out-interface'
  const [only, ...more] = plain.patterns
  if (only === undefined) throw new LeftOut('it names no interface.', true)
  return more.length === 0
    ? { [key]: bang(plain) + only }
    : { [`${key}-list`]: bang(plain) + lists.interfaceList(plain.patterns) }
}

const asTheRest = (what: string): Loss => ({
  sentence: `Its ${what} are written as all others but those.`,
  exact: true,
})

function writePorts(plain: PlainTest, losses: Loss[]): Properties[] {
  const key = plain.field === 'sport' ? 'src-port' : 'dst-port'
  if (plain.intervals.length === 0 && !plain.negated)
    throw new LeftOut(`its ${fieldOf(plain.field).label} stands for nothing now.`)
  // "None of nothing" still wants a port.
  if (plain.intervals.length === 0) return [{ [key]: '0-65535' }]
  const chunks = chunked(plain.intervals)
  const [only, ...more] = chunks
  if (!plain.negated) return chunks.map((chunk) => ({ [key]: chunk.map(span).join(',') }))
  if (only && more.length === 0) return [{ [key]: `!${only.map(span).join(',')}` }]
  losses.push(asTheRest('ports'))
  const rest = complementIntervals(unionIntervals(plain.intervals), 0, 65535)
  if (rest.length === 0) throw new LeftOut('it matches no port.', true)
  return chunked(rest).map((chunk) => ({ [key]: chunk.map(span).join(',') }))
}

function chunked(intervals: readonly Interval[]): Interval[][] {
  const chunks: Interval[][] = []
  let used = PORT_SLOTS
  for (const interval of intervals) {
    const slots = interval.first === interval.last ? 1 : 2
    if (used + slots > PORT_SLOTS) {
      chunks.push([])
      used = 0
    }
    chunks.at(-1)?.push(interval)
    used += slots
  }
  return chunks
}

const FLAG_BITS = FLAG_NAMES.map(([, name]) => TCP_FLAG[name])

function writeFlags(plain: PlainTest, losses: Loss[]): Properties[] {
  const intervals = unionIntervals(plain.intervals)
  const tests = flagTestsOf((byte) => containsValue(intervals, byte) !== plain.negated, FLAG_BITS)
  if (tests.length === 0) throw new LeftOut('it matches no flags.', true)
  if (plain.negated) losses.push(asTheRest('flags'))
  return tests.map(({ mask, value }): Properties => {
    const asked = FLAG_NAMES.filter(([, name]) => mask & TCP_FLAG[name])
    const flags = asked.map(([word, name]) => (value & TCP_FLAG[name] ? word : `!${word}`))
    return asked.length === 0 ? {} : { 'tcp-flags': flags.join(',') }
  })
}

/** Types and codes are one number, `type * 256 + code`; a line names codes of one type. */
function writeIcmp(plain: PlainTest, losses: Loss[]): Properties[] {
  const whole = unionIntervals(plain.intervals)
  const [only, ...more] = whole.flatMap(codesOfTypes)
  const single = only !== undefined && more.length === 0
  if (plain.negated && !single && plain.intervals.length > 0) losses.push(asTheRest('types'))
  const wanted =
    plain.negated && !single
      ? complementIntervals(whole, 0, 65535).flatMap(codesOfTypes)
      : whole.flatMap(codesOfTypes)
  if (wanted.length === 0) throw new LeftOut('it matches no type of ICMP.', true)
  if (wanted.length === 256 && wanted.every(({ last, first }) => last - first === 255)) return [{}]
  if (wanted.some(({ first }) => first >= 255 * 256))
    throw new LeftOut('type 255 of ICMP means any type here.')
  const not = plain.negated && single ? '!' : ''
  return wanted.map(({ first, last }) => {
    const codes = span({ first: first % 256, last: last % 256 })
    return { 'icmp-options': `${not}${Math.floor(first / 256)}:${codes}` }
  })
}

function codesOfTypes({ first, last }: Interval): { first: number; last: number }[] {
  const parts: { first: number; last: number }[] = []
  for (let at = Number(first); at <= Number(last); ) {
    const end = Math.min(Number(last), Math.floor(at / 256) * 256 + 255)
    parts.push({ first: at, last: end })
    at = end + 1
  }
  return parts
}

/** Kept text goes out as it came in, once it is sure that it is one condition and nothing else. */
function keptCondition(text: string, dialect: string): Properties {
  if (dialect !== 'routeros') throw new LeftOut('it has a condition that was read from another language.')
  const { words, trouble } = commandWords(text)
  const [word, ...more] = words
  const known =
    word?.key !== undefined &&
    (OTHER_CONDITIONS.has(word.key) ||
      /^(src|dst)-address-(list|type)$|^(in|out)-interface(-list)?$/.test(word.key))
  if (
    hidesSomething(text) ||
    text.length > OPAQUE_LENGTH ||
    trouble ||
    more.length > 0 ||
    !word?.key ||
    !known
  )
    throw new LeftOut('it has a condition that is no condition of RouterOS.')
  return { [word.key]: word.value }
}

/** Protocols whose ports a translation can change here. */
export const NAT_PORT_PROTOCOLS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp]
