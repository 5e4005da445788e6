import { beforeEach, describe, expect, test } from 'vitest'
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
})
