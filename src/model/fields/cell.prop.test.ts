import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromInteger } from '../packet/address'
import { formatCondition, parseCell } from './cell'
import type { FieldId, FieldTest, Names, Scalar, Term } from './field'

const NAMES: Names = {
  deviceId: (name) => (name.toLowerCase() === 'laptop' ? 'laptop' : undefined),
  deviceName: (id) => (id === 'laptop' ? 'Laptop' : undefined),
  setHolds: (name) => (name === 'web' ? 'ports' : name === 'office' ? 'addresses' : undefined),
}

function range(value: fc.Arbitrary<Scalar>): fc.Arbitrary<Term> {
  return fc
    .tuple(value, value)
    .map(([a, b]) => ({ kind: 'range', first: a < b ? a : b, last: a < b ? b : a }))
}
const number = (last: number) => fc.integer({ min: 0, max: last }).map((value): Scalar => value)
const address = (family: 4 | 6) =>
  fc
    .bigInt({ min: 0n, max: (1n << (family === 4 ? 32n : 128n)) - 1n })
    .map((value): Scalar => fromInteger(family, value))
const token = (...kinds: readonly Term[]) => fc.constantFrom(...kinds)

const addresses = fc.oneof(
  range(address(4)),
  range(address(6)),
  token(
    { kind: 'token', token: { kind: 'lan' } },
    { kind: 'token', token: { kind: 'outside-address' } },
    { kind: 'token', token: { kind: 'addresses-of', device: 'laptop' } },
    { kind: 'set', name: 'office' },
  ),
)
const ports = fc.oneof(
  range(number(65535)),
  token({ kind: 'token', token: { kind: 'ephemeral-of', device: 'laptop' } }, { kind: 'set', name: 'web' }),
)
const interfaces = fc
  .stringMatching(/^[a-z][a-z0-9]{0,6}\+?$/)
  .map((pattern): Term => ({ kind: 'name', pattern }))

const TERMS: Readonly<Partial<Record<FieldId, fc.Arbitrary<Term>>>> = {
  protocol: range(number(255)),
  src: addresses,
  dst: addresses,
  sport: ports,
  dport: ports,
  iif: interfaces.filter((term) => term.kind !== 'name' || !['any', 'not'].includes(term.pattern)),
  oif: interfaces.filter((term) => term.kind !== 'name' || !['any', 'not'].includes(term.pattern)),
}

test.each(Object.entries(TERMS))(
  'law: what a cell of %s shows reads back as the same test',
  (field, terms) => {
    const tests = fc.record({
      kind: fc.constant('test' as const),
      field: fc.constant(field as FieldId),
      negated: fc.boolean(),
      terms: fc.array(terms, { minLength: 1, maxLength: 4 }),
    })
    fc.assert(
      fc.property(tests, (given: FieldTest) => {
        const shown = formatCondition(given, NAMES)
        if (shown === 'any') return
        const read = parseCell(field as FieldId, shown, NAMES)
        expect(read.ok && read.value && formatCondition(read.value, NAMES)).toBe(shown)
      }),
      { seed: 20261121, numRuns: 300 },
    )
  },
)
