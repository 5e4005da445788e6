import * as z from 'zod/mini'
import type { Condition, EitherTest, FieldTest, OpaqueTest, Term } from '../fields/field'
import { FIELD_IDS } from '../fields/field'
import { concatenationCodec } from './entries-codec'
import { readTerm, termDocument, writeTerms } from './term-document'

const kindOf = (condition: unknown) => (condition as Condition | undefined)?.kind

const testDocument = z.strictObject({
  field: z.enum(FIELD_IDS),
  not: z.exactOptional(z.literal(true)),
  is: z.array(termDocument).check(z.minLength(1)),
})

/** A test as `{ "field": "dport", "is": ["443"] }`. Text is what the field itself reads; see its `parse`. */
export const testCodec = z.codec(
  testDocument,
  z.custom<FieldTest>((value) => kindOf(value) === 'test'),
  {
    decode: (document, context): FieldTest => {
      const terms = document.is.flatMap((each, index): Term[] => {
        const read = readTerm(document.field, each)
        if (typeof read !== 'string') return read
        context.issues.push({ code: 'custom', message: read, input: each, path: ['is', index] })
        return []
      })
      return { kind: 'test', field: document.field, negated: document.not === true, terms }
    },
    encode: ({ field, negated, terms }) => ({
      field,
      ...(negated && { not: true as const }),
      is: writeTerms(field, terms),
    }),
  },
)

/** `{ "either": [test, test] }` */
const eitherCodec = z.codec(
  z.strictObject({ either: z.array(testCodec).check(z.minLength(2)) }),
  z.custom<EitherTest>((value) => kindOf(value) === 'either'),
  {
    decode: ({ either }): EitherTest => ({ kind: 'either', tests: either }),
    encode: ({ tests }) => ({ either: [...tests] }),
  },
)

export const conditionCodec = z.union([
  testCodec,
  eitherCodec,
  concatenationCodec,
  z.codec(
    z.strictObject({ opaque: z.string(), dialect: z.string() }),
    z.custom<OpaqueTest>((value) => kindOf(value) === 'opaque'),
    {
      decode: ({ opaque, dialect }): OpaqueTest => ({ kind: 'opaque', dialect, text: opaque }),
      encode: ({ text, dialect }) => ({ opaque: text, dialect }),
    },
  ),
])
