import { beforeEach, describe, expect, test, vi } from 'vitest'
import { noFilter } from '@/engine/laboratory'
import { LESSONS } from '@/lessons/index'
import { HOME_INBOUND } from '@/model/firewalls/home-chains'
import { findChain } from '@/model/ruleset/chains'
import { commit, currentDesign, designStore, openDesign, redo, undo } from './design-store'
import { currentTrace, runStore } from './run-store'
import { selectFlow } from './view-store'

const story = LESSONS[0]
if (!story) throw new Error('no story')
beforeEach(() => openDesign(story.start()))

const inbound = () => {
  const router = currentDesign().devices.find(({ id }) => id === 'router')
  const chain = router && findChain(router.firewall.ruleset, HOME_INBOUND)
  if (!chain) throw new Error('no inbound chain')
  return chain
}
const acceptAll = () =>
  commit(
    {
      kind: 'insert-rows',
      device: 'router',
      chain: HOME_INBOUND,
      index: 0,
      rows: [
        {
          kind: 'rule',
          id: 'all',
          enabled: true,
          name: 'all',
          match: [],
          target: { kind: 'accept' },
          log: false,
        },
      ],
    },
    'add a rule',
  )

describe('history', () => {
  test('undo is the identity, and redo its opposite', () => {
    const before = currentDesign()
    expect(acceptAll()).toBeUndefined()
    const after = currentDesign()
    undo()
    expect(currentDesign()).toEqual(before)
    redo()
    expect(currentDesign()).toEqual(after)
  })
  test('the edits of one gesture are one step', () => {
    for (const x of [10, 20, 30])
      commit({ kind: 'set-device', id: 'laptop', parts: { position: { x, y: 0 } } }, 'move', 'move laptop')
    expect(designStore.getState().past).toHaveLength(1)
    undo()
    expect(currentDesign().devices[0]?.position).toEqual(story.start().devices[0]?.position)
  })
  test('an edit that cannot be made says why and changes nothing', () => {
    const before = currentDesign()
    expect(commit({ kind: 'remove-device', id: 'nobody' }, 'delete')).toMatch(/nobody/)
    expect(currentDesign()).toBe(before)
  })
  test('a new edit forgets what was undone', () => {
    acceptAll()
    undo()
    commit(
      { kind: 'set-policy', device: 'router', chain: HOME_INBOUND, policy: 'accept' },
      'change the policy',
    )
    expect(designStore.getState().future).toEqual([])
    expect(inbound().base?.policy).toBe('accept')
  })
})

describe('every edit runs everything again', () => {
  test('R002: the check turns with the rule, and back with undo', () => {
    selectFlow('twitter')
    expect(currentTrace()?.outcome.works).toBe(false)
    acceptAll()
    expect(currentTrace()?.outcome.works).toBe(true)
    undo()
    expect(currentTrace()?.outcome.works).toBe(false)
  })
  test('an edit that changes no packet runs nothing again', () => {
    const before = runStore.getState()
    commit({ kind: 'set-design', parts: { name: 'Another name' } }, 'rename')
    expect(runStore.getState().network).toBe(before.network)
    expect(runStore.getState().traces.get('twitter')).toBe(before.traces.get('twitter'))
  })
  test('moving a device about runs nothing again', () => {
    const before = runStore.getState()
    commit({ kind: 'set-device', id: 'router', parts: { position: { x: 7, y: 7 } } }, 'move')
    expect(runStore.getState().traces.get('twitter')).toBe(before.traces.get('twitter'))
  })
  test('an edit of a device that a flow never meets does not run that flow again', () => {
    const [some] = currentDesign().devices
    const alone = { ...some!, id: 'alone', name: 'Alone', interfaces: [] }
    commit({ kind: 'add-device', device: alone, index: 0 }, 'add a device')
    const before = runStore.getState().traces
    commit({ kind: 'set-firewall', device: 'alone', firewall: noFilter() }, 'no filter')
    expect(runStore.getState().traces.get('twitter')).toBe(before.get('twitter'))
    acceptAll()
    expect(runStore.getState().traces.get('twitter')).not.toBe(before.get('twitter'))
  })
  test('of very many flows the one that is looked at runs at once, the others in the turns after', () => {
    vi.useFakeTimers()
    const { flows } = currentDesign()
    const twitter = flows.find(({ id }) => id === 'twitter')!
    const many = Array.from({ length: 100 }, (_, i) => ({ ...twitter, id: `more${i}` }))
    commit({ kind: 'set-flows', flows: [...many, ...flows] }, 'many flows')
    vi.runAllTimers()
    expect(runStore.getState().waiting).toEqual([])
    selectFlow('twitter')
    acceptAll()
    const works = (id: string) => runStore.getState().traces.get(id)?.outcome.works
    expect([works('twitter'), works('more99')]).toEqual([true, false])
    vi.runAllTimers()
    expect([works('twitter'), works('more99')]).toEqual([true, true])
    vi.useRealTimers()
  })
})
