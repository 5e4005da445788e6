import { sortConditions } from '@/model/fields/cell'
import type { Condition, FieldTest, Interval } from '@/model/fields/field'
import {
  complementIntervals,
  familyInterval,
  intersectIntervals,
  unionIntervals,
} from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import type { PrintContext } from './dialect'
import { LeftOut } from './left-out'
import { asTerms, plainTest } from './plain-terms'

/**
 * What holds when both lists of conditions do, each field asked once and every value plain. Undefined where nothing can.
 * Throws LeftOut where that has no such form.
 */
export function combine(
  a: readonly Condition[],
  b: readonly Condition[],
  context: PrintContext,
): Condition[] | undefined {
  let together: Condition[] | undefined = []
  for (const condition of [...a, ...b]) {
    together = together && include(together, condition, context)
    if (!together) return undefined
  }
  return sortConditions(together)
}

function include(all: Condition[], added: Condition, context: PrintContext): Condition[] | undefined {
  if (added.kind === 'concatenation' || added.kind === 'either')
    throw new LeftOut('it looks at several fields together.')
  if (added.kind === 'opaque')
    return all.some((each) => each.kind === 'opaque' && each.text === added.text) ? all : [...all, added]
  const at = all.findIndex((each) => each.kind === 'test' && each.field === added.field)
  const present = all[at]
  const own = plain(added, context)
  if (present?.kind !== 'test') return own.terms.length === 0 && !own.negated ? undefined : [...all, own]
  const both = together(present, own)
  return both && all.with(at, both)
}

function plain(test: FieldTest, context: PrintContext): FieldTest {
  return { ...test, terms: asTerms(plainTest(test, context)) }
}

function together(a: FieldTest, b: FieldTest): FieldTest | undefined {
  const { domain } = fieldOf(a.field)
  if (JSON.stringify(a, text) === JSON.stringify(b, text)) return a
  if ([...a.terms, ...b.terms].some((term) => term.kind === 'masked'))
    throw new LeftOut(`it asks for the ${fieldOf(a.field).label} twice.`)
  if (domain.kind === 'names') return namesTogether(a, b)
  const [first, second] = [rangesOf(a), rangesOf(b)]
  if (a.negated && b.negated) return { ...a, terms: asRanges(unionIntervals([...first, ...second])) }
  const rest = (intervals: readonly Interval[]) =>
    domain.kind === 'numbers'
      ? complementIntervals(intervals, domain.first, domain.last)
      : [4 as const, 6 as const].flatMap((family) => {
          const all = familyInterval(family)
          return complementIntervals(intersectIntervals(intervals, [all]), all.first, all.last)
        })
  const common = intersectIntervals(a.negated ? rest(first) : first, b.negated ? rest(second) : second)
  return common.length === 0 ? undefined : { ...a, negated: false, terms: asRanges(common) }
}

const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)
const rangesOf = (test: FieldTest) => test.terms.flatMap((term) => (term.kind === 'range' ? [term] : []))
const asRanges = (intervals: readonly Interval[]): FieldTest['terms'] =>
  intervals.map((interval) => ({ kind: 'range', ...interval }))

function namesTogether(a: FieldTest, b: FieldTest): FieldTest | undefined {
  const patterns = (test: FieldTest) =>
    test.terms.flatMap((term) => (term.kind === 'name' ? [term.pattern] : []))
  const [first, second] = [patterns(a), patterns(b)]
  if ([...first, ...second].some((name) => name.endsWith('+')))
    throw new LeftOut('it asks for an interface twice, once by how its name begins.')
  if (a.negated && b.negated) return { ...a, terms: [...a.terms, ...b.terms] }
  const [yes, other] = a.negated
    ? [second, { names: first, negated: true }]
    : [first, { names: second, negated: b.negated }]
  const common = yes.filter((name) => other.names.includes(name) !== other.negated)
  if (common.length === 0) return undefined
  return { ...a, negated: false, terms: common.map((pattern) => ({ kind: 'name', pattern })) }
}
