import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { emptyDesign, encodeDesign } from '@/model/project/document'
import { commit, currentDesign, designStore, openDesign, undo } from '../design-store'
import { noticeStore, tell } from '../notice-store'
import {
  autosave,
  DAMAGED,
  DOCUMENT,
  keepThisOne,
  LAST_SAVE,
  restore,
  saveStore,
  takeTheOther,
} from './autosave'

/** A store that keeps what it is given, until it is told to fail. */
const kept = vi.hoisted(() => ({ values: new Map<string, unknown>(), broken: false }))

vi.mock('idb-keyval', () => ({
  get: async (key: string) => {
    if (kept.broken) throw new Error('denied')
    return kept.values.get(key)
  },
  set: async (key: string, value: unknown) => {
    if (kept.broken) throw new Error('full')
    kept.values.set(key, structuredClone(value))
  },
  update: async (key: string, change: (value: unknown) => unknown) => {
    if (kept.broken) throw new Error('full')
    kept.values.set(key, change(kept.values.get(key)))
  },
}))

const rename = (name: string) => commit({ kind: 'set-design', parts: { name } }, 'rename')
const savedName = () => (kept.values.get(DOCUMENT) as { name?: string } | undefined)?.name
let stop = () => {}

beforeEach(async () => {
  vi.useFakeTimers()
  kept.values.clear()
  kept.broken = false
  await restore()
  openDesign(emptyDesign('d', 'Mine'))
  saveStore.setState({ status: 'saved' })
  tell(undefined)
})
afterEach(() => {
  stop()
  stop = () => {}
  vi.useRealTimers()
})

describe('saving', () => {
  test('a burst of edits is saved once it is quiet', async () => {
    stop = autosave()
    rename('a')
    rename('b')
    expect(saveStore.getState().status).toBe('saving')
    expect(savedName()).toBeUndefined()
    await vi.runAllTimersAsync()
    expect(savedName()).toBe('b')
    expect(saveStore.getState().status).toBe('saved')
  })

  test('a browser that refuses is told of once, and the next save that works is said to work', async () => {
    stop = autosave()
    kept.broken = true
    rename('a')
    await vi.runAllTimersAsync()
    expect(saveStore.getState().status).toBe('failed')
    expect(noticeStore.getState().sentence).toBe(
      'The design could not be saved in this browser. Download it to keep it.',
    )
    rename('b')
    await vi.runAllTimersAsync()
    expect(noticeStore.getState().sentence).toBeUndefined()
    kept.broken = false
    rename('c')
    await vi.runAllTimersAsync()
    expect(saveStore.getState().status).toBe('saved')
    expect(savedName()).toBe('c')
  })

  test('nothing is saved once it is stopped', async () => {
    autosave()()
    rename('a')
    await vi.runAllTimersAsync()
    expect(kept.values.size).toBe(0)
  })
})

describe('restoring', () => {
  test('what was saved comes back, with a history that begins anew', async () => {
    kept.values.set(DOCUMENT, encodeDesign(emptyDesign('kept', 'Kept')))
    rename('other')
    expect(await restore()).toBe(true)
    expect(currentDesign()).toEqual(emptyDesign('kept', 'Kept'))
    expect(designStore.getState().past).toEqual([])
  })

  test('with nothing saved the design stays', async () => {
    expect(await restore()).toBe(false)
    expect(currentDesign().name).toBe('Mine')
    expect(noticeStore.getState().sentence).toBeUndefined()
  })

  test('what cannot be read is kept aside, and a sentence says why', async () => {
    const damaged = { format: 'highport design', version: 'x' }
    kept.values.set(DOCUMENT, damaged)
    expect(await restore()).toBe(false)
    expect(currentDesign().name).toBe('Mine')
    expect(kept.values.get(DAMAGED)).toEqual(damaged)
    expect(noticeStore.getState().sentence).toMatch(/^The saved design cannot be read and is kept aside: /)
  })

  test('a browser that lets nothing be stored says so', async () => {
    kept.broken = true
    expect(await restore()).toBe(false)
    expect(saveStore.getState().status).toBe('failed')
    expect(noticeStore.getState().sentence).toMatch(/lets nothing be saved/)
  })
})

describe('two tabs of one browser', () => {
  /** Another tab saves a design of its own. */
  function otherTabSaves(name: string): void {
    kept.values.set(LAST_SAVE, `save of another tab: ${name}`)
    kept.values.set(DOCUMENT, encodeDesign(emptyDesign('d', name)))
  }

  test('a tab does not write over what another tab saved since; it says so, and what it holds stays', async () => {
    stop = autosave()
    rename('first')
    await vi.runAllTimersAsync()
    otherTabSaves('theirs')
    rename('mine')
    await vi.runAllTimersAsync()
    expect(saveStore.getState().status).toBe('elsewhere')
    expect(savedName()).toBe('theirs')
    expect(currentDesign().name).toBe('mine')
  })

  test('further edits there are kept in the tab, and not saved', async () => {
    stop = autosave()
    otherTabSaves('theirs')
    rename('mine')
    await vi.runAllTimersAsync()
    rename('mine again')
    await vi.runAllTimersAsync()
    expect(savedName()).toBe('theirs')
    expect(currentDesign().name).toBe('mine again')
  })

  test('the person may keep this one: it is saved, and so are the edits after it', async () => {
    stop = autosave()
    otherTabSaves('theirs')
    rename('mine')
    await vi.runAllTimersAsync()
    await keepThisOne()
    expect(savedName()).toBe('mine')
    expect(saveStore.getState().status).toBe('saved')
    rename('more')
    await vi.runAllTimersAsync()
    expect(savedName()).toBe('more')
  })

  test('or take the other: it is opened, and undo brings this one back', async () => {
    stop = autosave()
    otherTabSaves('theirs')
    rename('mine')
    await vi.runAllTimersAsync()
    await takeTheOther()
    expect(currentDesign().name).toBe('theirs')
    undo()
    expect(currentDesign().name).toBe('mine')
    await vi.runAllTimersAsync()
    expect(savedName()).toBe('mine')
  })

  test('a reload takes up what was saved last and saves on', async () => {
    otherTabSaves('theirs')
    await restore()
    stop = autosave()
    rename('mine')
    await vi.runAllTimersAsync()
    expect(savedName()).toBe('mine')
  })
})
