import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { LESSONS } from '@/lessons/index'
import type { Edit } from '@/model/edits/edit'
import type { Design } from '@/model/project/design'
import { emptyDesign } from '@/model/project/document'
import { commit, currentDesign, designStore, openDesign, redo, replaceDesign, undo } from './design-store'

const lesson = LESSONS[0]
if (!lesson) throw new Error('there is no story')
const start = lesson.start()
const [laptop] = start.devices
if (!laptop) throw new Error('the story has no device')

const rename = (name: string): Edit => ({ kind: 'set-design', parts: { name } })
const move = (x: number): Edit => ({
  kind: 'set-device',
  id: laptop.id,
  parts: { position: { x, y: 0 } },
})
const xOf = (design: Design) => design.devices[0]?.position.x
const history = () => {
  const { past, future } = designStore.getState()
  return { past: past.map(({ label }) => label), future: future.map(({ label }) => label) }
}

beforeEach(() => openDesign(start))

describe('a gesture is one step', () => {
  test('its edits are taken back and made again together', () => {
    for (const x of [10, 20, 30]) commit(move(x), 'move Laptop', 'drag 1')
    expect(history().past).toEqual(['move Laptop'])
    undo()
    expect(currentDesign()).toEqual(start)
    redo()
    expect(xOf(currentDesign())).toBe(30)
  })

  test('another gesture is another step', () => {
    commit(move(10), 'move Laptop', 'drag 1')
    commit(move(20), 'move Laptop', 'drag 2')
    undo()
    expect(xOf(currentDesign())).toBe(10)
  })

  test('an edit in between ends it', () => {
    commit(move(10), 'move Laptop', 'drag 1')
    commit(rename('a'), 'rename')
    commit(move(20), 'move Laptop', 'drag 1')
    expect(history().past).toEqual(['move Laptop', 'rename', 'move Laptop'])
  })

  test('edits without a gesture never merge', () => {
    commit(move(10), 'move Laptop')
    commit(move(20), 'move Laptop')
    expect(history().past).toHaveLength(2)
  })
})

describe('opening another design', () => {
  test('in place of this one is a step that undo takes back, with the history before it', () => {
    commit(rename('mine'), 'rename')
    const mine = currentDesign()
    replaceDesign(emptyDesign('new', 'New design'), 'new design')
    commit(rename('other'), 'rename the new one')
    undo()
    undo()
    expect(currentDesign()).toEqual(mine)
    undo()
    expect(currentDesign()).toEqual(start)
    redo()
    redo()
    redo()
    expect(currentDesign()).toMatchObject({ id: 'new', name: 'other' })
  })

  test('at the start begins history anew', () => {
    commit(rename('mine'), 'rename')
    openDesign(emptyDesign('new', 'New design'))
    expect(history()).toEqual({ past: [], future: [] })
  })
})

type Action =
  | { readonly kind: 'commit'; readonly edit: Edit; readonly gesture: string | undefined }
  | { readonly kind: 'replace'; readonly name: string }

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      edit: fc.oneof(
        fc.string({ minLength: 1, maxLength: 4 }).map(rename),
        fc.integer({ min: 0, max: 900 }).map(move),
        fc.shuffledSubarray([...start.flows]).map((flows): Edit => ({ kind: 'set-flows', flows })),
        fc.constantFrom(...start.links).map(({ id }): Edit => ({ kind: 'remove-link', id })),
        fc.constantFrom(...start.devices).map(({ id }): Edit => ({ kind: 'remove-device', id })),
      ),
      gesture: fc.option(fc.constantFrom('g', 'h'), { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('replace' as const),
      name: fc.string({ minLength: 1, maxLength: 4 }),
    }),
  },
)

test('whatever was done, undo to the end is the beginning, and redo to the end is what was done', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
      openDesign(start)
      for (const each of actions) {
        if (each.kind === 'commit') commit(each.edit, 'edit', each.gesture)
        else replaceDesign({ ...start, name: each.name }, 'open')
      }
      const done = currentDesign()
      const steps = history().past.length
      for (let i = 0; i < steps; i++) undo()
      expect(currentDesign()).toEqual(start)
      for (let i = 0; i < steps; i++) redo()
      expect(currentDesign()).toEqual(done)
    }),
    { seed: 62712, numRuns: 100 },
  )
})
