import { ALL_BITS, hexadecimal } from '@/model/fields/bits'
import { type ConcatenationTest, CT_STATES, type FieldId, type Term } from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import { resolveTerms } from '@/model/fields/resolve'
import type { Family } from '@/model/packet/address'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { ofFamily } from '../plain-terms'
import { writeInterface } from './write-names'
import { addressWord, number, protocolWord } from './write-values'

/** What the words of a key depend on. */
export interface KeyPlace {
  readonly family: Family
  /** The word before a port: tcp, udp, sctp or th. */
  readonly carrier: string
  readonly context: PrintContext
}

/** `ip saddr . tcp dport`. Throws LeftOut. */
export function writeKey(fields: readonly FieldId[], place: KeyPlace): string {
  return fields.map((field) => wordsOf(field, place)).join(' . ')
}

function wordsOf(field: FieldId, { family, carrier }: KeyPlace): string {
  const ip = family === 4 ? 'ip' : 'ip6'
  switch (field) {
    case 'src':
      return `${ip} saddr`
    case 'dst':
      return `${ip} daddr`
    case 'sport':
    case 'dport':
      return `${carrier} ${field}`
    case 'protocol':
      return 'meta l4proto'
    case 'iif':
      return 'iifname'
    case 'oif':
      return 'oifname'
    case 'ctState':
      return 'ct state'
    case 'mark':
      return 'meta mark'
    case 'ctMark':
      return 'ct mark'
    case 'length':
      return 'meta length'
    case 'hopLimit':
      return family === 4 ? 'ip ttl' : 'ip6 hoplimit'
    default:
      throw new LeftOut(`it looks the ${fieldOf(field).label} up, which cannot be written here.`)
  }
}

/** The values of one entry, each way that it can be met in; none where they are all of the other family. Throws LeftOut. */
export function writeEntry(fields: readonly FieldId[], entry: readonly Term[], place: KeyPlace): string[] {
  return fields
    .map((field, at) => writeTerm(field, entry[at], place, fields.length > 1))
    .reduce<string[]>(
      (ways, words, at) =>
        at === 0 ? words : ways.flatMap((way) => words.map((word) => `${way} . ${word}`)),
      [],
    )
}

function writeTerm(
  field: FieldId,
  term: Term | undefined,
  { family, context }: KeyPlace,
  isOneOfSeveral: boolean,
): string[] {
  if (!term) return []
  if (term.kind === 'name') {
    if (term.pattern.endsWith('+') && isOneOfSeveral)
      throw new LeftOut('it looks a pattern of names up together with other fields.')
    return [writeInterface(term.pattern)]
  }
  if (term.kind === 'masked') {
    if (term.mask !== ALL_BITS) throw new LeftOut('it looks a mark up under a mask.')
    return [hexadecimal(term.bits)]
  }
  const set = resolveTerms([term], {
    token: (token) => context.resolve(token),
    set: (name) => context.resolveSet(name),
  })
  if (set.kind !== 'intervals') return []
  switch (field) {
    case 'src':
    case 'dst':
      return ofFamily(set.intervals, family).map(addressWord)
    case 'protocol':
      return set.intervals.map(protocolWord)
    case 'ctState':
      return set.intervals.flatMap(({ first, last }) => CT_STATES.slice(Number(first), Number(last) + 1))
    default:
      return set.intervals.map(number)
  }
}

/** `ip saddr . tcp dport { 10.0.0.1 . 22 }`; undefined: nothing of this family can match. Throws LeftOut. */
export function writeConcatenation(test: ConcatenationTest, place: KeyPlace): string | undefined {
  const { fields, entries, negated } = test
  const written = entries.flatMap((entry) => writeEntry(fields, entry, place))
  if (written.length === 0 && !negated) return undefined
  if (written.length === 0) throw new LeftOut('it wants none of an empty list.')
  return `${writeKey(fields, place)} ${negated ? '!= ' : ''}{ ${[...new Set(written)].join(', ')} }`
}
