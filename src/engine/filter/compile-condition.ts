import type {
  ConcatenationTest,
  Condition,
  EitherTest,
  Field,
  FieldId,
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
import { fieldOf } from '@/model/fields/lookup'
import { resolveTerms, valueSetContains } from '@/model/fields/resolve'
import type { CompiledCondition } from '../network'
import type { FailedCondition } from '../trace'
import { EntryTable } from './entry-table'
import { type FieldValues, placeOfField, readValues } from './field-values'
import { failedConcatenation, failedEither, failedOpaque, failedTest } from './sentence'

/** Reasons kept per condition; a run has few different values of one field, a scan of ports has many. */
const REASONS_KEPT = 256

/** Makes one condition ready to be asked; tokens and named sets are looked up once, here. */
export function compileCondition(condition: Condition, resolver: Resolver, names: Names): CompiledCondition {
  if (condition.kind === 'opaque') return new OpaqueCondition(condition)
  if (condition.kind === 'concatenation') {
    const { fields, entries } = condition
    return new ConcatenationCondition(condition, new EntryTable(fields, entries, resolver), names)
  }
  if (condition.kind === 'either') {
    const tests = condition.tests.map((test) => compileCondition(test, resolver, names))
    return new EitherCondition(condition, tests)
  }
  const set = resolveTerms(condition.terms, resolver)
  const [only] = set.kind === 'intervals' ? set.intervals : []
  const isOne = set.kind === 'intervals' && set.intervals.length === 1 && only !== undefined
  return isOne ? new IntervalCondition(condition, only, names) : new SetCondition(condition, set, names)
}

class OpaqueCondition implements CompiledCondition {
  readonly field = 'opaque'
  readonly negated = false
  readonly condition: OpaqueTest
  #failed: FailedCondition | undefined

  constructor(condition: OpaqueTest) {
    this.condition = condition
  }

  holds(): undefined {
    return undefined
  }

  test(): undefined {
    return undefined
  }

  read(): undefined {
    return undefined
  }

  explain(): FailedCondition {
    this.#failed ??= failedOpaque(this.condition)
    return this.#failed
  }
}

/** Tests of which one has to hold. */
class EitherCondition implements CompiledCondition {
  readonly field = 'either'
  readonly negated = false
  readonly condition: EitherTest
  readonly #tests: readonly CompiledCondition[]

  constructor(condition: EitherTest, tests: readonly CompiledCondition[]) {
    this.condition = condition
    this.#tests = tests
  }

  holds(values: FieldValues): boolean {
    return this.#tests.some((test) => test.holds(values) === true)
  }

  test(context: MatchContext): boolean {
    return this.#tests.some((test) => test.test(context) === true)
  }

  read(): undefined {
    return undefined
  }

  explain(context: MatchContext): FailedCondition {
    return failedEither(this.#tests.map((test) => test.explain(context)))
  }
}

/** Several fields against entries; also whether a map has an entry. */
export class ConcatenationCondition implements CompiledCondition {
  readonly field = 'concatenation'
  readonly negated: boolean
  readonly condition: ConcatenationTest
  readonly #table: EntryTable
  readonly #names: Names

  constructor(condition: ConcatenationTest, table: EntryTable, names: Names) {
    this.condition = condition
    this.negated = condition.negated
    this.#table = table
    this.#names = names
  }

  holds(values: FieldValues): boolean {
    return this.#table.hasAll(values) && this.#table.find(values) >= 0 !== this.negated
  }

  test(context: MatchContext): boolean {
    return this.holds(readValues(context, this.condition.fields.map(placeOfField)))
  }

  read(context: MatchContext): string | undefined {
    const values = this.#values(context)
    return values.includes(undefined) ? undefined : this.#text(values)
  }

  explain(context: MatchContext): FailedCondition {
    return failedConcatenation(this.condition, this.#values(context), this.#names)
  }

  #values(context: MatchContext) {
    return this.condition.fields.map((id) => fieldOf(id).read(context))
  }

  #text(values: readonly (Scalar | string | undefined)[]): string {
    const { fields } = this.condition
    return values.map((value, at) => fieldOf(fields[at] as FieldId).formatValue(value ?? '')).join(' . ')
  }
}

/** What all tests of a field share. Objects of few shapes: a long chain is walked without an indirect call per rule. */
abstract class FieldCondition implements CompiledCondition {
  readonly condition: FieldTest
  readonly negated: boolean
  protected readonly place: number
  readonly #field: Field
  readonly #names: Names
  #reasons: Map<Scalar | string | undefined, FailedCondition> | undefined
  /** The reason given last: packets of one connection ask for the same again and again. */
  #last: FailedCondition | undefined

  constructor(condition: FieldTest, names: Names) {
    this.condition = condition
    this.negated = condition.negated
    this.place = placeOfField(condition.field)
    this.#field = fieldOf(condition.field)
    this.#names = names
  }

  /** Whether a value that is there is in the set, before negation. */
  protected abstract contains(value: Scalar | string): boolean

  get field(): FieldTest['field'] {
    return this.condition.field
  }

  holds(values: FieldValues): boolean {
    const value = values[this.place]
    return value !== undefined && this.contains(value) !== this.negated
  }

  test(context: MatchContext): boolean {
    const value = this.read(context)
    return value !== undefined && this.contains(value) !== this.negated
  }

  read(context: MatchContext): ReturnType<Field['read']> {
    return this.#field.read(context)
  }

  explain(context: MatchContext): FailedCondition {
    const actual = this.read(context)
    if (this.#last && this.#last.actual === actual) return this.#last
    this.#reasons ??= new Map()
    const known = this.#reasons.get(actual)
    if (known) {
      this.#last = known
      return known
    }
    if (this.#reasons.size >= REASONS_KEPT) this.#reasons.clear()
    const failed = failedTest(this.condition, actual, this.#names)
    this.#reasons.set(actual, failed)
    this.#last = failed
    return failed
  }
}

/** One value, range or prefix, which most tests are. */
class IntervalCondition extends FieldCondition {
  readonly #first: Scalar
  readonly #last: Scalar

  constructor(condition: FieldTest, { first, last }: Interval, names: Names) {
    super(condition, names)
    this.#first = first
    this.#last = last
  }

  protected override contains(value: Scalar | string): boolean {
    return typeof value !== 'string' && value >= this.#first && value <= this.#last
  }
}

/** A list of ranges, of interface names, or of bits under masks. */
class SetCondition extends FieldCondition {
  readonly #set: ValueSet

  constructor(condition: FieldTest, set: ValueSet, names: Names) {
    super(condition, names)
    this.#set = set
  }

  protected override contains(value: Scalar | string): boolean {
    const set = this.#set
    if (set.kind !== 'intervals') return valueSetContains(set, value)
    return typeof value !== 'string' && containsValue(set.intervals, value)
  }
}
