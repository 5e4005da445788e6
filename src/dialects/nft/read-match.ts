import type { Condition, FieldId, FieldTest, Interval, Term } from '@/model/fields/field'
import { containsValue, intersectIntervals, unionIntervals } from '@/model/fields/intervals'
import type { IpAddress } from '@/model/packet/address'
import { maskedInterval } from '@/model/packet/prefix'
import type { Comparison, Operator } from './comparison'
import { NftError } from './cursor'
import { readInterval } from './datatypes'
import { KEYS, type Key, type KeyRow } from './keys'
import type { RuleBuilder } from './rule-builder'
import { type Element, type Parts, type Value, valueText } from './values'

/** Entries that one element may come to, where values stand for several ranges of a field. */
const ENTRIES_LIMIT = 4096

/** The rows of all keys; undefined where the model has no field for one. */
export function rowsOf(keys: readonly Key[]): readonly KeyRow[] | undefined {
  const rows = keys.flatMap(({ words }) => (Object.hasOwn(KEYS, words) ? (KEYS[words] ?? []) : []))
  return rows.length === keys.length ? rows : undefined
}

/** What the keys imply of family and protocol. Throws NftError. */
export function requireRows(builder: RuleBuilder, rows: readonly KeyRow[], keys: readonly Key[]): void {
  for (const [index, row] of rows.entries()) {
    const token = keys[index]?.token
    if (!token) continue
    if (row.field === 'family' && builder.table !== 'inet' && keys[index]?.words === 'meta nfproto')
      throw new NftError('"meta nfproto" is for tables of family inet; this table has one family.', token)
    if (row.family && !(row.icmp && builder.table !== 'inet')) builder.requireFamily(row.family, token)
    if (row.protocol !== undefined) builder.requireProtocol(row.protocol, token)
    if (row.needsPorts && builder.protocol === undefined)
      throw new NftError(
        'Ask for the protocol before, such as "meta l4proto tcp". nft refuses this without.',
        token,
      )
  }
}

/** Adds what a comparison asks for; false where the model cannot say it. Throws NftError where nft refuses it. */
export function addComparison(builder: RuleBuilder, comparison: Comparison): boolean {
  const { keys, operator, token } = comparison
  const rows = rowsOf(keys)
  const [row, ...others] = rows ?? []
  if (!row || !rows) return false
  checkTypes(comparison, rows)
  if (others.length > 0) {
    const entries = entriesOf(rows, comparison)
    if (!entries || !(operator === 'implicit' || operator === '==' || operator === '!=')) return false
    requireRows(builder, rows, keys)
    builder.add(lookedUp(fieldsIn(rows), operator === '!=', entries))
    return true
  }
  const test = testOf(row, comparison)
  if (!test) return false
  requireRows(builder, [row], keys)
  builder.add(test)
  const pinned = !test.negated && (operator === 'implicit' || operator === '==')
  if (row.field === 'protocol' && pinned) builder.setProtocol(numbersOf(test), token)
  if (row.field === 'family' && pinned) builder.setFamily(numbersOf(test), token)
  if (keys[0]?.words.startsWith('th ') && builder.protocol === undefined)
    builder.remark(
      'note',
      'The protocol is not asked for: here a port is one of TCP, UDP, SCTP or UDP-Lite.',
      token,
    )
  return true
}

function numbersOf({ terms }: FieldTest): number[] {
  return terms.flatMap((term) =>
    term.kind === 'range' ? [...new Set([Number(term.first), Number(term.last)])] : [],
  )
}

/** A named set, or the keys of a named map, hold what the keys are; nft refuses others, and maps without a name. */
function checkTypes({ right, keys, token }: Comparison, rows: readonly KeyRow[]): void {
  if (right.kind === 'elements' && !right.set) {
    const pair = right.elements.find(({ verdict, data }) => verdict ?? data)
    if (pair)
      throw new NftError('A pair with a colon belongs in a map: write "vmap" before the braces.', pair.token)
  }
  const types = right.kind === 'elements' ? right.set?.types : undefined
  if (!types) return
  const wanted = rows.map(({ type }) => type.name)
  const same = types.length === wanted.length && types.every((type, index) => type === wanted[index])
  if (!same)
    throw new NftError(
      `The set holds ${types.join(' . ')}, and ${keys.map(({ words }) => words).join(' . ')} is ${wanted.join(' . ')}. nft refuses that.`,
      token,
    )
}

/** One test of one field. */
function testOf(row: KeyRow, comparison: Comparison): FieldTest | undefined {
  if (row.type.name === 'ifname') return nameTest(row, comparison)
  if (row.isMasked) return maskedTest(row, comparison)
  if (row.bits) return bitTest(row, row.bits, comparison)
  return numberTest(row, comparison)
}

const isEquality = (operator: Operator) => operator === 'implicit' || operator === '=='

function onlyPart(parts: Parts): Value {
  const [only, ...others] = parts
  if (only && others.length === 0) return only
  throw new NftError(
    'Here are values of several fields, and one is looked at.',
    (others[0] ?? only)?.token ?? never(),
  )
}

function never(): never {
  throw new Error('parts are never empty')
}

/** The values of the right side: those in braces one by one. */
function valuesOf({ right }: Comparison): readonly Value[] {
  return right.kind === 'parts' ? [onlyPart(right.parts)] : right.elements.map(({ key }) => onlyPart(key))
}

/** Never true, also where nothing is known of the field. */
function neverTest(row: KeyRow): FieldTest {
  const { first, last } = row.bits ? { first: 0, last: row.bits.length - 1 } : row.type
  return { kind: 'test', field: row.field, negated: true, terms: [{ kind: 'range', first, last }] }
}

function testWith(row: KeyRow, negated: boolean, terms: readonly Term[]): FieldTest {
  if (terms.length > 0) return { kind: 'test', field: row.field, negated, terms }
  return { ...neverTest(row), negated: !negated }
}

function nameTest(row: KeyRow, comparison: Comparison): FieldTest | undefined {
  const { operator, mask, token } = comparison
  if (operator === '!') throw new NftError('"!" is for bits. Write "!=".', token)
  if (mask || !(isEquality(operator) || operator === '!=')) return undefined
  const terms = valuesOf(comparison).map(namePattern)
  if (terms.length === 0) return undefined
  return { kind: 'test', field: row.field, negated: operator === '!=', terms }
}

/** A trailing `*` stands for any end; the model writes it `+`. */
function namePattern(value: Value): Term {
  if (value.kind === 'rest') return { kind: 'name', pattern: '+' }
  if (value.kind !== 'word')
    throw new NftError(`${valueText(value)} is no name of an interface.`, value.token)
  const { text } = value.token
  if (text.length === 0 || text.replace(/\\?\*$/, '').length > 15)
    throw new NftError(`"${text}" is no name of an interface: those have 1 to 15 characters.`, value.token)
  return { kind: 'name', pattern: text.replace(/\\?\*$/, '+') }
}

function numberTest(row: KeyRow, comparison: Comparison): FieldTest | undefined {
  const { operator, mask, token } = comparison
  if (operator === '!') throw new NftError('"!" is for bits. Write "!=".', token)
  const values = valuesOf(comparison)
  const intervals = mask
    ? maskedIntervals(row, mask, values)
    : values.map((value) => compared(row, operator, value))
  if (!intervals) return undefined
  const mapped = row.toField ? intervals.flatMap(row.toField) : intervals
  // What stands for one range each is kept apart, as it was written.
  const all = mapped.length > intervals.length ? unionIntervals(mapped) : mapped
  const terms = all.map((interval): Term => ({ kind: 'range', ...interval }))
  return testWith(row, operator === '!=', terms)
}

/** `< 1024` is 0 to 1023. */
function compared(row: KeyRow, operator: Operator, value: Value): Interval {
  const { first, last } = readInterval(row.type, value)
  if (operator === 'implicit' || operator === '==' || operator === '!=') return { first, last }
  const wrong = new NftError(`Nothing is ${operator} ${valueText(value)}.`, value.token)
  const step = (by: 1 | -1) => (typeof first === 'bigint' ? first + BigInt(by) : first + by)
  switch (operator) {
    case '<':
      if (first <= row.type.first) throw wrong
      return { first: row.type.first, last: step(-1) }
    case '<=':
      return { first: row.type.first, last: first }
    case '>':
      if (first >= row.type.last) throw wrong
      return { first: step(1), last: row.type.last }
    case '>=':
      return { first, last: row.type.last }
    default:
      throw wrong
  }
}

/** A mark is compared whole, or under a mask; of a status any of the bits is looked for. Undefined: only text says it. */
function maskedTest(row: KeyRow, comparison: Comparison): FieldTest | undefined {
  const { operator, mask, right } = comparison
  // Compared whole, a status is a word of many bits that nobody means [e11 B1].
  const anyBit = row.type.isBits === true && !mask
  if (anyBit && right.kind === 'elements') return undefined
  const said: readonly Operator[] = anyBit ? ['implicit', '!'] : ['implicit', '==', '!=']
  if (!said.includes(operator)) return undefined
  const looked = mask === undefined ? 0xffffffff : bitsOf(row, mask)
  const terms = valuesOf(comparison).map((value): Term | undefined => {
    if (value.kind === 'range' || value.kind === 'slash' || value.kind === 'rest') return undefined
    const bits = bitsOf(row, value)
    return { kind: 'masked', bits, mask: looked }
  })
  const every = anyBit ? valuesOf(comparison).flatMap((value) => singleBits(bitsOf(row, value))) : terms
  const known = every.flatMap((term) => term ?? [])
  if (known.length === 0 || known.length < every.length) return undefined
  return { kind: 'test', field: row.field, negated: operator === '!=' || operator === '!', terms: known }
}

/** Any of these bits, as a test for each. */
function singleBits(bits: number): Term[] {
  return Array.from({ length: 32 }, (_, place) => (1 << place) >>> 0)
    .filter((bit) => (bits & bit) !== 0)
    .map((bit) => ({ kind: 'masked', bits: bit, mask: bit }))
}

/** An address and-ed with a mask that is a prefix; other masks are not read. */
function maskedIntervals(row: KeyRow, mask: Value, values: readonly Value[]): Interval[] | undefined {
  if (!row.type.hasPrefixes) return undefined
  const bits = readInterval(row.type, mask).first as IpAddress
  const found = values.map((value) => maskedInterval(readInterval(row.type, value).first as IpAddress, bits))
  return found.every((each) => each !== undefined) ? found : undefined
}

/** Bits: what an equality means depends on how it is written [e11 A1, B1]. */
function bitTest(row: KeyRow, bits: readonly number[], comparison: Comparison): FieldTest | undefined {
  const accepts = acceptsBits(row, comparison)
  const negated = !comparison.mask && (comparison.operator === '!=' || comparison.operator === '!')
  const numbers = bits.flatMap((each, number) => (accepts(each) !== negated ? [number] : []))
  const each = numbers.map((number): Interval => ({ first: number, last: number }))
  const terms = (row.field === 'tcpFlags' ? unionIntervals(each) : each).map(
    (interval): Term => ({ kind: 'range', ...interval }),
  )
  return testWith(row, negated, terms)
}

function acceptsBits(row: KeyRow, comparison: Comparison): (bits: number) => boolean {
  const { operator, right, token } = comparison
  const mask = comparison.mask && bitsOf(row, comparison.mask)
  if (right.kind === 'elements') {
    if (operator === '!')
      throw new NftError('"!" goes with values that stand in no braces. Write "!=".', token)
    const intervals = unionIntervals(right.elements.map(({ key }) => bitInterval(row, onlyPart(key))))
    const inside = (bits: number) => containsValue(intervals, mask === undefined ? bits : bits & mask)
    return operator === '!=' ? (bits) => !inside(bits) : inside
  }
  const value = onlyPart(right.parts)
  if (value.kind === 'slash') {
    if (operator === '!') throw new NftError('With a mask, write == or !=.', token)
    const [wanted, looked] = [bitsOf(row, value.value), bitsOf(row, value.mask)]
    return operator === '!=' ? (bits) => (bits & looked) !== wanted : (bits) => (bits & looked) === wanted
  }
  const wanted = bitsOf(row, value)
  const own = (bits: number) => (mask === undefined ? bits : bits & mask)
  switch (operator) {
    case 'implicit':
      return mask === undefined ? (bits) => (bits & wanted) !== 0 : (bits) => own(bits) === wanted
    case '==':
      return (bits) => own(bits) === wanted
    case '!=':
      return (bits) => own(bits) !== wanted
    case '!':
      return (bits) => (bits & wanted) === 0
    case '<':
      return (bits) => own(bits) < wanted
    case '<=':
      return (bits) => own(bits) <= wanted
    case '>':
      return (bits) => own(bits) > wanted
    case '>=':
      return (bits) => own(bits) >= wanted
  }
}

/** Words of bits, put together. */
function bitsOf(row: KeyRow, value: Value): number {
  if (value.kind === 'or' || value.kind === 'list')
    return value.values.reduce((bits, each) => bits | bitsOf(row, each), 0)
  return Number(readInterval(row.type, value).first)
}

function bitInterval(row: KeyRow, value: Value): Interval {
  if (value.kind === 'range') return readInterval(row.type, value)
  if (value.kind === 'rest') return { first: 0, last: 0xff }
  const bits = bitsOf(row, value)
  return { first: bits, last: bits }
}

/** Entries of several fields; undefined where one cannot be said. */
function entriesOf(rows: readonly KeyRow[], { right, mask }: Comparison): readonly Term[][] | undefined {
  if (mask) return undefined
  const keys = right.kind === 'parts' ? [right.parts] : right.elements.map(({ key }) => key)
  const entries = keys.map((key) => entryTerms(rows, key, undefined))
  return entries.every((each) => each !== undefined) ? entries.flat() : undefined
}

/**
 * The entries that one element stands for: one for each way in which its values are ranges of the fields. Undefined where
 * those are too many.
 */
export function entryTerms(
  rows: readonly KeyRow[],
  key: Parts,
  mask: Value | undefined,
): Term[][] | undefined {
  const [rest] = key
  const everything = key.length === 1 && rest?.kind === 'rest'
  if (!everything && key.length !== rows.length) {
    const token = rest?.token ?? never()
    throw new NftError(
      `${key.map(valueText).join(' . ')} has ${key.length} values, and ${rows.length} are looked up.`,
      token,
    )
  }
  const terms = rows.map((row, index) => {
    const value = everything ? rest : (key[index] as Value)
    return partTerms(row, value, index === 0 ? mask : undefined)
  })
  if (terms.reduce((product, each) => product * each.length, 1) > ENTRIES_LIMIT) return undefined
  const ways = terms.reduce<Term[][]>(
    (all, each) => all.flatMap((way) => each.map((term) => [...way, term])),
    [[]],
  )
  return ways.flatMap((way) => together(rows, way))
}

/** The fields of the keys; halves of one field are one. */
export function fieldsIn(rows: readonly KeyRow[]): FieldId[] {
  return [...new Set(rows.map(({ field }) => field))]
}

/** Terms of one field, such as the type and the code of ICMP, as the one that is in both; none where nothing is. */
function together(rows: readonly KeyRow[], terms: readonly Term[]): Term[][] {
  const fields = fieldsIn(rows)
  if (fields.length === rows.length) return [[...terms]]
  const joined = fields.map((field): Term | undefined => {
    const own = terms.filter((_, index) => rows[index]?.field === field)
    const [first, ...others] = own
    if (!first || others.length === 0 || first.kind !== 'range') return first
    const [common] = others.reduce<Interval[]>(
      (left, term) => (term.kind === 'range' ? intersectIntervals(left, [term]) : left),
      [{ first: first.first, last: first.last }],
    )
    return common && { kind: 'range', ...common }
  })
  return joined.every((term) => term !== undefined) ? [joined] : []
}

/** Several fields at once, or one of which two halves were looked up. */
function lookedUp(fields: readonly FieldId[], negated: boolean, entries: readonly Term[][]): Condition {
  const [only, ...others] = fields
  if (!only || others.length > 0) return { kind: 'concatenation', fields, negated, entries }
  return { kind: 'test', field: only, negated, terms: entries.flat() }
}

function partTerms(row: KeyRow, value: Value, mask: Value | undefined): Term[] {
  if (row.type.name === 'ifname') return [namePattern(value)]
  if (row.isMasked) {
    if (mask || value.kind !== 'word') throw new NftError('One mark belongs here.', value.token)
    return [{ kind: 'masked', bits: bitsOf(row, value), mask: 0xffffffff }]
  }
  if (row.bits) {
    const looked = mask && bitsOf(row, mask)
    const { first, last } = bitInterval(row, value)
    const numbers = row.bits.flatMap((bits, number) => {
      const own = looked === undefined ? bits : bits & looked
      return own >= first && own <= last ? [{ first: number, last: number }] : []
    })
    return unionIntervals(numbers).map((interval) => ({ kind: 'range', ...interval }))
  }
  const interval = readInterval(row.type, value)
  const mapped = row.toField ? unionIntervals(row.toField(interval)) : [interval]
  return mapped.map((each) => ({ kind: 'range', ...each }))
}

/** Elements with those first that name their keys: `*` is asked last. */
export function restLast(elements: readonly Element[]): readonly Element[] {
  const isRest = ({ key }: Element) => key.length === 1 && key[0]?.kind === 'rest'
  return [...elements.filter((each) => !isRest(each)), ...elements.filter(isRest)]
}
