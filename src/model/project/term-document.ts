import * as z from 'zod/mini'
import { formatBits } from '../fields/bits'
import type { FieldId, Names, Scalar, Term } from '../fields/field'
import { fieldOf } from '../fields/lookup'
import type { IpAddress } from '../packet/address'
import { addressRangeCodec } from './value-codecs'

/** Values in documents name no devices by their text: a name can change, so tokens hold ids. */
const NO_NAMES: Names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

/** A number that the field has no words for. */
const rawRange = z.strictObject({ from: z.int(), to: z.int() })

/** A term as a document holds it. */
export const termDocument = z.union([
  z.string(),
  z.strictObject({ token: z.enum(['lan', 'outside-address']) }),
  z.strictObject({ addressesOf: z.string() }),
  z.strictObject({ ephemeralOf: z.string() }),
  z.strictObject({ set: z.string() }),
  rawRange,
])
export type TermDocument = z.output<typeof termDocument>

/** The terms that a value stands for, or a sentence. */
export function readTerm(field: FieldId, document: TermDocument): Term[] | string {
  if (typeof document === 'string') {
    const parsed = fieldOf(field).parse(document, NO_NAMES)
    if (!parsed.ok) return parsed.diagnostics.map((each) => each.message).join(' ')
    if (parsed.value.negated) return 'A value is not negated by itself. Write "not": true beside "is".'
    if (parsed.value.terms.length === 0)
      return 'A value is missing. Leave the whole condition out to match any.'
    return [...parsed.value.terms]
  }
  if ('token' in document) return [{ kind: 'token', token: { kind: document.token } }]
  if ('addressesOf' in document) {
    return [{ kind: 'token', token: { kind: 'addresses-of', device: document.addressesOf } }]
  }
  if ('ephemeralOf' in document) {
    return [{ kind: 'token', token: { kind: 'ephemeral-of', device: document.ephemeralOf } }]
  }
  if ('set' in document) return [{ kind: 'set', name: document.set }]
  return [{ kind: 'range', first: document.from, last: document.to }]
}

/** In words where the field reads them back as they are; all of them together first, which is how flags are written. */
export function writeTerms(field: FieldId, terms: readonly Term[]): TermDocument[] {
  if (field === 'tcpFlags') {
    const text = flagWords(terms)
    if (text !== undefined) return [text]
  }
  return terms.map((term) => writeTerm(field, term))
}

export function writeTerm(field: FieldId, term: Term): TermDocument {
  switch (term.kind) {
    case 'set':
      return { set: term.name }
    case 'token':
      if (term.token.kind === 'addresses-of') return { addressesOf: term.token.device }
      if (term.token.kind === 'ephemeral-of') return { ephemeralOf: term.token.device }
      return { token: term.token.kind }
    case 'name':
      return term.pattern
    case 'masked':
      return formatBits(term)
    case 'range':
      if (fieldOf(field).domain.kind === 'addresses') {
        return z.encode(addressRangeCodec, { first: term.first as IpAddress, last: term.last as IpAddress })
      }
      return wordsFor(field, [term]) ?? { from: Number(term.first), to: Number(term.last) }
  }
}

/** Few sets of flags are ever written, over and over; finding the words for one takes 256 tries. */
const knownFlags = new Map<string, string | undefined>()

function flagWords(terms: readonly Term[]): string | undefined {
  const key = terms.map((term) => (term.kind === 'range' ? `${term.first}-${term.last}` : term.kind)).join()
  if (!knownFlags.has(key)) {
    if (knownFlags.size > 1000) knownFlags.clear()
    knownFlags.set(key, wordsFor('tcpFlags', terms))
  }
  return knownFlags.get(key)
}

/** Fields whose every single number is text that reads back as that number, without trying. */
const PLAIN = new Set<FieldId>(['sport', 'dport'])

/** The field's own text for these terms if it reads back as the same terms. */
function wordsFor(field: FieldId, terms: readonly Term[]): string | undefined {
  const text = fieldOf(field).format(terms, NO_NAMES)
  if (PLAIN.has(field)) return text
  const back = fieldOf(field).parse(text, NO_NAMES)
  return back.ok && !back.value.negated && sameTerms(back.value.terms, terms) ? text : undefined
}

function sameTerms(a: readonly Term[], b: readonly Term[]): boolean {
  const bounds = (term: Term): readonly (Scalar | string)[] =>
    term.kind === 'range' ? [term.first, term.last] : [term.kind]
  return (
    a.length === b.length &&
    a.every((term, at) => {
      const other = b[at]
      return other !== undefined && bounds(term).every((value, part) => value === bounds(other)[part])
    })
  )
}
