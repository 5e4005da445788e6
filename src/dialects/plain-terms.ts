import type { FieldTest, Interval, MaskedBits, Term } from '@/model/fields/field'
import { familyInterval, intersectIntervals } from '@/model/fields/intervals'
import type { Family } from '@/model/packet/address'
import type { PrintContext } from './dialect'

/** A test as values only: tokens and named sets are what they stand for now. */
export interface PlainTest {
  readonly field: FieldTest['field']
  readonly negated: boolean
  /** In the order of the terms; empty where a token stands for nothing. */
  readonly intervals: readonly Interval[]
  /** Of interface fields. */
  readonly patterns: readonly string[]
  /** Of fields of bits. */
  readonly bits: readonly MaskedBits[]
  /** Some value came from a token or a named set. */
  readonly follows: boolean
}

type Lookup = Pick<PrintContext, 'resolve' | 'resolveSet'>

export function plainTest(test: FieldTest, context: Lookup): PlainTest {
  return {
    field: test.field,
    negated: test.negated,
    intervals: test.terms.flatMap((term) => valuesOf(term, context)),
    patterns: test.terms.flatMap((term) => (term.kind === 'name' ? [term.pattern] : [])),
    bits: test.terms.flatMap((term) =>
      term.kind === 'masked' ? [{ bits: term.bits, mask: term.mask }] : [],
    ),
    follows: test.terms.some((term) => term.kind === 'token' || term.kind === 'set'),
  }
}

function valuesOf(term: Term, context: Lookup): readonly Interval[] {
  switch (term.kind) {
    case 'range':
      return [{ first: term.first, last: term.last }]
    case 'token':
      return context.resolve(term.token)
    case 'set':
      return context.resolveSet(term.name) ?? []
    case 'name':
    case 'masked':
      return []
  }
}

/** The intervals of one family, in their order. */
export function ofFamily(intervals: readonly Interval[], family: Family): Interval[] {
  return intervals.flatMap((interval) => intersectIntervals([interval], [familyInterval(family)]))
}

export function asTerms({ intervals, patterns, bits }: PlainTest): Term[] {
  return [
    ...intervals.map((interval): Term => ({ kind: 'range', ...interval })),
    ...patterns.map((pattern): Term => ({ kind: 'name', pattern })),
    ...bits.map((each): Term => ({ kind: 'masked', ...each })),
  ]
}
