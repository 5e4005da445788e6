import { conditionOn } from '@/model/fields/cell'
import {
  type ConcatenationTest,
  type Condition,
  CT_STATES,
  type FieldId,
  type FieldTest,
  type Interval,
} from '@/model/fields/field'
import {
  complementIntervals,
  containsValue,
  intersectIntervals,
  unionIntervals,
} from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { FAMILY, type Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { TableFamily } from '@/model/ruleset/ruleset'
import { addCondition } from '../add-condition'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { ofFamily, type PlainTest, plainTest } from '../plain-terms'
import { writeConnectionTest } from './write-connection'
import { writeFlags } from './write-flags'
import { isHeaderField, writeHeaderTest, writeService } from './write-header'
import { writeConcatenation } from './write-lookup'
import { writeMarks } from './write-marks'
import { writeInterface } from './write-names'
import { writeOpaque } from './write-opaque'
import { addressWord, number, protocolWord, singly, values } from './write-values'

/** One rule's worth of matches, and what a target may need to know of it. */
export interface WrittenSpec {
  readonly text: string
  /** The word before a port: "tcp" where one protocol has it, else "th". */
  readonly carrier: string
  /** Set where the matches pin the family. */
  readonly family: Family | undefined
  /** Set where the matches pin one protocol. */
  readonly protocol: number | undefined
  /** Every protocol that the matches leave has ports. */
  readonly hasPorts: boolean
}

/** Protocols with ports where `th` finds them, for "any protocol". */
const PORT_PROTOCOLS = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite]

/**
 * The conditions as nft expressions: one line per family and per alternative that one rule cannot hold. What else the rule
 * looks up, for its target, is asked for in `looksUp`. Throws LeftOut.
 */
export function writeMatch(
  match: readonly Condition[],
  table: TableFamily,
  context: PrintContext,
  looksUp: readonly FieldId[] = [],
): WrittenSpec[] {
  const tests = new Map<FieldId, PlainTest>()
  const interfaces: PlainTest[] = []
  const marks: PlainTest[] = []
  const concatenations: ConcatenationTest[] = []
  const opaque: string[] = []
  for (const condition of match.reduce<readonly Condition[]>(addCondition, [])) {
    if (condition.kind === 'opaque') {
      opaque.push(writeOpaque(condition, table))
      continue
    }
    if (condition.kind === 'either') throw new LeftOut('it wants one of several tests.')
    if (condition.kind === 'concatenation') concatenations.push(condition)
    else if (condition.field === 'iif' || condition.field === 'oif')
      interfaces.push(plainTest(condition, context))
    else if (condition.field === 'mark' || condition.field === 'ctMark')
      marks.push(plainTest(condition, context))
    else if (tests.has(condition.field))
      throw new LeftOut(`no ${fieldOf(condition.field).label} is all that it asks for.`, true)
    else if (condition.field === 'physIn' || condition.field === 'physOut')
      throw new LeftOut('it asks for the port of a bridge.')
    else tests.set(condition.field, plainTest(condition, context))
  }
  const together = [...looksUp, ...concatenations.flatMap(({ fields }) => fields)]
  const families = familiesOf(table, tests)
  const hasPorts = tests.has('sport') || tests.has('dport') || isOfPorts(tests.get('protocol'))
  const splits =
    together.some((field) => BY_FAMILY.has(field)) || [...tests.keys()].some((field) => BY_FAMILY.has(field))
  const protocol = onlyProtocol(conditionOn(match, 'protocol')) ?? impliedProtocol(tests)
  const { carrier, columns: transport } = writeTransport(
    tests,
    together.includes('sport') || together.includes('dport'),
  )
  const all = [...tests.values()]
  const header = all.filter(({ field }) => isHeaderField(field))
  const connection = all.filter(({ field }) => field.startsWith('ct') && field !== 'ctState')
  const specs = (splits ? families : families.slice(0, 1)).flatMap((family) => {
    const addresses = writeAddresses(tests, family)
    if (!addresses) return []
    const key = { family, carrier, context }
    const joined = concatenations.map((each) => writeConcatenation(each, key))
    if (joined.includes(undefined)) return []
    const ofConnection = connection.map((test) => writeConnectionTest(test, family, tests.get('protocol')))
    if (ofConnection.includes(undefined)) return []
    const pinned = splits || (table === 'inet' && families.length === 1)
    const told =
      addresses.length > 0 ||
      together.some((field) => SAYS_FAMILY.has(field)) ||
      ['hopLimit', 'tos', 'icmpType', 'icmpv6Type'].some((field) => tests.has(field as FieldId))
    const named = !told && pinned && table === 'inet'
    const columns = [
      [named ? `meta nfproto ipv${family}` : ''],
      ...writeInterfaces(interfaces),
      addresses.length > 0 ? [addresses.join(' ')] : [''],
      ...transport,
      ...writeIcmp(tests, family),
      [header.map((test) => writeHeaderTest(test, family)).join(' ')],
      writeService(tests.get('tos'), family),
      [writeStates(tests.get('ctState'))],
      [joined.join(' ')],
      [ofConnection.join(' ')],
      ...marks.map(writeMarks),
      [opaque.join(' ')],
    ]
    return product(columns).map((text) => ({
      text,
      carrier,
      hasPorts,
      family: pinned || table !== 'inet' ? family : undefined,
      protocol,
    }))
  })
  if (specs.length === 0) throw new LeftOut(neverReason(tests))
  return specs
}

/** Fields whose words are of one family. */
const BY_FAMILY: ReadonlySet<FieldId> = new Set([
  'hopLimit',
  'tos',
  'fragment',
  'src',
  'dst',
  'ctOriginalSrc',
  'ctOriginalDst',
  'ctReplySrc',
  'ctReplyDst',
  'icmpType',
  'icmpv6Type',
])

/** Of those, the ones whose words nft takes to say so when they are looked up. */
const SAYS_FAMILY: ReadonlySet<FieldId> = new Set(['src', 'dst', 'hopLimit'])

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

function isOfPorts(protocol: PlainTest | undefined): boolean {
  if (!protocol || protocol.negated || protocol.intervals.length === 0) return false
  return protocol.intervals.every(
    ({ first, last }) => first === last && PORT_PROTOCOLS.some((each) => each === first),
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

function impliedProtocol(tests: ReadonlyMap<FieldId, PlainTest>): number | undefined {
  if (tests.has('tcpFlags')) return PROTOCOL.tcp
  if (tests.has('icmpType')) return PROTOCOL.icmp
  return tests.has('icmpv6Type') ? PROTOCOL.icmpv6 : undefined
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
    const key = `${family === 4 ? 'ip' : 'ip6'} ${field === 'src' ? 'saddr' : 'daddr'}`
    parts.push(`${key} ${test.negated ? '!= ' : ''}${values(own, addressWord)}`)
  }
  return parts
}

function writeInterfaces(tests: readonly PlainTest[]): string[][] {
  return tests.map(({ field, negated, patterns }) => {
    const key = field === 'iif' ? 'iifname' : 'oifname'
    const names = patterns.map(writeInterface)
    return negated
      ? [names.map((name) => `${key} != ${name}`).join(' ')]
      : names.map((name) => `${key} ${name}`)
  })
}

interface Transport {
  readonly carrier: string
  readonly columns: readonly (readonly string[])[]
}

/** Protocol, ports and flags, which hang together. `portsTogether`: a port is looked up together with other fields. */
function writeTransport(tests: ReadonlyMap<FieldId, PlainTest>, portsTogether: boolean): Transport {
  const protocol = tests.get('protocol')
  const ports = (['sport', 'dport'] as const).filter((field) => tests.has(field))
  const flags = tests.get('tcpFlags')
  const hasPorts = portsTogether || ports.length > 0
  const accepted = (candidate: number) =>
    !protocol || containsValue(unionIntervals(protocol.intervals), candidate) !== protocol.negated
  if (flags && !accepted(PROTOCOL.tcp)) throw new LeftOut('its flags are of TCP, its protocol is not.', true)
  if (tests.has('icmpType') || tests.has('icmpv6Type')) {
    if (flags || hasPorts) throw new LeftOut('no protocol has all that it asks for.', true)
    // The type says the protocol too; whether the two agree is asked there.
    return { carrier: '', columns: [] }
  }
  if (!hasPorts) {
    if (flags) return { carrier: '', columns: [writeFlags(flags)] }
    if (!protocol) return { carrier: '', columns: [] }
    const bang = protocol.negated ? '!= ' : ''
    return {
      carrier: '',
      columns: [[`meta l4proto ${bang}${values(protocol.intervals, protocolWord)}`]],
    }
  }
  const carriers = flags ? [PROTOCOL.tcp] : PORT_PROTOCOLS.filter(accepted)
  if (carriers.length === 0) throw new LeftOut('its protocol has no ports.', true)
  const [only] = carriers
  const one =
    carriers.length === 1 && (only === PROTOCOL.tcp || only === PROTOCOL.udp || only === PROTOCOL.sctp)
  const carrier = one ? NAMES[only as keyof typeof NAMES] : 'th'
  // With several fields at once the order of what is implied would be nft's to choose.
  const head = one && !portsTogether ? '' : `meta l4proto ${singly(carriers, protocolWord)}`
  const written = ports.map((field) => {
    const test = tests.get(field) as PlainTest
    if (test.intervals.length === 0 && !test.negated)
      throw new LeftOut(`its ${fieldOf(field).label} stands for nothing now.`)
    const set =
      test.intervals.length === 0
        ? '0-65535'
        : `${test.negated ? '!= ' : ''}${values(test.intervals, number)}`
    return `${carrier} ${field} ${set}`
  })
  return {
    carrier,
    columns: [[[head, ...written].filter(Boolean).join(' ')], ...(flags ? [writeFlags(flags)] : [])],
  }
}

const NAMES = { [PROTOCOL.tcp]: 'tcp', [PROTOCOL.udp]: 'udp', [PROTOCOL.sctp]: 'sctp' } as const

/** Types are written as numbers: names differ between versions. Types with other codes take a line of their own. */
function writeIcmp(tests: ReadonlyMap<FieldId, PlainTest>, family: Family): string[][] {
  const test = tests.get(family === 4 ? 'icmpType' : 'icmpv6Type')
  if (!test) return []
  const protocol = tests.get('protocol')
  const { protocolOfIcmp } = FAMILY[family]
  if (protocol && containsValue(unionIntervals(protocol.intervals), protocolOfIcmp) === protocol.negated)
    throw new LeftOut('its type is of ICMP, its protocol is not.', true)
  const key = family === 4 ? 'icmp' : 'icmpv6'
  const wanted = test.negated ? complementIntervals(test.intervals, 0, 65535) : unionIntervals(test.intervals)
  // Types that are asked for with the same codes stand together.
  const typesByCodes = new Map<string, { readonly codes: Interval[]; readonly types: number[] }>()
  for (let type = 0; type < 256; type++) {
    const codes = intersectIntervals(wanted, [{ first: type * 256, last: type * 256 + 255 }]).map(
      ({ first, last }) => ({ first: Number(first) - type * 256, last: Number(last) - type * 256 }),
    )
    if (codes.length === 0) continue
    const known = typesByCodes.get(codes.map(number).join())
    if (known) known.types.push(type)
    else typesByCodes.set(codes.map(number).join(), { codes, types: [type] })
  }
  const lines = [...typesByCodes.values()].map(({ codes, types }) => {
    const anyCode = codes.some(({ first, last }) => first === 0 && last === 255)
    const which = values(
      types.map((type) => ({ first: type, last: type })),
      number,
    )
    return [
      types.length === 256 && !anyCode ? '' : `${key} type ${which}`,
      anyCode ? '' : `${key} code ${values(codes, number)}`,
    ]
      .filter(Boolean)
      .join(' ')
  })
  if (lines.length === 0) throw new LeftOut('it matches no type of ICMP.', true)
  return [lines]
}

function writeStates(test: PlainTest | undefined): string {
  if (!test) return ''
  const states = test.intervals.flatMap(({ first, last }) => CT_STATES.slice(Number(first), Number(last) + 1))
  const bang = test.negated ? '!= ' : ''
  return `ct state ${bang}${states.length === 1 ? states[0] : `{ ${[...new Set(states)].join(', ')} }`}`
}
