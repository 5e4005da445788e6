import { hasBits } from './bits'
import type { Interval, Resolver, Term, ValueSet } from './field'
import { matchesName } from './interface-field'
import { containsValue, unionIntervals } from './intervals'

/** The values that the terms stand for now. Names, bits and numbers never mix in one field. */
export function resolveTerms(terms: readonly Term[], resolver: Resolver): ValueSet {
  const patterns = terms.filter((term) => term.kind === 'name').map((term) => term.pattern)
  if (patterns.length > 0) return { kind: 'names', patterns }
  const tests = terms.filter((term) => term.kind === 'masked')
  if (tests.length > 0) return { kind: 'bits', tests }
  return {
    kind: 'intervals',
    intervals: unionIntervals(terms.flatMap((term) => intervalsOf(term, resolver))),
  }
}

function intervalsOf(term: Term, resolver: Resolver): readonly Interval[] {
  switch (term.kind) {
    case 'range':
      return [{ first: term.first, last: term.last }]
    case 'token':
      return resolver.token(term.token)
    case 'set':
      return resolver.set(term.name) ?? []
    case 'name':
    case 'masked':
      return []
  }
}

/** Whether a packet's value is in the set. */
export function valueSetContains(set: ValueSet, value: number | bigint | string): boolean {
  if (set.kind === 'names')
    return typeof value === 'string' && set.patterns.some((pattern) => matchesName(pattern, value))
  if (set.kind === 'bits') return set.tests.some((test) => typeof value === 'number' && hasBits(value, test))
  return typeof value !== 'string' && containsValue(set.intervals, value)
}
