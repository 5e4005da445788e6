import { fieldOf } from '@/model/fields'
import { formatCondition } from '@/model/fields/cell'
import type { Condition, Names, Scalar } from '@/model/fields/field'
import { unreachable } from '@/model/result'
import type { FailedCondition } from '../trace'

/** Fields whose failing test reads better as membership: "source 192.0.2.1 is not in 198.51.100.0/24". */
const MEMBERSHIP = new Set(['src', 'dst'])

/**
 * Says in one clause why a condition failed, with both values: "destination port is 62712, the rule wants 443".
 * `actual` is undefined where the packet has no such field.
 */
export function failedCondition(
  condition: Condition,
  actual: Scalar | string | undefined,
  names: Names,
): FailedCondition {
  if (condition.kind === 'opaque') {
    const sentence = `nobody can tell whether ${condition.text} matches; it is assumed not to`
    return { field: 'opaque', wanted: condition.text, negated: false, sentence }
  }
  const field = fieldOf(condition.field)
  const wanted = field.format(condition.terms, names)
  const base = {
    field: condition.field,
    wanted: condition.negated ? `not ${wanted}` : wanted,
    negated: condition.negated,
  }
  if (actual === undefined) {
    return {
      ...base,
      sentence: `the packet has no ${field.label}, the rule wants ${formatCondition(condition, names)}`,
    }
  }
  const value = field.formatValue(actual)
  return { ...base, actual, sentence: sentence() }

  function sentence(): string {
    if (MEMBERSHIP.has(field.id)) {
      return base.negated
        ? `${field.label} ${value} is in ${wanted}, the rule wants any other`
        : `${field.label} ${value} is not in ${wanted}`
    }
    const verb = field.id === 'tcpFlags' ? 'are' : 'is'
    return `${field.label} ${verb} ${value}, the rule wants ${base.wanted}`
  }
}

/** The clause for a rule that matched: its conditions in short, "any packet" where it has none. */
export function matchedSentence(match: readonly Condition[], names: Names): string {
  if (match.length === 0) return 'matches any packet'
  const parts = match.map((condition) => {
    switch (condition.kind) {
      case 'opaque':
        return condition.text
      case 'test':
        return `${fieldOf(condition.field).label} ${formatCondition(condition, names)}`
      default:
        return unreachable(condition)
    }
  })
  return `matches: ${parts.join(', ')}`
}
