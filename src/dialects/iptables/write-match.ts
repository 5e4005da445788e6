import { conditionOn, formatCondition } from '@/model/fields/cell'
import { type Condition, CT_STATES, type Interval } from '@/model/fields/field'
import { complementIntervals, containsValue, familyInterval, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { FAMILY, type Family, formatAddress, type IpAddress } from '@/model/packet/address'
import { formatPrefix, intervalAsPrefix } from '@/model/packet/prefix'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { ofFamily, type PlainTest, plainTest } from '../plain-terms'
import { hidesSomething } from '../plain-text'
import { MATCH_GROUPS } from './match-groups'
import { protocolRows } from './protocol-rows'
import { readRuleSyntax, writeUse } from './rule-syntax'
import { FIELD_SPELLING, OPAQUE_LENGTH, STATE_SPELLING, writeProtocol } from './spelling'
import { restoreWords, writeWord } from './words'
import { writeEither } from './write-either'
import { writeFlags } from './write-flags'
import { isInterfaceName } from './write-names'
import { writePorts } from './write-ports'

/** One line's worth of options, and what `-p` says in it: one protocol, all but one, or nothing. */
export interface WrittenSpec {
  readonly text: string
  readonly protocol: number | undefined
  readonly notProtocol: number | undefined
}

/** The conditions of a rule as options: one spec per line, since a list of alternatives takes a line each. */
export interface WrittenMatch {
  readonly specs: readonly WrittenSpec[]
  /** What the options do not say: field -> cell text, for the tag. */
  readonly remember: Readonly<Record<string, string>>
  readonly losses: readonly string[]
}

interface Place {
  readonly family: Family
  readonly knows: { readonly iif: boolean; readonly oif: boolean } | undefined
}

/** Throws LeftOut. */
export function writeMatch(match: readonly Condition[], place: Place, context: PrintContext): WrittenMatch {
  const remember: Record<string, string> = {}
  const losses: string[] = []
  const parts = { src: [''], dst: [''], iif: [''], oif: [''] }
  const rest: string[][] = []
  const seen = new Set<string>()
  for (const condition of match) {
    if (condition.kind === 'opaque') {
      rest.push([writeOpaque(condition.text, condition.dialect, place.family)])
      continue
    }
    if (condition.kind === 'either') {
      const written = writeEither(condition, place.family, context)
      if (!written) throw new LeftOut('it wants one of several tests, which one line cannot say.')
      rest.push(written)
      continue
    }
    if (condition.kind === 'concatenation')
      throw new LeftOut('it looks at several fields together, which one line cannot say.')
    const { kind } = fieldOf(condition.field).domain
    if (seen.has(condition.field) && kind !== 'bits')
      throw new LeftOut(
        `it asks for the ${fieldOf(condition.field).label} twice, which one rule cannot say.`,
        kind !== 'names',
      )
    seen.add(condition.field)
    const plain = plainTest(condition, context)
    if (plain.follows) remember[condition.field] = formatCondition(condition, context.names)
    switch (condition.field) {
      case 'src':
      case 'dst':
        parts[condition.field] = writeAddresses(plain, place.family, losses)
        break
      case 'iif':
      case 'oif':
        parts[condition.field] = writeInterfaces(plain, place)
        break
      case 'family':
        if (containsValue(unionIntervals(plain.intervals), place.family) === plain.negated)
          throw new LeftOut(`it is for ${FAMILY[place.family === 4 ? 6 : 4].name} alone.`, false)
        break
      case 'tcpFlags':
        rest.push(writeFlags(plain))
        break
      case 'icmpType':
      case 'icmpv6Type':
        if ((condition.field === 'icmpType') !== (place.family === 4))
          throw new LeftOut(`it is for ${FAMILY[place.family === 4 ? 6 : 4].name} alone.`)
        rest.push(writeIcmpTypes(plain))
        break
      case 'ctState':
        rest.push([writeStates(plain, context)])
        break
      case 'protocol':
      case 'sport':
      case 'dport':
        break
      default: {
        const group = MATCH_GROUPS.find(({ fields }) => fields.includes(condition.field))
        if (!group) throw new LeftOut(`its ${fieldOf(condition.field).label} has no spelling here.`)
        rest.push(group.write(plain, place.family))
        if (group.isLiteral && !group.isLiteral(plain))
          remember[condition.field] = formatCondition(condition, context.names)
      }
    }
  }
  const protocols = writeProtocols(match, context, remember)
  const specs = limited(
    protocols.flatMap(({ text, number, not }) =>
      product([
        parts.src,
        parts.dst,
        parts.iif,
        parts.oif,
        [text],
        ...writePorts(match, number, context),
        ...rest,
      ]).map((spec) => ({ text: spec, protocol: number, notProtocol: not })),
    ),
  )
  return { specs, remember, losses }
}

/** What the tool takes on one line, and what a person can still read of one rule. */
const WORDS_AT_MOST = 200
const LINES_AT_MOST = 1000
/** Negated alternatives that stand on one line together; more are written as what is left. */
const FEW = 20

function limited(specs: readonly WrittenSpec[]): readonly WrittenSpec[] {
  if (specs.length > LINES_AT_MOST) throw new LeftOut(`it would take ${specs.length} lines here.`)
  if (specs.some(({ text }) => text.split(' ').length > WORDS_AT_MOST))
    throw new LeftOut('it would take more words than fit on a line here.')
  return specs
}

function product(columns: readonly (readonly string[])[]): string[] {
  return columns.reduce<string[]>(
    (lines, column) => lines.flatMap((line) => column.map((part) => `${line} ${part}`.trim())),
    [''],
  )
}

function writeProtocols(
  match: readonly Condition[],
  context: PrintContext,
  remember: Record<string, string>,
): { text: string; number: number | undefined; not?: number }[] {
  const rows = protocolRows(match)
  if (rows.kind === 'any') return [{ text: '', number: undefined }]
  if (rows.kind === 'not')
    return [{ text: `! -p ${writeProtocol(rows.number)}`, number: undefined, not: rows.number }]
  if (rows.kind === 'unsayable') throw new LeftOut('"all protocols but several" has no spelling here.')
  if (rows.numbers.length === 0) throw new LeftOut('no protocol has all that it asks for.', true)
  if (rows.numbers.includes(0)) throw new LeftOut('protocol 0 means any protocol here.')
  const test = conditionOn(match, 'protocol')
  const same =
    test &&
    !test.negated &&
    test.terms.length === rows.numbers.length &&
    test.terms.every(
      (term, index) =>
        term.kind === 'range' && term.first === term.last && term.first === rows.numbers[index],
    )
  if (!same) remember.protocol = formatCondition(test, context.names)
  return rows.numbers.map((number) => ({ text: `-p ${writeProtocol(number)}`, number }))
}

function writeAddresses(plain: PlainTest, family: Family, losses: string[]): string[] {
  const own = ofFamily(plain.intervals, family)
  const { label } = fieldOf(plain.field)
  const other = FAMILY[family === 4 ? 6 : 4].name
  const all = familyInterval(family)
  if (!plain.negated && own.length === 0)
    throw new LeftOut(
      plain.intervals.length === 0
        ? `its ${label} stands for nothing now.`
        : `its ${label} is ${other} alone.`,
    )
  if (own.length < plain.intervals.length)
    losses.push(`The ${other} addresses of its ${label} are not in this text.`)
  if (plain.negated && own.length === 0) return ['']
  if (
    plain.negated &&
    unionIntervals(own).some(({ first, last }) => first === all.first && last === all.last)
  )
    throw new LeftOut('it matches no address.', true)
  const short = FIELD_SPELLING[plain.field] ?? ''
  const long = plain.field === 'src' ? '--src-range' : '--dst-range'
  const range = ({ first, last }: Interval) =>
    `${formatAddress(first as IpAddress)}-${formatAddress(last as IpAddress)}`
  if (plain.negated) {
    const [only, ...others] = own
    const prefix = only && others.length === 0 ? intervalAsPrefix(only) : undefined
    // -s stands once in a rule; several -m iprange hold together.
    return [
      prefix
        ? `! ${short} ${formatPrefix(prefix)}`
        : own.map((each) => `-m iprange ! ${long} ${range(each)}`).join(' '),
    ]
  }
  return own.map((interval) => {
    const prefix = intervalAsPrefix(interval)
    if (prefix?.prefixLength === 0) return ''
    return prefix ? `${short} ${formatPrefix(prefix)}` : `-m iprange ${long} ${range(interval)}`
  })
}

function writeInterfaces(plain: PlainTest, { knows }: Place): string[] {
  const field = plain.field === 'iif' ? 'iif' : 'oif'
  if (knows && !knows[field])
    throw new LeftOut(`a packet has no ${fieldOf(field).label} in this chain.`, true)
  const option = FIELD_SPELLING[field] ?? ''
  for (const pattern of plain.patterns)
    if (!isInterfaceName(pattern)) throw new LeftOut('the name of an interface cannot be written here.')
  if (!plain.negated) return plain.patterns.map((pattern) => `${option} ${writeWord(pattern)}`)
  if (plain.patterns.length > 1) throw new LeftOut('"none of several interfaces" has no spelling here.')
  return plain.patterns.map((pattern) => `! ${option} ${writeWord(pattern)}`)
}

function writeIcmpTypes(plain: PlainTest): string[] {
  const name = plain.field === 'icmpType' ? 'icmp' : 'icmp6'
  const option = FIELD_SPELLING[plain.field]
  const types = plain.intervals.flatMap(wholeTypes)
  const whole = unionIntervals(plain.intervals)
  const every = whole.length === 1 && Number(whole[0]?.first) === 0 && Number(whole[0]?.last) === 65535
  if (every && plain.negated) throw new LeftOut('it matches no type of ICMP.', true)
  if (every) return ['']
  if (types.length === 0) return plain.negated ? [''] : []
  if (plain.negated && types.length > FEW)
    return complementIntervals(whole, 0, 65535)
      .flatMap(wholeTypes)
      .map((type) => `${option} ${type}`)
  return plain.negated
    ? [types.map((type) => `-m ${name} ! ${option} ${type}`).join(' ')]
    : types.map((type) => `${option} ${type}`)
}

/** Types and codes are one number, `type * 256 + code`; the option names a type or one code of it. */
function wholeTypes({ first, last }: Interval): string[] {
  const types: string[] = []
  for (let at = Number(first); at <= Number(last); ) {
    const type = Math.floor(at / 256)
    const whole = at % 256 === 0 && at + 255 <= Number(last)
    types.push(whole ? String(type) : `${type}/${at % 256}`)
    at += whole ? 256 : 1
  }
  return types
}

function writeStates(plain: PlainTest, context: PrintContext): string {
  const states = plain.intervals.flatMap(({ first, last }) =>
    CT_STATES.slice(Number(first), Number(last) + 1),
  )
  const names = [...new Set(states)].map((state) => STATE_SPELLING[state])
  const bang = plain.negated ? '! ' : ''
  return context.spelling?.stateMatch === 'state'
    ? `-m state ${bang}--state ${names.join(',')}`
    : `-m conntrack ${bang}--ctstate ${names.join(',')}`
}

/** Kept text goes out as it came in, once it is sure that it is nothing but options of one unknown match. */
function writeOpaque(text: string, dialect: string, family: Family): string {
  if (dialect !== 'iptables' && dialect !== 'ip6tables')
    throw new LeftOut('it has a condition that was read from another language.')
  if (hidesSomething(text) || text.length > OPAQUE_LENGTH)
    throw new LeftOut('it has a condition that is not one short line of plain text.')
  const { uses, problems } = readRuleSyntax(restoreWords(text), family)
  const own = uses.every(
    (use) => use.owner.kind === 'match' || use.name === '-f' || use.name === '-s' || use.name === '-d',
  )
  if (problems.length > 0 || uses.length === 0 || !own)
    throw new LeftOut('it has a condition that is no condition of iptables.')
  return uses.map(writeUse).join(' ')
}
