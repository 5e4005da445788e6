import { conditionOn, formatCondition, parseCell, sortConditions } from '@/model/fields/cell'
import type { Condition, Names } from '@/model/fields/field'
import { FIELDS } from '@/model/fields/index'
import { fieldOf } from '@/model/fields/lookup'
import type { ParseContext, PrintContext } from './dialect'
import { key } from './iptables/merge'
import { LeftOut } from './left-out'

/**
 * Cells that the lines of a rule do not say as they stand (tokens, lists, "not") go along in a comment, field -> cell text.
 * They count only while they still say what the lines say.
 */
export function cellsOf(match: readonly Condition[], names: Names): Record<string, string> {
  return Object.fromEntries(
    FIELDS.flatMap(({ id }) => {
      const test = conditionOn(match, id)
      return test ? [[id, formatCondition(test, names)]] : []
    }),
  )
}

/** The lines of a match; undefined where it cannot be written. */
export type WriteLines = (match: readonly Condition[]) => readonly string[] | undefined

/** `write`, with undefined for what is left out. */
export function unlessLeftOut(write: (match: readonly Condition[]) => readonly string[]): WriteLines {
  return (match) => {
    try {
      return write(match)
    } catch (error) {
      if (error instanceof LeftOut) return undefined
      throw error
    }
  }
}

/** The match whose cells were noted, with what its first line kept as it stands, if it is written as the same lines that were read; undefined otherwise. */
export function recallMatch(
  entries: Readonly<Record<string, string>>,
  lines: readonly (readonly Condition[])[],
  names: Names,
  write: WriteLines,
): readonly Condition[] | undefined {
  const noted = FIELDS.filter(({ id }) => entries[id] !== undefined)
  if (noted.length === 0) return undefined
  const tests = noted.map(({ id }) => parseCell(id, entries[id] ?? '', names))
  const conditions = tests.flatMap((test): Condition[] => (test.ok && test.value ? [test.value] : []))
  if (conditions.length < noted.length) return undefined
  // What a language says of interfaces beside the rule stays as it was read.
  const isKept = (each: Condition) =>
    each.kind === 'opaque' ||
    (each.kind === 'test' && fieldOf(each.field).domain.kind === 'names' && entries[each.field] === undefined)
  const kept = lines[0]?.filter(isKept) ?? []
  const match = sortConditions([...conditions, ...kept])
  const read = lines.map(write)
  return !read.includes(undefined) && key(write(match)) === key(read.flat()) ? match : undefined
}

/** What tokens and sets stand for where somebody reads; nothing where that is not known. */
export function lookupOf(context: ParseContext): Pick<PrintContext, 'resolve' | 'resolveSet'> {
  return {
    resolve: (token) => context.resolve?.(token) ?? [],
    resolveSet: (name) => context.resolveSet?.(name),
  }
}
