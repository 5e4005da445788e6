import { conditionOn } from '@/model/fields/cell'
import {
  ADDRESS_TYPES,
  type Condition,
  CT_STATES,
  type FieldId,
  type FieldTest,
  type Interval,
} from '@/model/fields/field'
import { complementIntervals, containsValue, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { FAMILY, type Family, formatAddress, type IpAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { formatPrefix, intervalAsPrefix } from '@/model/packet/prefix'
import type { TableFamily } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { ofFamily, type PlainTest, plainTest } from '../plain-terms'
import { writeFlags } from './write-flags'
import { writeInterface } from './write-names'

/** One rule's worth of matches, and what a target may need to know of it. */
export interface WrittenSpec {
  readonly text: string
  /** Set where the matches pin the family. */
  readonly family: Family | undefined
  /** Set where the matches pin one protocol. */
  readonly protocol: number | undefined
}

/** Protocols with ports where `th` finds them, for "any protocol". */
const PORT_PROTOCOLS = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite]

/** The conditions as nft expressions: one line per family and per alternative that one rule cannot hold. Throws LeftOut. */
export function writeMatch(
  match: readonly Condition[],
  table: TableFamily,
  context: PrintContext,
): WrittenSpec[] {
  const tests = new Map<FieldId, PlainTest>()
  for (const condition of match) {
    if (condition.kind === 'opaque')
      throw new LeftOut('it has a condition that was read from another language.')
    if (tests.has(condition.field))
      throw new LeftOut(`it asks for the ${fieldOf(condition.field).label} twice.`)
    tests.set(condition.field, plainTest(condition, context))
  }
  const families = familiesOf(table, tests)
  const splits =
    tests.has('hopLimit') ||
    tests.has('src') ||
    tests.has('dst') ||
    tests.has('icmpType') ||
    tests.has('icmpv6Type')
  const protocol = onlyProtocol(conditionOn(match, 'protocol'))
  const transport = writeTransport(tests)
  const specs = (splits ? families : families.slice(0, 1)).flatMap((family) => {
    const addresses = writeAddresses(tests, family)
    if (!addresses) return []
    const pinned = splits || (table === 'inet' && families.length === 1)
    const named = addresses.length === 0 && pinned && table === 'inet'
    const columns = [
      [named ? `meta nfproto ipv${family}` : ''],
      ...writeInterfaces(tests),
      addresses.length > 0 ? [addresses.join(' ')] : [''],
      ...transport,
      ...writeIcmp(tests, family),
      writeHeader(tests, family),
      [writeStates(tests.get('ctState'))],
    ]
    return product(columns).map((text) => ({
      text,
      family: pinned || table !== 'inet' ? family : undefined,
      protocol,
    }))
  })
  if (specs.length === 0) throw new LeftOut(neverReason(tests))
  return specs
}

function neverReason(tests: ReadonlyMap<FieldId, PlainTest>): string {
  const empty = [...tests.values()].find(
    (test) => !test.negated && test.intervals.length + test.patterns.length === 0,
  )
  return empty
    ? `its ${fieldOf(empty.field).label} stands for nothing now.`
    : "its addresses are not of this table's family."
}

function product(columns: readonly (readonly string[])[]): string[] {
  return columns.reduce<string[]>(
    (lines, column) => lines.flatMap((line) => column.map((part) => [line, part].filter(Boolean).join(' '))),
    [''],
  )
}

function familiesOf(table: TableFamily, tests: ReadonlyMap<FieldId, PlainTest>): Family[] {
  const all: Family[] = table === 'inet' ? [4, 6] : table === 'ip' ? [4] : [6]
  const test = tests.get('family')
  const wanted = test
    ? all.filter((family) => containsValue(unionIntervals(test.intervals), family) !== test.negated)
    : all
  return wanted.filter((family) => !tests.has(family === 4 ? 'icmpv6Type' : 'icmpType'))
}

function onlyProtocol(test: FieldTest | undefined): number | undefined {
  const [only, ...others] = test && !test.negated ? test.terms : []
  return only?.kind === 'range' && others.length === 0 && only.first === only.last
    ? Number(only.first)
    : undefined
}

/** Values as nft writes them: one bare, several as a set. Overlapping intervals make no set, so they are joined. */
function values(intervals: readonly Interval[], write: (interval: Interval) => string): string {
  const written = unionIntervals(intervals).map(write)
  return written.length === 1 ? (written[0] ?? '') : `{ ${written.join(', ')} }`
}

const number = ({ first, last }: Interval) => (first === last ? `${first}` : `${first}-${last}`)

/** Protocols that are words of nft's grammar, so that no /etc/protocols is needed; the rest are numbers. */
const PROTOCOL_WORDS: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  17: 'udp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'icmpv6',
  132: 'sctp',
  136: 'udplite',
}

const protocolWord = (interval: Interval) =>
  (interval.first === interval.last && PROTOCOL_WORDS[Number(interval.first)]) || number(interval)

/** One interval per protocol, so that each has its word. */
const singly = (numbers: readonly number[], write: (interval: Interval) => string) => {
  const words = numbers.map((each) => write({ first: each, last: each }))
  return words.length === 1 ? (words[0] ?? '') : `{ ${words.join(', ')} }`
}

/** Undefined: nothing of this family can match. */
function writeAddresses(tests: ReadonlyMap<FieldId, PlainTest>, family: Family): string[] | undefined {
  const parts: string[] = []
  for (const field of ['src', 'dst'] as const) {
    const test = tests.get(field)
    if (!test) continue
    const own = ofFamily(test.intervals, family)
    if (own.length === 0 && !test.negated) return undefined
    if (own.length === 0) continue
    const address = ({ first, last }: Interval) => {
      const prefix = intervalAsPrefix({ first, last })
      return prefix
        ? formatPrefix(prefix)
        : `${formatAddress(first as IpAddress)}-${formatAddress(last as IpAddress)}`
    }
    const key = `${family === 4 ? 'ip' : 'ip6'} ${field === 'src' ? 'saddr' : 'daddr'}`
    parts.push(`${key} ${test.negated ? '!= ' : ''}${values(own, address)}`)
  }
  return parts
}

function writeInterfaces(tests: ReadonlyMap<FieldId, PlainTest>): string[][] {
  return (['iif', 'oif'] as const).flatMap((field) => {
    const test = tests.get(field)
    if (!test) return []
    const key = field === 'iif' ? 'iifname' : 'oifname'
    const names = test.patterns.map(writeInterface)
    return [
      test.negated
        ? [names.map((name) => `${key} != ${name}`).join(' ')]
        : names.map((name) => `${key} ${name}`),
    ]
  })
}

/** Protocol, ports and flags, which hang together. */
function writeTransport(tests: ReadonlyMap<FieldId, PlainTest>): string[][] {
  const protocol = tests.get('protocol')
  const ports = (['sport', 'dport'] as const).filter((field) => tests.has(field))
  const flags = tests.get('tcpFlags')
  const accepted = (candidate: number) =>
    !protocol || containsValue(unionIntervals(protocol.intervals), candidate) !== protocol.negated
  if (flags && !accepted(PROTOCOL.tcp)) throw new LeftOut('its flags are of TCP, its protocol is not.', true)
  if (tests.has('icmpType') || tests.has('icmpv6Type')) {
    if (flags || ports.length > 0) throw new LeftOut('no protocol has all that it asks for.', true)
    // The type says the protocol too; whether the two agree is asked there.
    return []
  }
  if (ports.length === 0) {
    if (flags) return [writeFlags(flags)]
    if (!protocol) return []
    const bang = protocol.negated ? '!= ' : ''
    return [[`meta l4proto ${bang}${values(protocol.intervals, protocolWord)}`]]
  }
  const carriers = flags ? [PROTOCOL.tcp] : PORT_PROTOCOLS.filter(accepted)
  if (carriers.length === 0) throw new LeftOut('its protocol has no ports.', true)
  const [only] = carriers
  const one =
    carriers.length === 1 && (only === PROTOCOL.tcp || only === PROTOCOL.udp || only === PROTOCOL.sctp)
  const key = one ? NAMES[only as keyof typeof NAMES] : 'th'
  const head = one ? '' : `meta l4proto ${singly(carriers, protocolWord)}`
  const written = ports.map((field) => {
    const test = tests.get(field) as PlainTest
    if (test.intervals.length === 0 && !test.negated)
      throw new LeftOut(`its ${fieldOf(field).label} stands for nothing now.`)
    const set =
      test.intervals.length === 0
        ? '0-65535'
        : `${test.negated ? '!= ' : ''}${values(test.intervals, number)}`
    return `${key} ${field} ${set}`
  })
  return [[[head, ...written].filter(Boolean).join(' ')], ...(flags ? [writeFlags(flags)] : [])]
}

const NAMES = { [PROTOCOL.tcp]: 'tcp', [PROTOCOL.udp]: 'udp', [PROTOCOL.sctp]: 'sctp' } as const

/** Types are written as numbers: names differ between versions. A type with codes takes a line of its own. */
function writeIcmp(tests: ReadonlyMap<FieldId, PlainTest>, family: Family): string[][] {
  const test = tests.get(family === 4 ? 'icmpType' : 'icmpv6Type')
  if (!test) return []
  const protocol = tests.get('protocol')
  const { protocolOfIcmp } = FAMILY[family]
  if (protocol && containsValue(unionIntervals(protocol.intervals), protocolOfIcmp) === protocol.negated)
    throw new LeftOut('its type is of ICMP, its protocol is not.', true)
  const key = family === 4 ? 'icmp' : 'icmpv6'
  const wanted = test.negated ? complementIntervals(test.intervals, 0, 65535) : unionIntervals(test.intervals)
  const whole: Interval[] = []
  const lines: string[] = []
  for (const { first, last } of wanted) {
    for (let type = Math.floor(Number(first) / 256); type <= Math.floor(Number(last) / 256); type++) {
      const codes = {
        first: Math.max(0, Number(first) - type * 256),
        last: Math.min(255, Number(last) - type * 256),
      }
      if (codes.first === 0 && codes.last === 255) whole.push({ first: type, last: type })
      else lines.push(`${key} type ${type} ${key} code ${number(codes)}`)
    }
  }
  if (whole.length > 0) lines.unshift(`${key} type ${values(whole, number)}`)
  if (lines.length === 0) throw new LeftOut('it matches no type of ICMP.', true)
  return [lines]
}

/** nft's words for ADDRESS_TYPES. */
const FIB_TYPES = ADDRESS_TYPES.map((type) => (type === 'unspecified' ? 'unspec' : type))

/** Length, hop limit and what the addresses are to the device. */
function writeHeader(tests: ReadonlyMap<FieldId, PlainTest>, family: Family): string[] {
  if (tests.has('tos')) throw new LeftOut('nft has no word for the whole type of service.')
  const parts: string[] = []
  const add = (field: FieldId, key: string, write: (interval: Interval) => string) => {
    const test = tests.get(field)
    if (!test) return
    parts.push(`${key} ${test.negated ? '!= ' : ''}${values(test.intervals, write)}`)
  }
  add('length', 'meta length', number)
  add('hopLimit', family === 4 ? 'ip ttl' : 'ip6 hoplimit', number)
  for (const [field, key] of [
    ['srcType', 'fib saddr type'],
    ['dstType', 'fib daddr type'],
  ] as const) {
    const test = tests.get(field)
    if (!test) continue
    const types = test.intervals.flatMap(({ first, last }) =>
      ADDRESS_TYPES.slice(Number(first), Number(last) + 1).map((_, index) => Number(first) + index),
    )
    const word = ({ first }: Interval) => FIB_TYPES[Number(first)] ?? ''
    parts.push(`${key} ${test.negated ? '!= ' : ''}${singly([...new Set(types)], word)}`)
  }
  return [parts.join(' ')]
}

function writeStates(test: PlainTest | undefined): string {
  if (!test) return ''
  const states = test.intervals.flatMap(({ first, last }) => CT_STATES.slice(Number(first), Number(last) + 1))
  const bang = test.negated ? '!= ' : ''
  return `ct state ${bang}${states.length === 1 ? states[0] : `{ ${[...new Set(states)].join(', ')} }`}`
}
