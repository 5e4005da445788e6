import { formatCondition, formatEntry } from '@/model/fields/cell'
import type {
  ConcatenationTest,
  Field,
  FieldTest,
  Names,
  OpaqueTest,
  Scalar,
  Term,
} from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import { flagTestOf } from '@/model/fields/tcp-flags'
import { SYN_ONLY, tcpFlagNames } from '@/model/packet/tcp-flags'
import type { FailedCondition } from '../trace'

/** Why an opaque condition decided against its rule: nobody knows, so a choice had to be made. */
export function failedOpaque({ text }: OpaqueTest): FailedCondition {
  return {
    field: 'opaque',
    wanted: text,
    negated: false,
    sentence: `nobody can tell whether ${text} matches; it is assumed not to`,
  }
}

/** None of several tests holds: "source port is 40000, the rule wants 80; and destination port is 443, the rule wants 80". */
export function failedEither(failed: readonly FailedCondition[]): FailedCondition {
  return {
    field: 'either',
    wanted: failed.map(({ wanted }) => wanted).join(' or '),
    negated: false,
    sentence: failed.map(({ sentence }) => sentence).join('; and '),
  }
}

/** Reasons name the values that are wanted up to this many, and their number beyond. */
const ENTRIES_NAMED = 4

/** "src . dport is 10.0.0.1 . 22, the rule wants 10.0.0.2 . 22 or 10.0.0.3 . 80". */
export function failedConcatenation(
  test: ConcatenationTest,
  actual: readonly (Scalar | string | undefined)[],
  names: Names,
): FailedCondition {
  const { fields, entries, negated } = test
  const missing = fields.find((_, at) => actual[at] === undefined)
  const head = fields.map((id) => fieldOf(id).label).join(' . ')
  const value = fields.map((id, at) => fieldOf(id).formatValue(actual[at] ?? '')).join(' . ')
  const wanted =
    entries.length > ENTRIES_NAMED
      ? `one of ${entries.length} entries`
      : entries.map((entry) => formatEntry(fields, entry, names)).join(' or ') || 'what is in an empty list'
  return {
    field: 'concatenation',
    ...(missing === undefined ? { actual: value } : {}),
    wanted: formatCondition(test, names),
    negated,
    sentence:
      missing === undefined
        ? `${head} is ${value}, the rule wants ${negated ? 'any other' : wanted}`
        : absentSentence(fieldOf(missing)),
  }
}

/**
 * Says in one clause why a test failed, with both values: "destination port is 62712, the rule wants 443".
 * `actual` is undefined where the packet has no such field.
 */
export function failedTest(
  test: FieldTest,
  actual: Scalar | string | undefined,
  names: Names,
): FailedCondition {
  const field = fieldOf(test.field)
  return {
    field: test.field,
    ...(actual === undefined ? {} : { actual }),
    wanted: formatCondition(test, names),
    negated: test.negated,
    sentence:
      actual === undefined || (actual === '' && !test.negated)
        ? absentSentence(field)
        : failureSentence(test, field, actual, names),
  }
}

/** A test of a field that is not there does not match, negated or not. */
function absentSentence(field: Field): string {
  return field.absent ?? `the packet has no ${field.label}`
}

function failureSentence(test: FieldTest, field: Field, actual: Scalar | string, names: Names): string {
  const value = field.formatValue(actual)
  if (field.id === 'tcpFlags') return `flags are ${value}, the rule wants ${flagsWanted(test, field, names)}`
  const values = field.format(test.terms, names)
  if (isOneValue(test.terms)) {
    return `${field.label} is ${value}, the rule wants ${test.negated ? 'any other' : values}`
  }
  if (test.negated) return `${field.label} ${value} is in ${values}, the rule wants any other`
  return field.domain.kind === 'addresses'
    ? `${field.label} ${value} is not in ${values}`
    : `${field.label} is ${value}, the rule wants ${values}`
}

function isOneValue(terms: readonly Term[]): boolean {
  const [only] = terms
  if (terms.length !== 1 || !only) return false
  if (only.kind === 'range') return only.first === only.last
  if (only.kind === 'masked') return true
  return only.kind === 'name' && !only.pattern.endsWith('+')
}

/** Flags in words: which must be set and which clear. `--syn` is "SYN alone", of the four that open and close. */
function flagsWanted(test: FieldTest, field: Field, names: Names): string {
  const flags = flagTestOf(test.terms)
  if (!flags) return formatCondition(test, names)
  const any = test.negated ? 'any but ' : ''
  if (flags.mask === SYN_ONLY.mask && flags.value === SYN_ONLY.value) return `${any}SYN alone`
  if (flags.mask === 0) return `${any}${field.format(test.terms, names)}`
  const set = tcpFlagNames(flags.value).join(', ')
  const clear = tcpFlagNames(flags.mask & ~flags.value).join(', ')
  return any + [set && `${set} set`, clear && `${clear} clear`].filter((part) => part !== '').join(' and ')
}
