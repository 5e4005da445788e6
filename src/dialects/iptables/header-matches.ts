import {
  ADDRESS_TYPES,
  type AddressType,
  type FieldId,
  type FieldTest,
  type Interval,
  type MaskedBits,
  type Term,
} from '@/model/fields/field'
import { complementIntervals, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import type { Family } from '@/model/packet/address'
import { LeftOut } from '../left-out'
import type { PlainTest } from '../plain-terms'
import type { MatchGroup, OptionLine, ReadOption } from './match-group'
import type { OptionUse } from './rule-syntax'

/** Matches on the rest of the header and on what an address is: length, ttl, hl, tos, dscp, addrtype. */

export const headerMatches: MatchGroup = {
  read: readHeaderOption,
  fields: ['length', 'hopLimit', 'tos', 'srcType', 'dstType'],
  write: writeHeaderTest,
  isLiteral,
}

function readHeaderOption(use: OptionUse, { siblings, family }: OptionLine): ReadOption {
  const text = use.values[0]?.text ?? ''
  const { negated } = use
  switch (`${use.owner.name} ${use.name}`) {
    case 'length --length':
      return made(
        'length',
        negated,
        readLength(text),
        `${text} is not a length. Write 40, 40:100, :100 or 40:.`,
      )
    case 'ttl --ttl-eq':
    case 'ttl --ttl-lt':
    case 'ttl --ttl-gt':
    case 'hl --hl-eq':
    case 'hl --hl-lt':
    case 'hl --hl-gt':
      return made('hopLimit', negated, readHops(use.name, text), `${text} is not a TTL from 0 to 255.`)
    case 'tos --tos':
      return made(
        'tos',
        negated,
        readTos(text),
        `${text} is not a type of service, such as 0x10/0x3f or Minimize-Delay.`,
      )
    case 'dscp --dscp':
    case 'dscp --dscp-class':
      return made(
        'tos',
        negated,
        readDscp(use.name, text),
        `${text} is not a DSCP. Write 0 to 63, or a class such as EF.`,
      )
    case 'addrtype --src-type':
    case 'addrtype --dst-type': {
      // An interface changes what is local.
      if (siblings.some(({ name }) => name.startsWith('--limit-iface'))) return undefined
      const types = readTypes(text, family)
      return types && made(use.name === '--src-type' ? 'srcType' : 'dstType', negated, types, '')
    }
    default:
      return undefined
  }
}

function made(
  field: FieldId,
  negated: boolean,
  intervals: readonly Interval[] | undefined,
  wrong: string,
): FieldTest | string {
  if (!intervals) return wrong
  const terms = intervals.map((interval): Term => ({ kind: 'range', ...interval }))
  if (terms.length > 0) return { kind: 'test', field, negated, terms }
  // "Less than 0": never, and its negation always.
  const { domain } = fieldOf(field)
  if (domain.kind !== 'numbers') return wrong
  return {
    kind: 'test',
    field,
    negated: !negated,
    terms: [{ kind: 'range', first: domain.first, last: domain.last }],
  }
}

function numeric(text: string, last: number): number | undefined {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined
  const value = /^0\d/.test(text) ? Number.parseInt(text, 8) : Number(text)
  return value <= last ? value : undefined
}

function readLength(text: string): Interval[] | undefined {
  const found = /^(\d*)(:?)(\d*)$/.exec(text)
  if (!found || text === '' || text === ':') return undefined
  const first = found[1] === '' ? 0 : Number(found[1])
  const last = found[2] === '' ? first : found[3] === '' ? 65535 : Number(found[3])
  if (Math.max(first, last) > 65535) return undefined
  // One that runs backwards loads, and holds no length.
  return first <= last ? [{ first, last }] : []
}

function readHops(option: string, text: string): Interval[] | undefined {
  const value = numeric(text, 255)
  if (value === undefined) return undefined
  if (option.endsWith('-eq')) return [{ first: value, last: value }]
  if (option.endsWith('-lt')) return value === 0 ? [] : [{ first: 0, last: value - 1 }]
  return value === 255 ? [] : [{ first: value + 1, last: 255 }]
}

/** Names of iptables-extensions(8) tos; they look at six bits. */
const TOS_NAMES: Readonly<Record<string, number>> = {
  'minimize-delay': 0x10,
  'maximize-throughput': 0x08,
  'maximize-reliability': 0x04,
  'minimize-cost': 0x02,
  'normal-service': 0x00,
}
const TOS_NAME_MASK = 0x3f

function readTos(text: string): Interval[] | undefined {
  const read = readTosBits(text)
  return read && masked(read.bits, read.mask)
}

/** "0x10", "0x10/0x3f", "Minimize-Delay". */
export function readTosBits(text: string): MaskedBits | undefined {
  const named = TOS_NAMES[text.toLowerCase()]
  if (named !== undefined) return { bits: named, mask: TOS_NAME_MASK }
  const [valueText = '', maskText = '0xff', ...more] = text.split('/')
  const [bits, mask] = [numeric(valueText, 255), numeric(maskText, 255)]
  return bits === undefined || mask === undefined || more.length > 0 ? undefined : { bits, mask }
}

/** RFC 2474, 2597, 3246: class selectors, assured and expedited forwarding. */
const DSCP_CLASSES: Readonly<Record<string, number>> = {
  BE: 0,
  EF: 46,
  ...Object.fromEntries(Array.from({ length: 8 }, (_, each) => [`CS${each}`, each * 8])),
  ...Object.fromEntries(
    [1, 2, 3, 4].flatMap((group) => [1, 2, 3].map((drop) => [`AF${group}${drop}`, group * 8 + drop * 2])),
  ),
}

export function readDscp(option: string, text: string): Interval[] | undefined {
  const value = option === '--dscp-class' ? DSCP_CLASSES[text.toUpperCase()] : numeric(text, 63)
  return value === undefined ? undefined : [{ first: value * 4, last: value * 4 + 3 }]
}

/** Every byte whose bits under the mask are those of the value. */
function masked(value: number, mask: number): Interval[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => (byte & mask) === value)
  return unionIntervals(bytes.map((byte) => ({ first: byte, last: byte })))
}

/** Types that the field knows in this family; nothing where another one is named. IPv6 asks for each in its own way. */
function readTypes(text: string, family: Family): Interval[] | undefined {
  const names = text.split(',').map((each) => each.trim().toLowerCase() as AddressType)
  const known: readonly AddressType[] =
    family === 4
      ? ['unicast', 'local', 'broadcast', 'multicast']
      : names.length === 1
        ? ['local', 'multicast']
        : []
  if (!names.every((each) => known.includes(each))) return undefined
  return names.map((each) => ({ first: ADDRESS_TYPES.indexOf(each), last: ADDRESS_TYPES.indexOf(each) }))
}

/**
 * Whether what is written reads back as the same terms. A range of bytes is written byte by byte where no mask says it,
 * and "no TTL from 2 to 5" as what is left.
 */
function isLiteral({ field, negated, intervals }: PlainTest): boolean {
  if (field === 'tos') {
    const common = asMask(bytesOf(intervals))
    const back = common ? masked(common.value, common.mask) : []
    return (
      back.length === intervals.length &&
      back.every(
        ({ first, last }, index) => first === intervals[index]?.first && last === intervals[index]?.last,
      )
    )
  }
  if (field === 'hopLimit') return !negated || intervals.every(({ first, last }) => first === last)
  return true
}

function bytesOf(intervals: readonly Interval[]): number[] {
  const bytes = intervals.flatMap(({ first, last }) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index),
  )
  return [...new Set(bytes)]
}

function writeHeaderTest(plain: PlainTest, family: Family): string[] {
  switch (plain.field) {
    case 'length':
      return perInterval(plain, 65535, (each, bang) => `-m length ${bang}--length ${span(each, ':')}`)
    case 'hopLimit':
      return writeHops(plain, family)
    case 'tos':
      return writeTos(plain)
    default:
      return writeTypes(plain, family)
  }
}

const span = ({ first, last }: Interval, between: string) =>
  first === last ? `${first}` : `${first}${between}${last}`

function perInterval(
  plain: PlainTest,
  last: number,
  write: (each: Interval, bang: string) => string,
): string[] {
  const whole = unionIntervals(plain.intervals)
  const covers = whole.length === 1 && whole[0]?.first === 0 && whole[0]?.last === last
  if (plain.negated && covers) throw new LeftOut(`it matches no ${fieldOf(plain.field).label}.`, true)
  return plain.negated
    ? [plain.intervals.map((each) => write(each, '! ')).join(' ')]
    : plain.intervals.map((each) => write(each, ''))
}

function writeHops(plain: PlainTest, family: Family): string[] {
  const name = family === 4 ? 'ttl' : 'hl'
  const wanted = plain.negated
    ? complementIntervals(unionIntervals(plain.intervals), 0, 255)
    : plain.intervals
  if (wanted.length === 0) throw new LeftOut('it matches no TTL.', true)
  const exact = plain.intervals.every(({ first, last }) => first === last)
  if (plain.negated && exact)
    return [plain.intervals.map(({ first }) => `-m ${name} ! --${name}-eq ${first}`).join(' ')]
  return wanted.map(({ first, last }) => {
    if (first === last) return `-m ${name} --${name}-eq ${first}`
    const above = Number(first) > 0 ? [`-m ${name} --${name}-gt ${Number(first) - 1}`] : []
    const below = Number(last) < 255 ? [`-m ${name} --${name}-lt ${Number(last) + 1}`] : []
    return [...above, ...below].join(' ')
  })
}

const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`

/** One value and mask where that says it; else one line per byte or class. */
function writeTos(plain: PlainTest): string[] {
  const unique = bytesOf(plain.intervals)
  if (unique.length === 256) {
    if (plain.negated) throw new LeftOut('it matches no type of service.', true)
    return ['']
  }
  const bang = plain.negated ? '! ' : ''
  const common = asMask(unique)
  if (common) return [`-m tos ${bang}--tos ${hex(common.value)}/${hex(common.mask)}`]
  const single = unique.map((byte) => `-m tos ${bang}--tos ${hex(byte)}/0xff`)
  return plain.negated ? [single.join(' ')] : single
}

function asMask(bytes: readonly number[]): { value: number; mask: number } | undefined {
  const and = bytes.reduce((all, byte) => all & byte, 0xff)
  const or = bytes.reduce((any, byte) => any | byte, 0)
  const mask = ~(and ^ or) & 0xff
  const free = [...(~mask & 0xff).toString(2)].filter((bit) => bit === '1').length
  return bytes.length === 2 ** free ? { value: and & mask, mask } : undefined
}

function writeTypes(plain: PlainTest, family: Family): string[] {
  const option = plain.field === 'srcType' ? '--src-type' : '--dst-type'
  const types = plain.intervals.flatMap(({ first, last }) =>
    ADDRESS_TYPES.slice(Number(first), Number(last) + 1),
  )
  const back = readTypes(types.join(','), family)
  if (!back) throw new LeftOut(`its ${fieldOf(plain.field).label} has no spelling here.`)
  return [`-m addrtype ${plain.negated ? '! ' : ''}${option} ${types.join(',').toUpperCase()}`]
}
