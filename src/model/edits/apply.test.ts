import { describe, expect, test } from 'vitest'
import { HOME_INBOUND } from '../firewalls/home-chains'
import { netfilterTable } from '../firewalls/netfilter'
import type { Design, FlowRequest } from '../project/design'
import { emptyDesign } from '../project/document'
import type { Rule } from '../ruleset/ruleset'
import { nodeKind } from '../topology/nodes/lookup'
import { applyEdit } from './apply'
import type { Edit } from './edit'

function apply(design: Design, edit: Edit): Design {
  const result = applyEdit(design, edit)
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return result.value.design
}

const rule = (id: string): Rule => ({
  kind: 'rule',
  id,
  enabled: true,
  name: '',
  match: [],
  target: { kind: 'drop' },
  log: false,
})
const flow: FlowRequest = {
  id: 'f',
  name: '',
  from: 'client',
  application: 'https',
  to: 'https://example.com',
  connections: 1,
  resolveFirst: false,
}

const devices = (['client', 'router'] as const).reduce(
  (design, kind) =>
    apply(design, {
      kind: 'add-device',
      device: nodeKind(kind).create(design, { x: 0, y: 0 }),
      index: design.devices.length,
    }),
  emptyDesign('d', 'D'),
)
const rows = { device: 'router', chain: HOME_INBOUND } as const
const design = apply(devices, {
  kind: 'batch',
  edits: [
    {
      kind: 'add-link',
      index: 0,
      link: {
        id: 'l',
        ends: [
          { device: 'client', interface: 'eth0' },
          { device: 'router', interface: 'lan' },
        ],
      },
    },
    { kind: 'set-names', names: [{ name: 'laptop.example', device: 'client' }] },
    { kind: 'set-flows', flows: [flow] },
    { kind: 'insert-rows', ...rows, index: 0, rows: [rule('a'), rule('b'), rule('c')] },
  ],
})

const ids = (of: Design) => of.devices[1]?.firewall.ruleset.tables[0]?.chains[0]?.rows.map(({ id }) => id)

describe('an edit of a design that lacks what it names is refused with a sentence', () => {
  const nowhere = { family: 'ip', table: 'filter', chain: 'FORWARD' } as const
  test.each<[string, Edit]>([
    ['There is no device with the id nobody.', { kind: 'remove-device', id: 'nobody' }],
    ['There is no device with the id nobody.', { kind: 'set-device', id: 'nobody', parts: {} }],
    ['There is no link with the id x.', { kind: 'remove-link', id: 'x' }],
    [
      'There is already a device named Home router. Choose another name.',
      { kind: 'set-device', id: 'client', parts: { name: 'home ROUTER' } },
    ],
    ['A device needs a name.', { kind: 'set-device', id: 'client', parts: { name: ' ' } }],
    [
      'Interface eth0 of Laptop is plugged in. Remove its link first.',
      { kind: 'set-device', id: 'client', parts: { interfaces: [] } },
    ],
    [
      'Interface eth0 of Laptop is plugged in already. Remove its link first, or add an interface.',
      {
        kind: 'add-link',
        index: 1,
        link: {
          id: 'l2',
          ends: [
            { device: 'client', interface: 'eth0' },
            { device: 'router', interface: 'wan' },
          ],
        },
      },
    ],
    [
      'Home router has no chain FORWARD in its table filter.',
      { kind: 'set-policy', device: 'router', chain: nowhere, policy: 'drop' },
    ],
    ['Chain inbound has 3 rows, no row 4.', { kind: 'replace-row', ...rows, index: 3, row: rule('d') }],
    [
      'Chain inbound has 3 rows, no 2 rows from row 3 on.',
      { kind: 'remove-rows', ...rows, index: 2, count: 2 },
    ],
    [
      'Chain inbound already has a row with the id a.',
      { kind: 'insert-rows', ...rows, index: 0, rows: [rule('a')] },
    ],
    [
      'Chain inbound already has a row with the id a.',
      { kind: 'replace-row', ...rows, index: 1, row: rule('a') },
    ],
    ['Chain inbound has 3 rows, no row 10.', { kind: 'move-row', ...rows, from: 0, to: 9 }],
    [
      'The flow to https://example.com starts at a device that is not there: gone.',
      { kind: 'set-flows', flows: [{ ...flow, from: 'gone' }] },
    ],
    [
      'The name a.example stands for two devices. Choose one.',
      {
        kind: 'set-names',
        names: [
          { name: 'a.example', device: 'client' },
          { name: 'A.example', device: 'router' },
        ],
      },
    ],
  ])('%s', (sentence, edit) => {
    expect(applyEdit(design, edit).diagnostics.map(({ message }) => message)).toEqual([sentence])
  })
  test('a user chain has no policy', () => {
    const table = { ...netfilterTable('filter'), chains: [{ name: 'web', rows: [] }] }
    const [, router] = design.devices
    const netfilter = apply(design, {
      kind: 'set-firewall',
      device: 'router',
      firewall: { kind: 'netfilter', form: 'separate', ruleset: { tables: [table] }, builtins: [] },
    })
    const chain = { family: 'ip', table: 'filter', chain: 'web' } as const
    expect(
      router && applyEdit(netfilter, { kind: 'set-policy', device: 'router', chain, policy: 'drop' }).ok,
    ).toBe(false)
  })
})

test('what refers to a device goes with it and comes back with it', () => {
  const result = applyEdit(design, { kind: 'remove-device', id: 'client' })
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  const { links, names, flows } = result.value.design
  expect({ links, names, flows }).toEqual({ links: [], names: [], flows: [] })
  expect(apply(result.value.design, result.value.inverse)).toEqual(design)
})

test('all edits of a batch are done, or none', () => {
  const result = applyEdit(design, {
    kind: 'batch',
    edits: [
      { kind: 'remove-link', id: 'l' },
      { kind: 'remove-link', id: 'l' },
    ],
  })
  expect(result.ok).toBe(false)
})

test.each([
  [0, 2, ['b', 'c', 'a']],
  [2, 0, ['c', 'a', 'b']],
  [1, 1, ['a', 'b', 'c']],
])('a row moves from %i to %i', (from, to, order) => {
  expect(ids(apply(design, { kind: 'move-row', ...rows, from, to }))).toEqual(order)
})

test('what an edit does not touch keeps its identity', () => {
  const after = apply(design, { kind: 'move-row', ...rows, from: 0, to: 2 })
  expect(after.devices[0]).toBe(design.devices[0])
  expect(after.links).toBe(design.links)
  const chains = (of: Design) => of.devices[1]?.firewall.ruleset.tables[0]?.chains
  expect(chains(after)?.[1]).toBe(chains(design)?.[1])
})

test('a name server that was not there is taken away again', () => {
  const result = applyEdit(design, { kind: 'set-device', id: 'client', parts: { nameServer: 1 as never } })
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  expect(result.value.inverse).toEqual({
    kind: 'set-device',
    id: 'client',
    parts: {},
    cleared: ['nameServer'],
  })
  expect('nameServer' in (apply(result.value.design, result.value.inverse).devices[0] ?? {})).toBe(false)
})
