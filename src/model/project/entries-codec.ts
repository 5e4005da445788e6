import * as z from 'zod/mini'
import { type ConcatenationTest, FIELD_IDS, type FieldId, type Term } from '../fields/field'
import { readTerm, type TermDocument, termDocument, writeTerm } from './term-document'

export const fieldIds = z.array(z.enum(FIELD_IDS))
export const entryDocument = z.array(termDocument)

interface Issues {
  readonly issues: { push(issue: { code: 'custom'; message: string; input: unknown }): unknown }
}

/** One term for each of the fields; what is wrong with one becomes an issue. */
export function readEntry(
  fields: readonly FieldId[],
  document: readonly TermDocument[],
  context: Issues,
): Term[] {
  const say = (message: string) => context.issues.push({ code: 'custom', message, input: document })
  if (document.length !== fields.length) say(`An entry has ${fields.length} values, one for each field.`)
  return fields.flatMap((field, index): Term[] => {
    const value = document[index]
    const read = value === undefined ? [] : readTerm(field, value)
    if (typeof read === 'string') say(read)
    else if (read.length > 1) say('An entry has one value for each field.')
    return typeof read === 'string' ? [] : read
  })
}

export const writeEntry = (fields: readonly FieldId[], entry: readonly Term[]) =>
  entry.map((term, index) => writeTerm(fields[index] as FieldId, term))

/** `{ "fields": ["src", "dport"], "entries": [["10.0.0.1", "22"]] }` */
export const concatenationCodec = z.codec(
  z.strictObject({
    fields: fieldIds.check(z.minLength(2)),
    not: z.exactOptional(z.literal(true)),
    entries: z.array(entryDocument),
  }),
  z.custom<ConcatenationTest>((value) => (value as ConcatenationTest | undefined)?.kind === 'concatenation'),
  {
    decode: ({ fields, not, entries }, context): ConcatenationTest => ({
      kind: 'concatenation',
      fields,
      negated: not === true,
      entries: entries.map((entry) => readEntry(fields, entry, context)),
    }),
    encode: ({ fields, negated, entries }) => ({
      fields: [...fields],
      ...(negated && { not: true as const }),
      entries: entries.map((entry) => writeEntry(fields, entry)),
    }),
  },
)
