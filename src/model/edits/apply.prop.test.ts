import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  address,
  design as anyDesign,
  device,
  firewall,
  namedSets,
  row,
  rows,
} from '../../../tests/arbitraries/design'
import type { Design } from '../project/design'
import { decodeDesign, encodeDesign } from '../project/document'
import { allChains } from '../ruleset/chains'
import type { ChainRef } from '../ruleset/ruleset'
import { applyEdit } from './apply'
import type { Edit } from './edit'

/** Mostly an index that is there; sometimes one beyond. */
const index = (length: number) => fc.integer({ min: 0, max: length + 1 })

function chainEdits(id: string, chain: ChainRef, length: number): fc.Arbitrary<Edit> {
  const of = { device: fc.constant(id), chain: fc.constant(chain) }
  return fc.oneof(
    fc.record({ kind: fc.constant('insert-rows' as const), ...of, index: index(length), rows }),
    fc.record({
      kind: fc.constant('remove-rows' as const),
      ...of,
      index: index(length),
      count: index(length),
    }),
    fc.record({ kind: fc.constant('replace-row' as const), ...of, index: index(length), row }),
    fc.record({ kind: fc.constant('move-row' as const), ...of, from: index(length), to: index(length) }),
    fc.record({
      kind: fc.constant('set-policy' as const),
      ...of,
      policy: fc.constantFrom('accept' as const, 'drop' as const, 'reject' as const),
    }),
  )
}

/** Any edit that this design may take, and some that it has to refuse. */
function editOf(design: Design): fc.Arbitrary<Edit> {
  const ids = [...design.devices.map((each) => each.id), 'nobody']
  const id = fc.constantFrom(...ids)
  const chains = design.devices.flatMap((each) =>
    allChains(each.firewall.ruleset).map(({ ref, chain }) => chainEdits(each.id, ref, chain.rows.length)),
  )
  const links = design.links.map((link) => link.id)
  const ends = design.devices.flatMap((each) =>
    each.interfaces.map((port) => ({ device: each.id, interface: port.id })),
  )
  const end = fc.constantFrom(...ends, { device: 'nobody', interface: 'eth0' })
  return fc.oneof(
    fc.record({
      kind: fc.constant('add-device' as const),
      device,
      index: index(design.devices.length),
    }),
    fc.record({ kind: fc.constant('remove-device' as const), id }),
    fc
      .tuple(
        id,
        device,
        fc.subarray(['name', 'position', 'interfaces', 'routes', 'host', 'nat'] as const),
        address,
        fc.boolean(),
      )
      .map(
        ([target, other, parts, nameServer, clear]): Edit => ({
          kind: 'set-device',
          id: target,
          parts: {
            ...Object.fromEntries(parts.map((part) => [part, other[part]])),
            ...(!clear && { nameServer }),
          },
          ...(clear && { cleared: ['nameServer'] }),
        }),
      ),
    fc.record({ kind: fc.constant('set-firewall' as const), device: id, firewall }),
    fc.record({
      kind: fc.constant('add-link' as const),
      link: fc.record({ id: fc.constantFrom('new', ...links), ends: fc.tuple(end, end) }),
      index: index(links.length),
    }),
    fc.record({ kind: fc.constant('remove-link' as const), id: fc.constantFrom('none', ...links) }),
    fc.shuffledSubarray([...design.flows]).map((flows): Edit => ({ kind: 'set-flows', flows })),
    fc.shuffledSubarray([...design.names]).map((names): Edit => ({ kind: 'set-names', names })),
    namedSets.map((sets): Edit => ({ kind: 'set-sets', sets })),
    fc.tuple(fc.string(), fc.integer(), fc.boolean()).map(
      ([name, seed, clear]): Edit => ({
        kind: 'set-design',
        parts: { name, seed, ...(!clear && { lesson: 'a lesson' }) },
        ...(clear && { cleared: ['lesson'] }),
      }),
    ),
    ...chains,
  )
}

const designAndEdit = anyDesign.chain((design) =>
  fc.tuple(fc.constant(design), editOf(design), editOf(design)),
)

test('an edit that is taken back leaves the design as it was', () => {
  let taken = 0
  fc.assert(
    fc.property(designAndEdit, ([design, edit]) => {
      const applied = applyEdit(design, edit)
      if (!applied.ok) return
      taken++
      const back = applyEdit(applied.value.design, applied.value.inverse)
      expect(back.ok && back.value.design).toEqual(design)
    }),
    { seed: 62712, numRuns: 250 },
  )
  expect(taken).toBeGreaterThan(80)
}, 30_000)

test('an edit that was taken back can be done again', () => {
  fc.assert(
    fc.property(designAndEdit, ([design, edit]) => {
      const applied = applyEdit(design, edit)
      if (!applied.ok) return
      const back = applyEdit(applied.value.design, applied.value.inverse)
      const again = back.ok ? applyEdit(back.value.design, back.value.inverse) : back
      expect(again.ok && again.value.design).toEqual(applied.value.design)
    }),
    { seed: 443, numRuns: 120 },
  )
}, 30_000)

test('two edits as one are taken back as one', () => {
  fc.assert(
    fc.property(designAndEdit, ([design, first, second]) => {
      const applied = applyEdit(design, { kind: 'batch', edits: [first, second] })
      if (!applied.ok) return
      const back = applyEdit(applied.value.design, applied.value.inverse)
      expect(back.ok && back.value.design).toEqual(design)
    }),
    { seed: 53, numRuns: 120 },
  )
}, 30_000)

test('an edited design is still one that can be saved and opened', () => {
  fc.assert(
    fc.property(designAndEdit, ([design, edit]) => {
      const applied = applyEdit(design, edit)
      if (!applied.ok) {
        expect(applied.diagnostics[0]?.message).toMatch(/^[A-Z0-9/].*\.$/s)
        return
      }
      const read = decodeDesign(encodeDesign(applied.value.design))
      expect(read.diagnostics).toEqual([])
    }),
    { seed: 80, numRuns: 120 },
  )
}, 30_000)
