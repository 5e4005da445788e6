import fc from 'fast-check'
import { expect, test } from 'vitest'
import { design } from '../../../tests/arbitraries/design'
import { decodeDesign, encodeDesign } from './document'

test('a design that is written and read is the same design', () => {
  fc.assert(
    fc.property(design, (before) => {
      const text = JSON.stringify(encodeDesign(before))
      const read = decodeDesign(JSON.parse(text))
      expect(read.diagnostics).toEqual([])
      expect(read.ok && read.value).toEqual(before)
    }),
    { seed: 62712, numRuns: 80 },
  )
}, 30_000)

test('reading and writing again gives the same text', () => {
  fc.assert(
    fc.property(design, (before) => {
      const document = encodeDesign(before)
      const read = decodeDesign(document)
      expect(read.ok && encodeDesign(read.value)).toEqual(document)
    }),
    { seed: 443, numRuns: 80 },
  )
}, 30_000)

test('whatever JSON is read, the answer is a design or sentences, never a fault', () => {
  fc.assert(
    fc.property(fc.jsonValue(), design, fc.nat(), (junk, before, at) => {
      const document = encodeDesign(before) as Record<string, unknown>
      const keys = Object.keys(document)
      const broken = { ...document, [keys[at % keys.length] ?? 'format']: junk }
      for (const value of [junk, broken]) {
        const read = decodeDesign(value)
        if (!read.ok) expect(read.diagnostics.length).toBeGreaterThan(0)
      }
    }),
    { seed: 1, numRuns: 80 },
  )
}, 30_000)
