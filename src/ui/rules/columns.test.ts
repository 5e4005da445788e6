import { describe, expect, test } from 'vitest'
import type { Names } from '@/model/fields/field'
import type { Rule } from '@/model/ruleset/ruleset'
import { type ColumnId, columnsOf, joinEndpoint, splitEndpoint } from './columns'

const NAMES: Names = {
  deviceId: (name) => (name.toLowerCase() === 'laptop' ? 'laptop' : undefined),
  deviceName: (id) => (id === 'laptop' ? 'Laptop' : undefined),
  setHolds: () => undefined,
}
const EMPTY: Rule = {
  kind: 'rule',
  id: 'r1',
  enabled: true,
  name: '',
  match: [],
  target: { kind: 'accept' },
  log: false,
}
const columns = columnsOf({ interfaceField: 'iif' })
const column = (id: ColumnId, from = columns) => {
  const found = from.find((each) => each.id === id)
  if (!found) throw new Error(id)
  return found
}

describe('an endpoint is an address and a port in one cell', () => {
  test.each([
    ['any:443', 'any', '443'],
    ['LAN:any', 'LAN', 'any'],
    ['LAN', 'LAN', 'any'],
    ['192.168.1.0/24:1024-65535', '192.168.1.0/24', '1024-65535'],
    ['[2001:db8::1]:443', '2001:db8::1', '443'],
    ['2001:db8::1', '2001:db8::1', 'any'],
    ['2001:db8::/32', '2001:db8::/32', 'any'],
    ['any:ephemeral of Laptop', 'any', 'ephemeral of Laptop'],
    ['not 10.0.0.0/8:22', 'not 10.0.0.0/8', '22'],
    [':443', '', '443'],
  ])('%s is %s and %s', (text, address, port) => {
    expect(splitEndpoint(text)).toEqual([address, port])
  })
  test.each([
    ['any', 'any', 'any'],
    ['any', '443', 'any:443'],
    ['LAN', 'any', 'LAN'],
    ['2001:db8::1', '443', '[2001:db8::1]:443'],
  ])('%s and %s are written %s', (address, port, text) => {
    expect(joinEndpoint(address, port)).toBe(text)
  })
})

describe('what a cell is given, it says again', () => {
  test.each<[ColumnId, string, string]>([
    ['protocol', 'tcp', 'tcp'],
    ['src', 'any:443', 'any:443'],
    ['dst', 'LAN:1024-65535', 'LAN:1024-65535'],
    ['dst', 'Laptop:ephemeral of Laptop', 'Laptop:ephemeral of Laptop'],
    ['src', '[2001:db8::1]:443', '[2001:db8::1]:443'],
    ['flags', 'not SYN', 'not SYN'],
    ['flags', 'established, related', 'established, related'],
    ['flags', 'echo-reply', 'echo-reply'],
    ['interface', 'wan', 'wan'],
    ['name', ' HTTPS ', 'HTTPS'],
  ])('%s: %s', (id, text, canonical) => {
    const written = column(id).write(EMPTY, text, NAMES)
    expect(written.ok && column(id).read(written.value, NAMES)).toBe(canonical)
  })
  test('flags, types and states take each other’s place', () => {
    const first = column('flags').write(EMPTY, 'SYN', NAMES)
    const second = first.ok ? column('flags').write(first.value, 'established', NAMES) : first
    expect(second.ok && column('flags').read(second.value, NAMES)).toBe('established')
  })
})

describe('a wrong cell says where', () => {
  test.each<[ColumnId, string, string, number]>([
    ['src', '198.51.100.0/33', '/33 is too long', 13],
    ['dst', 'any:70000', '70000 is not a port', 5],
    ['flags', 'SYM', 'neither flags nor a state', 1],
  ])('%s: %s', (id, text, message, at) => {
    const written = column(id).write(EMPTY, text, NAMES)
    expect(written.ok).toBe(false)
    expect(written.diagnostics[0]?.message).toContain(message)
    expect(written.diagnostics[0]?.column).toBe(at)
  })
})

describe('two interfaces stand in one cell', () => {
  test.each([
    ['lan0', 'lan0'],
    ['lan0 > wan0', 'lan0 > wan0'],
    ['any>wan0', 'any > wan0'],
    ['not lan+ > wan0', 'not lan+ > wan0'],
    ['any', 'any'],
  ])('%s is shown as %s', (text, shown) => {
    const written = column('interface').write(EMPTY, text, NAMES)
    expect(written.ok && column('interface').read(written.value, NAMES)).toBe(shown)
  })
  test('a single one is the side of the table', () => {
    const outwards = columnsOf({ interfaceField: 'oif' })
    const written = column('interface', outwards).write(EMPTY, 'wan0', NAMES)
    expect(written.ok && written.value.match.map((each) => each.kind === 'test' && each.field)).toEqual([
      'oif',
    ])
  })
})

describe('nothing that a rule looks at is left out of the table', () => {
  const limit = { kind: 'opaque', dialect: 'iptables', text: '-m limit --limit 3/min' } as const
  const odd: Rule = {
    ...EMPTY,
    match: [
      { kind: 'test', field: 'family', negated: false, terms: [{ kind: 'range', first: 6, last: 6 }] },
      limit,
    ],
  }
  const flags = column('flags')
  test('what has no column stands beside the flags', () => {
    expect(flags.read(odd, NAMES)).toMatch(/^family .*; -m limit --limit 3\/min$/)
  })
  test('a state is added beside it, and it is kept', () => {
    const written = flags.write(odd, `established; ${flags.read(odd, NAMES)}`, NAMES)
    expect(written.ok && flags.read(written.value, NAMES)).toBe(`established; ${flags.read(odd, NAMES)}`)
  })
  test.each([
    ['mark 1/0xff', 'mark 0x1/0xff'],
    ['connmark not 5', 'connmark not 0x5'],
    ['ttl 64', 'ttl 64'],
    ['new; length 40-100', 'new; length 40-100'],
  ])('with the name of the field in front anything is asked: %s', (text, shown) => {
    const written = flags.write(EMPTY, text, NAMES)
    expect(written.ok && flags.read(written.value, NAMES)).toBe(shown)
  })
  test('and what is wrong with it is said where it stands', () => {
    const written = flags.write(EMPTY, 'new; mark one', NAMES)
    expect(written.diagnostics[0]).toMatchObject({
      column: 11,
      message: expect.stringMatching(/^one is not a mark/),
    })
  })
  test('it goes where its words are taken away', () => {
    const written = flags.write(odd, 'established', NAMES)
    expect(written.ok && flags.read(written.value, NAMES)).toBe('established')
  })
})

describe('a wide table has ports in columns of their own', () => {
  const wide = columnsOf({ interfaceField: 'iif', wide: true })
  test('they read what the narrow one writes', () => {
    const written = column('src').write(EMPTY, 'LAN:1024-65535', NAMES)
    if (!written.ok) throw new Error('not written')
    expect(
      [column('src', wide), column('sport', wide)].map((each) => each.read(written.value, NAMES)),
    ).toEqual(['LAN', '1024-65535'])
  })
  test('changing the port leaves the address', () => {
    const start = column('dst').write(EMPTY, 'Laptop:443', NAMES)
    const written = start.ok ? column('dport', wide).write(start.value, 'any', NAMES) : start
    expect(written.ok && column('dst').read(written.value, NAMES)).toBe('Laptop')
  })
})
