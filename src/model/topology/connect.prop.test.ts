import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdit } from '../edits/apply'
import type { Design } from '../project/design'
import { decodeDesign, emptyDesign, encodeDesign } from '../project/document'
import { connectEdit } from './connect'
import { nodeKind } from './nodes/lookup'
import { problemsOf } from './problems'
import type { NodeKindId } from './topology'

/** Devices and the pairs that a person joins, one after the other. */
const strokes = fc.record({
  kinds: fc.array(fc.constantFrom<NodeKindId>('client', 'router', 'server', 'switch'), {
    minLength: 1,
    maxLength: 7,
  }),
  pairs: fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 10 }),
})

function draw({ kinds, pairs }: { kinds: NodeKindId[]; pairs: [number, number][] }): Design {
  const all: NodeKindId[] = ['internet', ...kinds]
  let design = emptyDesign('d', 'D')
  for (const kind of all) {
    const device = nodeKind(kind).create(design, { x: 0, y: 0 })
    design = applied(design, { kind: 'add-device', device, index: design.devices.length })
  }
  for (const [a, b] of pairs) {
    const [from, to] = [design.devices[a % all.length], design.devices[b % all.length]]
    const edit = from && to && connectEdit(design, from.id, to.id)
    if (edit?.ok) design = applied(design, edit.value)
  }
  return design
}

function applied(design: Design, edit: Parameters<typeof applyEdit>[1]): Design {
  const result = applyEdit(design, edit)
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  expect(applyEdit(result.value.design, result.value.inverse)).toMatchObject({ ok: true, value: { design } })
  return result.value.design
}

test('whatever is drawn: no address twice, and it can be saved and opened', () => {
  fc.assert(
    fc.property(strokes, (each) => {
      const design = draw(each)
      const addresses = design.devices.flatMap((device) =>
        device.interfaces.flatMap((port) => port.addresses.map(({ address }) => address)),
      )
      expect(new Set(addresses).size).toBe(addresses.length)
      expect(decodeDesign(encodeDesign(design))).toEqual({ ok: true, value: design, diagnostics: [] })
    }),
    { seed: 62712, numRuns: 100 },
  )
}, 30_000)

test('without switches, which can join two networks into one, what is drawn has no problem but loose ends', () => {
  fc.assert(
    fc.property(strokes, (each) => {
      const design = draw({ ...each, kinds: each.kinds.filter((kind) => kind !== 'switch') })
      const sentences = [...problemsOf(design).values()].flat().map(({ sentence }) => sentence)
      expect(sentences.filter((sentence) => !sentence.includes('is not plugged in'))).toEqual([])
    }),
    { seed: 443, numRuns: 150 },
  )
}, 30_000)
