import { conditionOn } from '@/model/fields/cell'
import type { Condition, FieldId, FieldTest, Interval } from '@/model/fields/field'
import { complementIntervals, containsValue, familyInterval, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { type Family, fromInteger, type IpAddress, toInteger } from '@/model/packet/address'
import { TCP_FLAG } from '@/model/packet/packet'
import { intervalAsPrefix, type Prefix } from '@/model/packet/prefix'
import type { FlagTest } from '@/model/packet/tcp-flags'
import type { PrintContext } from './dialect'
import { flagTestsOf } from './flag-tests'
import { protocolRows } from './iptables/protocol-rows'
import { LeftOut } from './left-out'
import { ofFamily, type PlainTest, plainTest } from './plain-terms'

/**
 * One way in which a rule can match, with one plain value per field: what a language says that has neither lists nor "not".
 * Absent: any.
 */
export interface PlainCase {
  readonly protocol?: { readonly number: number; readonly not: boolean }
  readonly src?: Prefix
  readonly dst?: Prefix
  readonly sport?: Interval
  readonly dport?: Interval
  readonly flags?: FlagTest
  readonly icmp?: { readonly type: number; readonly code?: number }
  readonly hopLimit?: Interval
  readonly tos?: Interval
  readonly length?: Interval
  readonly iif?: InterfaceTest
  readonly oif?: InterfaceTest
}

export interface InterfaceTest {
  readonly pattern: string
  readonly negated: boolean
}

/** A test of flags that wants none: in place of one that a language says in a word of its own, so that TCP is still asked for. */
export const ANY_FLAGS: FieldTest = {
  kind: 'test',
  field: 'tcpFlags',
  negated: false,
  terms: [{ kind: 'range', first: 0, last: 255 }],
}

/** What a person can still read of one rule. */
const CASES_AT_MOST = 500
const FLAGS = Object.values(TCP_FLAG)

/**
 * The cases of a rule in one family, which together match what the rule matches; none where it is for the other family.
 * Throws LeftOut for what no case can say, and for fields that are not among `fields`.
 */
export function plainCases(
  match: readonly Condition[],
  family: Family,
  context: Pick<PrintContext, 'resolve' | 'resolveSet'>,
  fields: ReadonlySet<FieldId>,
): PlainCase[] {
  const tests = match.map((condition) => testOf(condition, fields))
  const twice = tests.find((test, index) => tests.findIndex(({ field }) => field === test.field) < index)
  if (twice)
    throw new LeftOut(`it asks for the ${fieldOf(twice.field).label} twice, which one rule cannot say.`)
  const own = conditionOn(match, 'family')
  const isOther =
    own && containsValue(unionIntervals(plainTest(own, context).intervals), family) === own.negated
  if (isOther || conditionOn(match, family === 4 ? 'icmpv6Type' : 'icmpType')) return []
  const columns: (readonly PlainCase[])[] = [
    protocolCases(match),
    ...tests.map((test) => casesOf(plainTest(test, context), family)),
  ]
  const count = columns.reduce((product, column) => product * column.length, 1)
  if (count > CASES_AT_MOST) throw new LeftOut(`it would take ${count} lines here.`)
  return columns.reduce<readonly PlainCase[]>(
    (cases, column) => cases.flatMap((each) => column.map((more) => ({ ...each, ...more }))),
    [{}],
  ) as PlainCase[]
}

function testOf(condition: Condition, fields: ReadonlySet<FieldId>): FieldTest {
  if (condition.kind === 'opaque')
    throw new LeftOut('it has a condition that was read from another language.')
  if (condition.kind !== 'test')
    throw new LeftOut('it looks at several fields together, which one line cannot say.')
  if (!fields.has(condition.field) && condition.field !== 'family')
    throw new LeftOut(`the ${fieldOf(condition.field).label} cannot be asked for here.`)
  return condition
}

function protocolCases(match: readonly Condition[]): readonly PlainCase[] {
  const rows = protocolRows(match)
  if (rows.kind === 'any') return [{}]
  if (rows.kind === 'unsayable') throw new LeftOut('"all protocols but several" has no spelling here.')
  if (rows.kind === 'not') return [{ protocol: { number: rows.number, not: true } }]
  if (rows.numbers.length === 0) throw new LeftOut('no protocol has all that it asks for.', true)
  return rows.numbers.map((number) => ({ protocol: { number, not: false } }))
}

function casesOf(plain: PlainTest, family: Family): readonly PlainCase[] {
  const { field } = plain
  switch (field) {
    case 'src':
    case 'dst':
      return prefixes(plain, family).map((prefix) => (prefix.prefixLength === 0 ? {} : { [field]: prefix }))
    case 'sport':
    case 'dport':
    case 'hopLimit':
    case 'tos':
    case 'length':
      return values(plain).map((interval) => ({ [field]: interval }))
    case 'tcpFlags':
      return flags(plain).map((test) => ({ flags: test }))
    case 'icmpType':
    case 'icmpv6Type':
      return values(plain)
        .flatMap(icmpTypes)
        .map((icmp) => ({ icmp }))
    case 'iif':
    case 'oif':
      return interfaces(plain).map((test) => ({ [field]: test }))
    case 'family':
    case 'protocol':
      return [{}]
    default:
      throw new LeftOut(`the ${fieldOf(field).label} cannot be asked for here.`)
  }
}

/** The values that the test takes, in the order of its terms where it is not negated. */
function values(plain: PlainTest): readonly Interval[] {
  const { domain, label } = fieldOf(plain.field)
  if (domain.kind !== 'numbers') throw new Error(`${plain.field} has no numbers`)
  if (!plain.negated) {
    if (plain.intervals.length === 0) throw new LeftOut(`its ${label} stands for nothing now.`)
    return plain.intervals
  }
  const rest = complementIntervals(plain.intervals, domain.first, domain.last)
  if (rest.length === 0) throw new LeftOut(`no ${label} is left for it.`, true)
  return rest
}

function prefixes(plain: PlainTest, family: Family): readonly Prefix[] {
  const { label } = fieldOf(plain.field)
  if (!plain.negated && plain.intervals.length === 0)
    throw new LeftOut(`its ${label} stands for nothing now.`)
  const own = ofFamily(plain.intervals, family)
  const all = familyInterval(family)
  const taken = plain.negated ? complementIntervals(own, all.first, all.last) : own
  if (plain.negated && taken.length === 0) throw new LeftOut('it matches no address.', true)
  return taken.flatMap((interval) => prefixesOf(interval, family))
}

/** The fewest prefixes that hold these addresses and no others. */
export function prefixesOf(interval: Interval, family: Family): Prefix[] {
  const whole = intervalAsPrefix(interval)
  if (whole) return [whole]
  const bits = family === 4 ? 32 : 128
  const last = toInteger(interval.last as IpAddress)
  const found: Prefix[] = []
  for (let at = toInteger(interval.first as IpAddress); at <= last; ) {
    let host = 0
    while (host < bits && at % (2n << BigInt(host)) === 0n && at + (2n << BigInt(host)) - 1n <= last) host++
    found.push({ address: fromInteger(family, at), prefixLength: bits - host })
    at += 1n << BigInt(host)
  }
  return found
}

function flags(plain: PlainTest): readonly FlagTest[] {
  const listed = unionIntervals(plain.intervals)
  const tests = flagTestsOf((byte) => containsValue(listed, byte) !== plain.negated, FLAGS)
  if (tests.length === 0) throw new LeftOut('it matches no flags.', true)
  return tests
}

/** Types and codes are one number, `type * 256 + code`. */
function icmpTypes({ first, last }: Interval): { type: number; code?: number }[] {
  const found: { type: number; code?: number }[] = []
  for (let at = Number(first); at <= Number(last); ) {
    const type = Math.floor(at / 256)
    const whole = at % 256 === 0 && at + 255 <= Number(last)
    found.push(whole ? { type } : { type, code: at % 256 })
    at += whole ? 256 : 1
  }
  return found
}

function interfaces({ patterns, negated }: PlainTest): readonly InterfaceTest[] {
  if (negated && patterns.length > 1) throw new LeftOut('"none of several interfaces" has no spelling here.')
  return patterns.map((pattern) => ({ pattern, negated }))
}
