import type { Condition, FieldId, FieldTest, Term } from '@/model/fields/field'
import type { Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { PlainTest } from '../plain-terms'
import type { OptionUse } from './rule-syntax'

/** What an option means, a sentence where it means nothing, or nothing where it is kept as it stands. */
export type ReadOption = FieldTest | readonly Condition[] | string | undefined

/** From `-p`. Absent: any. */
export type NamedProtocol = { readonly number: number; readonly negated: boolean } | undefined

/** What stands on the line beside an option. */
export interface OptionLine {
  /** The options of the same `-m`. */
  readonly siblings: readonly OptionUse[]
  readonly family: Family
  readonly protocol: NamedProtocol
}

export const isTcp = (protocol: NamedProtocol) => protocol?.number === PROTOCOL.tcp && !protocol.negated

/** Matches that are read option by option and written field by field, each `-m` by itself. */
export interface MatchGroup {
  read(use: OptionUse, line: OptionLine): ReadOption
  readonly fields: readonly FieldId[]
  /** Options for a test on one of the fields: alternatives, a line each. Throws LeftOut. */
  write(plain: PlainTest, family: Family): string[]
  /** Whether what is written reads back as the same terms; absent: always. */
  isLiteral?(plain: PlainTest): boolean
}

export function test(field: FieldId, negated: boolean, terms: readonly Term[]): FieldTest {
  return { kind: 'test', field, negated, terms }
}
