import fc from 'fast-check'
import { expect, test } from 'vitest'
import { separateEithers } from '@/dialects/separate-rules'
import { compileCondition } from '@/engine/filter/compile-condition'
import { segment } from '@/engine/laboratory'
import type { Condition, EitherTest, FieldId, FieldTest } from '@/model/fields/field'

const NOTHING = { token: () => [], set: () => undefined }
const NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }
const small = fc.integer({ min: 0, max: 3 })
const fieldTest = fc
  .record({
    field: fc.constantFrom<FieldId>('sport', 'dport', 'hopLimit'),
    first: small,
    more: small,
    negated: fc.boolean(),
  })
  .map(
    ({ field, first, more, negated }): FieldTest => ({
      kind: 'test',
      field,
      negated,
      terms: [{ kind: 'range', first, last: first + more }],
    }),
  )
const either = fc
  .array(fieldTest, { minLength: 2, maxLength: 3 })
  .map((tests): EitherTest => ({ kind: 'either', tests }))
const packet = fc
  .record({ sport: small, dport: small, hopLimit: small })
  .map((values) => segment('S', values))

test('law: of the ways in which alternatives are written, one holds exactly where they do', () => {
  const match = fc.tuple(
    fc.array(fieldTest, { maxLength: 1 }),
    fc.array(either, { minLength: 1, maxLength: 2 }),
  )
  fc.assert(
    fc.property(match, packet, ([tests, eithers], given) => {
      const holds = (conditions: readonly Condition[]) =>
        conditions.every((each) => compileCondition(each, NOTHING, NAMES).test({ packet: given }))
      const whole = [...tests, ...eithers]
      const ways = separateEithers(whole).filter(holds)
      expect(ways.length).toBe(holds(whole) ? 1 : 0)
    }),
    { seed: 20_261_122, numRuns: 500 },
  )
})
