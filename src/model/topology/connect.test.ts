import { describe, expect, test } from 'vitest'
import { applyEdit } from '../edits/apply'
import { formatAddress } from '../packet/address'
import { formatPrefix } from '../packet/prefix'
import type { Design } from '../project/design'
import { decodeDesign, emptyDesign, encodeDesign } from '../project/document'
import { type ChosenInterfaces, connectEdit } from './connect'
import { nodeKind } from './nodes/lookup'
import { problemsOf } from './problems'
import type { NodeKindId } from './topology'

/** Draws: each word is a kind (a device gets its id from it), each pair of ids a link. */
function drawing(kinds: readonly NodeKindId[], links: readonly (readonly [string, string])[]): Design {
  const drawn = kinds.reduce((design, kind) => added(design, kind), emptyDesign('d', 'D'))
  return links.reduce((design, [from, to]) => connected(design, from, to), drawn)
}

function added(design: Design, kind: NodeKindId): Design {
  const device = nodeKind(kind).create(design, { x: 0, y: 0 })
  const result = applyEdit(design, { kind: 'add-device', device, index: design.devices.length })
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return result.value.design
}

function connected(design: Design, from: string, to: string, interfaces?: ChosenInterfaces): Design {
  const edit = connectEdit(design, from, to, interfaces)
  if (!edit.ok) throw new Error(edit.diagnostics[0]?.message)
  const result = applyEdit(design, edit.value)
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return result.value.design
}

const deviceOf = (design: Design, id: string) => {
  const device = design.devices.find((each) => each.id === id)
  if (!device) throw new Error(`no device ${id}`)
  return device
}

/** "lan 192.168.1.1/24 2001:db8:1::1/64" per interface. */
const interfaces = (design: Design, id: string) =>
  deviceOf(design, id).interfaces.map(({ name, addresses }) =>
    [name, ...addresses.map(({ address, prefixLength }) => `${formatAddress(address)}/${prefixLength}`)].join(
      ' ',
    ),
  )

/** "0.0.0.0/0 via 192.168.1.1" per route. */
const routes = (design: Design, id: string) =>
  deviceOf(design, id).routes.map(
    ({ destination, via }) => `${formatPrefix(destination)} via ${formatAddress(via)}`,
  )

const sentences = (design: Design) =>
  [...problemsOf(design)].flatMap(([id, problems]) => problems.map(({ sentence }) => `${id}: ${sentence}`))

describe('a home network, drawn link by link', () => {
  const design = drawing(
    ['client', 'router', 'internet', 'server'],
    [
      ['client', 'router'],
      ['router', 'internet'],
      ['server', 'internet'],
    ],
  )
  test('client and router share a private prefix, the router has its first address', () => {
    expect(interfaces(design, 'client')).toEqual(['eth0 192.168.1.10/24 2001:db8:1::10/64'])
    expect(interfaces(design, 'router')[0]).toBe('lan 192.168.1.1/24 2001:db8:1::1/64')
  })
  test('router and server have public addresses, the internet one interface per link', () => {
    expect(interfaces(design, 'router')[1]).toBe('wan 203.0.113.7/24 2001:db8:2::7/64')
    expect(interfaces(design, 'server')).toEqual(['eth0 198.51.100.80/24 2001:db8:3::80/64'])
    expect(interfaces(design, 'internet')).toEqual([
      'net0 203.0.113.1/24 2001:db8:2::1/64',
      'net1 198.51.100.1/24 2001:db8:3::1/64',
    ])
  })
  test('everybody has a default route, the internet knows the way to the public prefix behind the router', () => {
    expect(routes(design, 'client')).toEqual(['0.0.0.0/0 via 192.168.1.1', '::/0 via 2001:db8:1::1'])
    expect(routes(design, 'router')).toEqual(['0.0.0.0/0 via 203.0.113.1', '::/0 via 2001:db8:2::1'])
    expect(routes(design, 'server')).toEqual(['0.0.0.0/0 via 198.51.100.1', '::/0 via 2001:db8:3::1'])
    expect(routes(design, 'internet')).toEqual(['2001:db8:1::/64 via 2001:db8:2::7'])
  })
  test('client and router ask the provider for names', () => {
    for (const id of ['client', 'router']) {
      const { nameServer } = deviceOf(design, id)
      expect(nameServer && formatAddress(nameServer)).toBe('203.0.113.1')
    }
  })
  test('nothing is wrong with it, and it can be saved', () => {
    expect(sentences(design)).toEqual([])
    expect(decodeDesign(encodeDesign(design))).toEqual({ ok: true, value: design, diagnostics: [] })
  })
})

describe('other shapes', () => {
  test('the order of the links does not matter', () => {
    const design = drawing(
      ['client', 'router', 'internet'],
      [
        ['internet', 'router'],
        ['router', 'client'],
      ],
    )
    expect(interfaces(design, 'client')).toEqual(['eth0 192.168.1.10/24 2001:db8:2::10/64'])
    expect(routes(design, 'internet')).toEqual(['2001:db8:2::/64 via 2001:db8:1::7'])
    expect(sentences(design)).toEqual([])
  })
  test('two clients at a switch are in one prefix; the switch has interfaces without addresses', () => {
    const design = drawing(
      ['client', 'client', 'switch', 'router'],
      [
        ['client', 'switch'],
        ['client-2', 'switch'],
        ['switch', 'router'],
      ],
    )
    expect(interfaces(design, 'switch')).toEqual(['port1', 'port2', 'port3'])
    expect(interfaces(design, 'client-2')).toEqual(['eth0 192.168.1.11/24 2001:db8:1::11/64'])
    expect(interfaces(design, 'router')[0]).toBe('lan 192.168.1.1/24 2001:db8:1::1/64')
    expect(routes(design, 'client-2')[0]).toBe('0.0.0.0/0 via 192.168.1.1')
    expect(sentences(design)).toEqual(['router: wan is not plugged in. Draw a link from it.'])
  })
  test('a second network gets a prefix of its own, a router a second inside interface', () => {
    const design = drawing(
      ['client', 'client', 'router'],
      [
        ['client', 'router'],
        ['client-2', 'router'],
      ],
    )
    expect(interfaces(design, 'router')).toEqual([
      'lan 192.168.1.1/24 2001:db8:1::1/64',
      'wan',
      'lan2 192.168.2.1/24 2001:db8:2::1/64',
    ])
  })
  test('a router behind a router: the outer one learns what the inner one does not hide', () => {
    const inner = drawing(
      ['router', 'router', 'internet', 'client'],
      [
        ['router', 'internet'],
        ['router-2', 'router'],
        ['client', 'router-2'],
      ],
    )
    expect(interfaces(inner, 'router-2')).toEqual([
      'lan 192.168.2.1/24 2001:db8:3::1/64',
      'wan 192.168.1.7/24 2001:db8:2::7/64',
    ])
    expect(routes(inner, 'router')).toEqual([
      '0.0.0.0/0 via 203.0.113.1',
      '::/0 via 2001:db8:1::1',
      '2001:db8:3::/64 via 2001:db8:2::7',
    ])
    expect(routes(inner, 'internet')).toEqual([
      '2001:db8:2::/64 via 2001:db8:1::7',
      '2001:db8:3::/64 via 2001:db8:1::7',
    ])
    expect(sentences(inner)).toEqual([])
  })
  test('an address that is there already decides the prefix', () => {
    const drawn = drawing(['client', 'router'], [])
    const own = { address: 0x0a000005 as never, prefixLength: 8 }
    const set = applyEdit(drawn, {
      kind: 'set-device',
      id: 'client',
      parts: { interfaces: [{ id: 'eth0', name: 'eth0', side: 'outside', addresses: [own] }] },
    })
    const design = set.ok ? connected(set.value.design, 'client', 'router') : drawn
    expect(interfaces(design, 'router')[0]).toBe('lan 10.0.0.1/8')
  })
  test('a chosen interface is taken, and one in use is refused', () => {
    const drawn = drawing(['client', 'client', 'router'], [])
    const design = connected(drawn, 'client', 'router', { to: 'wan' })
    expect(interfaces(design, 'router')).toEqual(['lan', 'wan 192.168.1.7/24 2001:db8:1::7/64'])
    const again = connectEdit(design, 'client-2', 'router', { to: 'wan' })
    expect(again.diagnostics[0]?.message).toBe(
      'Interface wan of Home router is plugged in already. Remove its link first, or add an interface.',
    )
  })
  test('a device is not connected to itself', () => {
    const drawn = drawing(['client'], [])
    expect(connectEdit(drawn, 'client', 'client').diagnostics[0]?.message).toBe(
      'A link joins two devices. Choose another one.',
    )
  })
  test('260 clients at one switch get an address of the prefix that has room', () => {
    const kinds: NodeKindId[] = ['switch', ...Array.from({ length: 260 }, () => 'client' as const)]
    const drawn = kinds.reduce(added, emptyDesign('d', 'D'))
    const design = drawn.devices.slice(1).reduce((each, { id }) => connected(each, id, 'switch'), drawn)
    const addresses = design.devices.flatMap((device) => device.interfaces.flatMap((each) => each.addresses))
    expect(new Set(addresses.map(({ address }) => address)).size).toBe(addresses.length)
    // 254 fit into a /24; the others have IPv6 alone.
    expect(addresses.filter(({ address }) => typeof address === 'number')).toHaveLength(254)
  }, 30_000)
})

describe('what is wrong with a drawing', () => {
  const base = drawing(
    ['client', 'client', 'switch', 'router', 'internet'],
    [
      ['client', 'switch'],
      ['client-2', 'switch'],
      ['switch', 'router'],
      ['router', 'internet'],
    ],
  )
  const withAddress = (text: readonly [first: number, length: number]) => {
    const [address, prefixLength] = text
    const edit = applyEdit(base, {
      kind: 'set-device',
      id: 'client-2',
      parts: {
        interfaces: [
          {
            id: 'eth0',
            name: 'eth0',
            side: 'outside',
            addresses: [{ address: address as never, prefixLength }],
          },
        ],
      },
    })
    return edit.ok ? sentences(edit.value.design) : []
  }
  test('an address that two have', () => {
    expect(withAddress([0xc0a8010a, 24])).toContain(
      'client-2: 192.168.1.10 is also the address of Laptop, eth0.',
    )
  })
  test('an address outside the prefix of its link', () => {
    const found = withAddress([0x0a000001, 24])
    expect(found).toContain('client-2: 10.0.0.1 is outside 192.168.1.0/24, the prefix of its link.')
    expect(found).toContain(
      'client-2: The default route goes via 192.168.1.1, which is on no network of Laptop 2. Name a neighbor.',
    )
  })
  test('a gateway that nobody is', () => {
    const [laptop] = base.devices
    const routes = (laptop?.routes ?? []).slice(0, 1).map((route) => ({ ...route, via: 0xc0a80163 as never }))
    const rest = (laptop?.routes ?? []).slice(1)
    const edit = applyEdit(base, {
      kind: 'set-device',
      id: 'client',
      parts: { routes: [...routes, ...rest] },
    })
    expect(edit.ok && sentences(edit.value.design)).toEqual([
      'client: The default route goes via 192.168.1.99, and nobody at eth0 has that address. Name a neighbor.',
    ])
  })
  test('no way further', () => {
    const edit = applyEdit(base, { kind: 'set-device', id: 'client', parts: { routes: [] } })
    expect(edit.ok && sentences(edit.value.design)).toEqual([
      'client: Laptop has no default route for IPv4, so it reaches only its own network. Add one via 192.168.1.1, Home router.',
      'client: Laptop has no default route for IPv6, so it reaches only its own network. Add one via 2001:db8:1::1, Home router.',
    ])
  })
})
