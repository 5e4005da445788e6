import fc from 'fast-check'
import { type Condition, FIELD_IDS, type FieldId, type FieldTest, type Term } from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import { FIREWALL_KINDS } from '@/model/firewalls'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { fromInteger, type IpAddress } from '@/model/packet/address'
import { prefixInterval, prefixOf } from '@/model/packet/prefix'
import type { Design, FlowRequest } from '@/model/project/design'
import type { Chain, NatTo, Row, Rule, Separator, Target } from '@/model/ruleset/ruleset'
import { HOST_PROFILES } from '@/model/topology/host-profiles'
import { type Device, type Link, NODE_KINDS, type PortMapping } from '@/model/topology/topology'

/** Designs that are as the checks want them, and otherwise as odd as they can be. */

const text = fc.string({ minLength: 1, maxLength: 8 })
const port = fc.integer({ min: 0, max: 65535 })
const flag = fc.boolean()
const key = (value: string) => value.toLowerCase()

export const address: fc.Arbitrary<IpAddress> = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((value) => fromInteger(4, BigInt(value))),
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => fromInteger(6, value)),
)

const interfaceAddress = address.chain((value) =>
  fc
    .integer({ min: 0, max: typeof value === 'bigint' ? 128 : 32 })
    .map((prefixLength) => ({ address: value, prefixLength })),
)

const prefix = interfaceAddress.map(prefixOf)

const addressRange = fc.oneof(
  interfaceAddress.map(prefixInterval),
  fc.tuple(address, address).map(([a, b]) => {
    if (typeof a !== typeof b) return { first: a, last: a }
    return a <= b ? { first: a, last: b } : { first: b, last: a }
  }),
)

function numberRange(first: number, last: number) {
  return fc
    .tuple(fc.integer({ min: first, max: last }), fc.integer({ min: first, max: last }))
    .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }))
}
const portRange = numberRange(0, 65535)

function optional<T, Name extends string>(name: Name, value: fc.Arbitrary<T>) {
  return fc
    .option(value, { nil: undefined })
    .map((each) => (each === undefined ? {} : { [name]: each }) as { [Key in Name]?: T })
}

function merged<A, B>(a: fc.Arbitrary<A>, b: fc.Arbitrary<B>): fc.Arbitrary<A & B> {
  return fc.tuple(a, b).map(([left, right]) => ({ ...left, ...right }))
}

const word = fc.oneof(fc.nat(255), fc.constantFrom(0, 0xffffffff), fc.integer({ min: 0, max: 0xffffffff }))

function termOf(field: FieldId): fc.Arbitrary<Term> {
  const { domain } = fieldOf(field)
  const set = text.map((name): Term => ({ kind: 'set', name }))
  if (domain.kind === 'names') {
    return fc.stringMatching(/^[a-z0-9]{1,8}\+?$/).map((pattern): Term => ({ kind: 'name', pattern }))
  }
  if (domain.kind === 'addresses') {
    return fc.oneof(
      addressRange.map((range): Term => ({ kind: 'range', ...range })),
      fc.constantFrom<Term>(
        { kind: 'token', token: { kind: 'lan' } },
        { kind: 'token', token: { kind: 'outside-address' } },
      ),
      text.map((device): Term => ({ kind: 'token', token: { kind: 'addresses-of', device } })),
      set,
    )
  }
  if (domain.kind === 'bits') {
    return fc.record({ kind: fc.constant('masked' as const), bits: word, mask: word })
  }
  const range = numberRange(domain.first, domain.last).map((each): Term => ({ kind: 'range', ...each }))
  if (field !== 'sport' && field !== 'dport') return range
  const token = text.map((device): Term => ({ kind: 'token', token: { kind: 'ephemeral-of', device } }))
  return fc.oneof(range, token, set)
}

const testOn = (field: FieldId): fc.Arbitrary<FieldTest> =>
  fc.record({
    kind: fc.constant('test' as const),
    field: fc.constant(field),
    negated: flag,
    terms: fc.array(termOf(field), { minLength: 1, maxLength: 3 }),
  })

export const condition: fc.Arbitrary<Condition> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(...FIELD_IDS).chain(testOn),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('opaque' as const), dialect: text, text }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('either' as const),
      tests: fc.array(fc.constantFrom(...FIELD_IDS).chain(testOn), { minLength: 2, maxLength: 3 }),
    }),
  },
)

const natTo: fc.Arbitrary<NatTo> = merged(
  optional(
    'addresses',
    addressRange.map(({ first, last }) => ({ first: first as IpAddress, last: last as IpAddress })),
  ),
  merged(optional('ports', portRange), optional('random', flag)),
)

const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constantFrom<Target>(
    { kind: 'accept' },
    { kind: 'drop' },
    { kind: 'return' },
    { kind: 'notrack' },
    { kind: 'helper', name: 'ftp' },
    { kind: 'continue' },
    { kind: 'reject', with: 'tcp-reset' },
  ),
  natTo.map((to): Target => ({ kind: 'dnat', to })),
  natTo.map((to): Target => ({ kind: 'masquerade', to })),
  fc.record({ kind: fc.constantFrom('mark' as const, 'connmark' as const), flip: word, mask: word }),
  fc.record({ kind: fc.constant('tos' as const), flip: fc.nat(255), mask: fc.nat(255) }),
  fc.record({
    kind: fc.constant('hop-limit' as const),
    change: fc.constantFrom('set' as const, 'increase' as const, 'decrease' as const),
    by: fc.nat(255),
  }),
  fc.constantFrom<Target>({ kind: 'mss' }, { kind: 'mss', size: 1400 }),
  fc.record({ kind: fc.constant('nflog' as const), prefix: text, group: fc.nat(65535) }),
  addressRange.map(
    ({ first, last }): Target => ({
      kind: 'netmap',
      onto: { first: first as IpAddress, last: last as IpAddress },
    }),
  ),
  fc.record({ kind: fc.constantFrom('save-mark' as const, 'restore-mark' as const), from: word, to: word }),
  text.map((prefixText): Target => ({ kind: 'log', prefix: prefixText })),
  fc.record({ kind: fc.constant('opaque' as const), dialect: text, text }),
)

export const rule: fc.Arbitrary<Rule> = merged(
  fc.record({
    kind: fc.constant('rule' as const),
    id: text,
    enabled: flag,
    name: fc.string({ maxLength: 8 }),
    match: fc.array(condition, { maxLength: 3 }),
    target,
    log: flag,
  }),
  optional('sourceLine', fc.integer({ min: 1, max: 10_000 })),
)

const separator: fc.Arbitrary<Separator> = fc.record({
  kind: fc.constant('separator' as const),
  id: text,
  title: fc.string({ maxLength: 8 }),
})

export const row: fc.Arbitrary<Row> = fc.oneof(
  { weight: 4, arbitrary: rule },
  { weight: 1, arbitrary: separator },
)

export const rows = fc.uniqueArray(row, { maxLength: 6, selector: ({ id }) => key(id) })

/** The tables of a kind with rows in them. */
export const firewall: fc.Arbitrary<Firewall> = fc.constantFrom(...FIREWALL_KINDS).chain((kind) => {
  const empty = kind.create()
  const chains = empty.ruleset.tables.flatMap((table) => table.chains)
  return fc
    .tuple(
      fc.array(rows, { minLength: chains.length, maxLength: chains.length }),
      fc.constantFrom('separate' as const, 'dual' as const),
      fc.uniqueArray(
        fc.record({ id: text, enabled: flag, addresses: fc.array(addressRange, { maxLength: 2 }) }),
        {
          maxLength: 2,
          selector: ({ id }) => key(id),
        },
      ),
    )
    .map(([filled, form, builtins]): Firewall => {
      const fill = (chain: Chain): Chain => ({ ...chain, rows: filled[chains.indexOf(chain)] ?? [] })
      const tables = empty.ruleset.tables.map((table) => ({ ...table, chains: table.chains.map(fill) }))
      return { ...empty, form, builtins, ruleset: { tables } }
    })
})

const mapping: fc.Arbitrary<PortMapping> = fc.record({
  id: text,
  enabled: flag,
  name: fc.string({ maxLength: 8 }),
  protocol: fc.constantFrom('tcp' as const, 'udp' as const),
  outside: portRange,
  insideAddress: address,
  insidePort: port,
})

function unique<T extends { readonly id: string }>(each: fc.Arbitrary<T>, maxLength: number) {
  return fc.uniqueArray(each, { maxLength, selector: ({ id }) => key(id) })
}

const interfaces = fc.uniqueArray(
  fc.record({
    id: text,
    name: text,
    addresses: fc.array(interfaceAddress, { maxLength: 2 }),
    side: fc.constantFrom('inside' as const, 'outside' as const),
  }),
  { maxLength: 3, comparator: (a, b) => key(a.id) === key(b.id) || key(a.name) === key(b.name) },
)

const named = text.filter((name) => name.trim() !== '')

export const device: fc.Arbitrary<Device> = merged(
  fc.record({
    id: text,
    kind: fc.constantFrom(...NODE_KINDS),
    name: named,
    position: fc.record({ x: fc.integer(), y: fc.integer() }),
    interfaces: interfaces.map((list) => list.filter(({ name }) => name.trim() !== '')),
    routes: unique(fc.record({ id: text, destination: prefix, via: address }), 2),
    host: merged(
      fc.record({ profile: fc.constantFrom(...HOST_PROFILES.map((profile) => profile.id)) }),
      merged(optional('ephemeralPorts', portRange), optional('firstPort', port)),
    ),
    services: unique(
      fc.record({
        id: text,
        name: fc.string({ maxLength: 8 }),
        protocol: fc.constantFrom('tcp' as const, 'udp' as const),
        port,
        tls: flag,
      }),
      2,
    ),
    firewall,
    nat: fc.record({
      mode: fc.constantFrom('off' as const, 'napt' as const, 'tables' as const, 'masquerading' as const),
      mappings: unique(mapping, 2),
    }),
  }),
  optional('nameServer', address),
)

const flowOf = (devices: readonly Device[]): fc.Arbitrary<FlowRequest> =>
  merged(
    fc.record({
      id: text,
      name: fc.string({ maxLength: 8 }),
      from: fc.constantFrom(...devices.map((each) => each.id)),
      application: text,
      to: fc.string({ maxLength: 12 }),
      connections: fc.integer({ min: 1, max: 20 }),
      resolveFirst: flag,
    }),
    merged(
      merged(optional('port', port), optional('sourcePort', port)),
      optional('expect', fc.constantFrom('works' as const, 'blocked' as const)),
    ),
  )

/** Each pair is plugged together when both have an interface that is free. */
function linked(devices: readonly Device[], pairs: readonly (readonly [number, number])[]): Link[] {
  const free = new Map(devices.map((each) => [each.id, each.interfaces.map((one) => one.id)]))
  return pairs.flatMap(([a, b], index): Link[] => {
    const left = devices[a % Math.max(1, devices.length)]
    const right = devices[b % Math.max(1, devices.length)]
    const [here, there] = [left && free.get(left.id), right && free.get(right.id)]
    if (!left || !right || left === right || !here?.length || !there?.length) return []
    const ends = [
      { device: left.id, interface: here.shift() ?? '' },
      { device: right.id, interface: there.shift() ?? '' },
    ] as const
    return [{ id: `link ${index}`, ends }]
  })
}

export const namedSets = fc.uniqueArray(
  fc.oneof(
    fc.record({
      name: text,
      holds: fc.constant('addresses' as const),
      terms: fc.array(
        addressRange.map((range) => ({ kind: 'range' as const, ...range })),
        { maxLength: 3 },
      ),
    }),
    fc.record({
      name: text,
      holds: fc.constant('ports' as const),
      terms: fc.array(
        portRange.map((range) => ({ kind: 'range' as const, ...range })),
        { maxLength: 3 },
      ),
    }),
  ),
  { maxLength: 2, selector: ({ name }) => key(name) },
)

export const design: fc.Arbitrary<Design> = fc
  .uniqueArray(device, {
    maxLength: 4,
    comparator: (a, b) => key(a.id) === key(b.id) || key(a.name) === key(b.name),
  })
  .chain((devices) => {
    const ids = devices.map((each) => each.id)
    const none = fc.constant([])
    return merged(
      fc.record({
        id: text,
        name: fc.string({ maxLength: 12 }),
        devices: fc.constant(devices),
        links: fc
          .array(fc.tuple(fc.nat(10), fc.nat(10)), { maxLength: 5 })
          .map((pairs) => linked(devices, pairs)),
        names:
          ids.length === 0
            ? none
            : fc.uniqueArray(fc.record({ name: text, device: fc.constantFrom(...ids) }), {
                maxLength: 3,
                selector: ({ name }) => key(name),
              }),
        sets: namedSets,
        flows: ids.length === 0 ? none : unique(flowOf(devices), 3),
        seed: fc.integer(),
      }),
      optional('lesson', text),
    )
  })
