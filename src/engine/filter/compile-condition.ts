import { fieldOf } from '@/model/fields'
import type { Condition, Interval, MatchContext, Resolver, Scalar } from '@/model/fields/field'
import { resolveTerms, valueSetContains } from '@/model/fields/resolve'
import type { CompiledCondition } from '../network'

/** Makes one condition ready to be asked; tokens and named sets are looked up once, here. */
export function compileCondition(condition: Condition, resolver: Resolver): CompiledCondition {
  if (condition.kind === 'opaque') {
    return { field: 'opaque', condition, negated: false, test: () => undefined, read: () => undefined }
  }
  const field = fieldOf(condition.field)
  const read = (context: MatchContext) => field.read(context)
  const set = resolveTerms(condition.terms, resolver)
  const contains = set.kind === 'intervals' ? intervalTest(set.intervals) : undefined
  const { negated } = condition
  return {
    field: condition.field,
    condition,
    negated,
    read,
    test: (context) => {
      const value = read(context)
      if (value === undefined) return false
      return (contains ? contains(value) : valueSetContains(set, value)) !== negated
    },
  }
}

/** Most tests have one interval; it is compared without a search. */
function intervalTest(intervals: readonly Interval[]): (value: Scalar | string) => boolean {
  const [only] = intervals
  if (intervals.length === 1 && only) {
    const { first, last } = only
    return first === last
      ? (value) => value === first
      : (value) => typeof value !== 'string' && value >= first && value <= last
  }
  const set = { kind: 'intervals', intervals } as const
  return (value) => valueSetContains(set, value)
}
