import { describe, expect, test } from 'vitest'
import { applyEdit } from '../edits/apply'
import { formatAddressRange } from '../fields/address-field'
import { formatCondition, parseCell } from '../fields/cell'
import type { Token } from '../fields/field'
import type { IpAddress } from '../packet/address'
import type { Design } from '../project/design'
import { emptyDesign } from '../project/document'
import { connectEdit } from './connect'
import { namesOf, resolverFor } from './names'
import { nodeKind } from './nodes/lookup'
import type { NodeKindId } from './topology'

const apply = (design: Design, edit: Parameters<typeof applyEdit>[1]) => {
  const result = applyEdit(design, edit)
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return result.value.design
}

const KINDS: readonly NodeKindId[] = ['client', 'router', 'internet']
const devices = KINDS.reduce(
  (design, kind) =>
    apply(design, {
      kind: 'add-device',
      device: nodeKind(kind).create(design, { x: 0, y: 0 }),
      index: design.devices.length,
    }),
  emptyDesign('d', 'D'),
)
const design = (
  [
    ['client', 'router'],
    ['router', 'internet'],
  ] as const
).reduce((each, [from, to]) => {
  const edit = connectEdit(each, from, to)
  if (!edit.ok) throw new Error(edit.diagnostics[0]?.message)
  return apply(each, edit.value)
}, devices)

const resolved = (token: Token, at = 'router', of = design) =>
  resolverFor(of, at)
    .token(token)
    .map(({ first, last }) =>
      token.kind === 'ephemeral-of'
        ? `${first}-${last}`
        : formatAddressRange(first as IpAddress, last as IpAddress),
    )

describe('words in rules follow the drawing', () => {
  test('LAN is what lies on the inside of the router', () => {
    expect(resolved({ kind: 'lan' })).toEqual(['192.168.1.0/24', '2001:db8:1::/64'])
  })
  test('on a client LAN is the network it is in', () => {
    expect(resolved({ kind: 'lan' }, 'client')).toEqual(['192.168.1.0/24', '2001:db8:1::/64'])
  })
  test('R025: the outside address is what the router has now', () => {
    expect(resolved({ kind: 'outside-address' })).toEqual(['203.0.113.7', '2001:db8:2::7'])
    const [, router] = design.devices
    const moved = apply(design, {
      kind: 'set-device',
      id: 'router',
      parts: {
        interfaces: (router?.interfaces ?? []).map((each) =>
          each.name === 'wan'
            ? { ...each, addresses: [{ address: 0xcb007109 as IpAddress, prefixLength: 24 }] }
            : each,
        ),
      },
    })
    expect(resolved({ kind: 'outside-address' }, 'router', moved)).toEqual(['203.0.113.9'])
  })
  test('a device’s name is its addresses', () => {
    expect(resolved({ kind: 'addresses-of', device: 'client' })).toEqual(['192.168.1.10', '2001:db8:1::10'])
  })
  test('the ephemeral range is that of the device’s system', () => {
    expect(resolved({ kind: 'ephemeral-of', device: 'client' })).toEqual(['49152-65535'])
  })
  test('what is not on the drawing stands for nothing', () => {
    expect(resolved({ kind: 'addresses-of', device: 'gone' })).toEqual([])
    expect(resolved({ kind: 'ephemeral-of', device: 'gone' })).toEqual([])
    expect(resolved({ kind: 'lan' }, 'gone')).toEqual([])
  })
})

test('names are found whatever their case, devices before host names', () => {
  const names = namesOf({
    ...design,
    names: [
      { name: 'example.com', device: 'client' },
      { name: 'laptop', device: 'router' },
    ],
  })
  expect(names.deviceId('LAPTOP')).toBe('client')
  expect(names.deviceId('Example.com')).toBe('client')
  expect(names.deviceName('router')).toBe('Home router')
  expect(names.deviceId('nobody')).toBeUndefined()
})

test.each([
  ['dst', 'LAN'],
  ['dst', 'outside address'],
  ['src', 'Laptop'],
  ['dport', 'ephemeral of Laptop'],
] as const)('a %s cell with "%s" is read and written the same', (field, text) => {
  const names = namesOf(design)
  const cell = parseCell(field, text, names)
  expect(cell.ok && formatCondition(cell.value, names)).toBe(text)
})

test('named sets are looked up by name', () => {
  const withSet: Design = {
    ...design,
    sets: [
      {
        name: 'web',
        holds: 'ports',
        terms: [80, 443, 81].map((port) => ({ kind: 'range', first: port, last: port })),
      },
    ],
  }
  expect(namesOf(withSet).setHolds('web')).toBeDefined()
  expect(resolverFor(withSet, 'router').set('web')).toEqual([
    { first: 80, last: 81 },
    { first: 443, last: 443 },
  ])
  expect(resolverFor(withSet, 'router').set('other')).toBeUndefined()
})
