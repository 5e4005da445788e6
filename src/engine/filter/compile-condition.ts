import { fieldOf } from '@/model/fields'
import type {
  Condition,
  FieldTest,
  Interval,
  MatchContext,
  Names,
  OpaqueTest,
  Resolver,
  Scalar,
  ValueSet,
} from '@/model/fields/field'
import { containsValue } from '@/model/fields/intervals'
import { resolveTerms, valueSetContains } from '@/model/fields/resolve'
import type { CompiledCondition } from '../network'
import type { FailedCondition } from '../trace'
import { failedOpaque, failedTest } from './sentence'

/** Reasons kept per condition; a run has few different values of one field, a scan of ports has many. */
const REASONS_KEPT = 256

/** Makes one condition ready to be asked; tokens and named sets are looked up once, here. */
export function compileCondition(condition: Condition, resolver: Resolver, names: Names): CompiledCondition {
  return condition.kind === 'opaque' ? compileOpaque(condition) : compileTest(condition, resolver, names)
}

function compileOpaque(condition: OpaqueTest): CompiledCondition {
  let failed: FailedCondition | undefined
  return {
    field: 'opaque',
    condition,
    negated: false,
    test: () => undefined,
    read: () => undefined,
    explain: () => {
      failed ??= failedOpaque(condition)
      return failed
    },
  }
}

function compileTest(condition: FieldTest, resolver: Resolver, names: Names): CompiledCondition {
  const field = fieldOf(condition.field)
  const { negated } = condition
  const read = (context: MatchContext) => field.read(context)
  const contains = membership(resolveTerms(condition.terms, resolver))
  const reasons = new Map<Scalar | string | undefined, FailedCondition>()
  return {
    field: field.id,
    condition,
    negated,
    read,
    test: (context) => {
      const value = field.read(context)
      return value !== undefined && contains(value) !== negated
    },
    explain: (context) => {
      const actual = field.read(context)
      const known = reasons.get(actual)
      if (known) return known
      if (reasons.size >= REASONS_KEPT) reasons.clear()
      const failed = failedTest(condition, actual, names)
      reasons.set(actual, failed)
      return failed
    },
  }
}

/** The test for the shape of the set: one value and one interval, which most tests are, need no search. */
function membership(set: ValueSet): (value: Scalar | string) => boolean {
  if (set.kind === 'names') return (value) => valueSetContains(set, value)
  const { intervals } = set
  if (intervals.length !== 1) return (value) => typeof value !== 'string' && containsValue(intervals, value)
  const { first, last } = intervals[0] as Interval
  return first === last
    ? (value) => value === first
    : (value) => typeof value !== 'string' && value >= first && value <= last
}
