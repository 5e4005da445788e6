import fc from 'fast-check'
import type { PrintContext } from '@/dialects/dialect'
import { ALL_BITS } from '@/model/fields/bits'
import { sortConditions } from '@/model/fields/cell'
import {
  type Condition,
  FIELD_IDS,
  type FieldId,
  type FieldTest,
  type Interval,
  type Names,
  type Term,
  type Token,
} from '@/model/fields/field'
import { flagTerms } from '@/model/fields/tcp-flags'
import { blackListDefense } from '@/model/firewalls/built-in'
import type { Firewall, FirewallKindId } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { netfilterTable } from '@/model/firewalls/netfilter'
import { FAMILY, type Family, fromInteger } from '@/model/packet/address'
import { icmpTypeRange } from '@/model/packet/icmp'
import { prefixInterval } from '@/model/packet/prefix'
import {
  type Chain,
  type Policy,
  REJECT_KINDS,
  type Row,
  type Rule,
  type Target,
} from '@/model/ruleset/ruleset'

/** Firewalls whose rules a table can hold and a language can say, unlike those of design.ts, which are as odd as can be. */

const LAPTOP = 'laptop'
const LAN: Interval = prefixInterval({ address: fromInteger(4, 0xc0a80100n), prefixLength: 24 })
const EPHEMERAL: Interval = { first: 49152, last: 65535 }

const names: Names = {
  deviceId: (name) => (name.trim().toLowerCase() === 'laptop 1' ? LAPTOP : undefined),
  deviceName: (id) => (id === LAPTOP ? 'Laptop 1' : undefined),
  setHolds: (name) => (name === 'servers' ? 'addresses' : undefined),
}

function resolve(token: Token): readonly Interval[] {
  if (token.kind === 'lan') return [LAN]
  if (token.kind === 'ephemeral-of') return [EPHEMERAL]
  return [{ first: 0xcb007101, last: 0xcb007101 }]
}

/** A router with one interface on each side, where every token stands for something. */
export const context: PrintContext = {
  names,
  interfaces: [
    { name: 'lan', side: 'inside' },
    { name: 'wan', side: 'outside' },
  ],
  resolve,
  resolveSet: (name) => (name === 'servers' ? [{ first: 0x08080808, last: 0x08080809 }] : undefined),
  designName: 'Home network',
  deviceName: 'Home router',
  place: 'router',
  nat: 'off',
  mappings: [],
}

const range = (interval: Interval): Term => ({ kind: 'range', ...interval })

const anAddress = (family: Family) =>
  fc
    .bigInt({ min: 0n, max: (1n << BigInt(FAMILY[family].bits)) - 1n })
    .map((value) => fromInteger(family, value))

const prefixTerm = (family: Family): fc.Arbitrary<Term> =>
  fc
    .tuple(anAddress(family), fc.integer({ min: 1, max: FAMILY[family].bits }))
    .map(([address, prefixLength]) => range(prefixInterval({ address, prefixLength })))

const addressTerm = (family: Family): fc.Arbitrary<Term> => {
  const address = anAddress(family)
  const span = fc
    .tuple(address, address)
    .map(([a, b]) => range(a <= b ? { first: a, last: b } : { first: b, last: a }))
  return fc.oneof(prefixTerm(family), span)
}

const portTerm = fc
  .tuple(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 0, max: 200 }))
  .map(([first, more]) => range({ first, last: Math.min(65535, first + more) }))

function list(terms: fc.Arbitrary<Term>, maxLength: number): fc.Arbitrary<readonly Term[]> {
  return fc.uniqueArray(terms, {
    minLength: 1,
    maxLength,
    selector: (term) => JSON.stringify(term, (_, v) => (typeof v === 'bigint' ? String(v) : v)),
  })
}

const tokenTerms = (field: FieldId): readonly Term[][] =>
  field === 'sport' || field === 'dport'
    ? [[{ kind: 'token', token: { kind: 'ephemeral-of', device: LAPTOP } }]]
    : [[{ kind: 'token', token: { kind: 'lan' } }], [{ kind: 'set', name: 'servers' }]]

interface Saying {
  readonly family: Family
  readonly tokens: boolean
  readonly netfilter: boolean
}

function testOn(field: FieldId, saying: Saying): fc.Arbitrary<FieldTest> {
  const make = (terms: fc.Arbitrary<readonly Term[]>, negated: fc.Arbitrary<boolean> = fc.boolean()) =>
    fc.record({ kind: fc.constant('test' as const), field: fc.constant(field), negated, terms })
  const withTokens = (terms: fc.Arbitrary<readonly Term[]>) =>
    saying.tokens ? fc.oneof({ weight: 3, arbitrary: terms }, fc.constantFrom(...tokenTerms(field))) : terms
  switch (field) {
    case 'src':
    case 'dst':
      return make(withTokens(list(addressTerm(saying.family), 3)))
    case 'sport':
    case 'dport':
      return make(withTokens(list(portTerm, 20)))
    case 'protocol':
      return fc.oneof(
        make(
          list(
            fc.constantFrom(6, 17, 132, 136, 1, 47, 99).map((n) => range({ first: n, last: n })),
            3,
          ),
          fc.constant(false),
        ),
        make(
          fc.constantFrom(6, 17, 47).map((n) => [range({ first: n, last: n })]),
          fc.constant(true),
        ),
      )
    case 'tcpFlags':
      return make(
        fc
          .tuple(fc.integer({ min: 1, max: 63 }), fc.nat(63))
          .map(([mask, value]) => flagTerms({ mask, value: value & mask })),
      )
    case 'icmpType':
    case 'icmpv6Type':
      return make(
        list(
          fc.oneof(
            fc.nat(254).map((type) => range(icmpTypeRange(type))),
            fc.tuple(fc.nat(254), fc.nat(254)).map(([type, code]) => range(icmpTypeRange(type, code))),
          ),
          3,
        ),
      )
    case 'ctState':
      return make(
        list(
          fc.nat(4).map((state) => range({ first: state, last: state })),
          3,
        ),
      )
    case 'iif':
    case 'oif':
    case 'physIn':
    case 'physOut':
      return make(
        fc.stringMatching(/^[a-z][a-z0-9.]{0,12}\+?$/).map((pattern): Term[] => [{ kind: 'name', pattern }]),
      )
    case 'length':
    case 'hopLimit':
    case 'tos': {
      const last = field === 'length' ? 65535 : 255
      const bounds = fc
        .tuple(fc.nat(last), fc.nat(last))
        .map(([a, b]) => range({ first: Math.min(a, b), last: Math.max(a, b) }))
      return make(bounds.map((each) => [each]))
    }
    case 'packetType':
      return make(fc.nat(2).map((each) => [range({ first: each, last: each })]))
    case 'fragment': {
      const parts =
        saying.family === 4
          ? [[2, 3]]
          : [
              [1, 1],
              [1, 2],
              [3, 3],
              [1, 3],
            ]
      const terms = fc.constantFrom(...parts).map(([first = 0, last = 0]) => [range({ first, last })])
      return make(terms, saying.family === 4 ? fc.boolean() : fc.constant(false))
    }
    case 'ctProtocol':
      return make(fc.constantFrom(6, 17, 1).map((each) => [range({ first: each, last: each })]))
    case 'ctDirection':
      return make(
        fc.nat(1).map((each) => [range({ first: each, last: each })]),
        fc.constant(false),
      )
    case 'ctStatus':
      return make(
        list(
          fc.constantFrom(...[1, 2, 4, 8].map((bit): Term => ({ kind: 'masked', bits: bit, mask: bit }))),
          3,
        ),
      )
    case 'ctOriginalSrc':
    case 'ctOriginalDst':
    case 'ctReplySrc':
    case 'ctReplyDst':
      return make(list(prefixTerm(saying.family), 2))
    case 'ctOriginalSport':
    case 'ctOriginalDport':
    case 'ctReplySport':
    case 'ctReplyDport':
      return make(list(portTerm, 2))
    case 'mark':
    case 'ctMark':
      return make(
        list(
          fc.record({
            kind: fc.constant('masked' as const),
            bits: fc.nat(3),
            mask: fc.constantFrom(3, ALL_BITS),
          }),
          2,
        ),
      )
    case 'srcType':
    case 'dstType':
      return make(fc.constantFrom(1, 3).map((type) => [range({ first: type, last: type })]))
    case 'family':
      throw new Error('a table of one family never asks for it')
  }
}

export const name = fc.oneof(
  fc.constantFrom('', 'web', 'a "b" \\ c', 'yourPC-[highport] --> SSLserver:443', "it's; $(x) `y`"),
  fc.stringMatching(/^[\w!-~]( ?[\w!-~]){0,20}$/),
)

const NETFILTER_FIELDS = FIELD_IDS.filter(
  (id) =>
    id.startsWith('ct') ||
    [
      'mark',
      'length',
      'hopLimit',
      'tos',
      'srcType',
      'dstType',
      'fragment',
      'packetType',
      'physIn',
      'physOut',
    ].includes(id),
)

const changes = fc.constantFrom<Target>(
  { kind: 'mark', flip: 1, mask: ALL_BITS },
  { kind: 'mark', flip: 2, mask: 0 },
  { kind: 'connmark', flip: 0, mask: 3 },
  { kind: 'nflog', prefix: 'a b', group: 3 },
  { kind: 'nflog', prefix: '', group: 0 },
  { kind: 'save-mark', from: ALL_BITS, to: ALL_BITS },
  { kind: 'restore-mark', from: 3, to: ALL_BITS },
)

export function ruleOf(saying: Saying): fc.Arbitrary<Omit<Rule, 'id'>> {
  const icmp = saying.family === 4 ? ('icmpType' as const) : ('icmpv6Type' as const)
  const fields: FieldId[] = [
    'src',
    'dst',
    'sport',
    'dport',
    'protocol',
    'tcpFlags',
    icmp,
    ...(saying.netfilter ? NETFILTER_FIELDS : []),
  ]
  const inIpv6 = ['icmp-port-unreachable', 'icmp-admin-prohibited', 'icmp-net-unreachable']
  const rejects = REJECT_KINDS.filter((kind) =>
    kind.startsWith('icmp6-') ? saying.family === 6 : saying.family === 4 || inIpv6.includes(kind),
  )
  const target = fc.oneof(
    fc.constantFrom<Target>({ kind: 'accept' }, { kind: 'drop' }),
    ...(saying.netfilter ? [changes] : []),
    fc.constantFrom(...rejects).map((kind): Target => ({ kind: 'reject', with: kind })),
  )
  return fc
    .tuple(
      fc.record({
        kind: fc.constant('rule' as const),
        enabled: fc.boolean(),
        name,
        target,
        log: fc.boolean(),
      }),
      fc
        .uniqueArray(fc.constantFrom(...fields), { maxLength: 4 })
        .chain((chosen) => fc.tuple(...chosen.map((field) => testOn(field, saying)))),
    )
    .map(([rule, match]) => ({ ...rule, match: sortConditions(match as Condition[]) }))
}

function rowsOf(saying: Saying): fc.Arbitrary<readonly Row[]> {
  return fc
    .tuple(fc.array(ruleOf(saying), { maxLength: 6 }), fc.array(fc.nat(5), { maxLength: 2 }))
    .map(([rules, titles]) => {
      const rows: Row[] = rules.map((rule, index) => ({ ...rule, id: `r${index + 1}` }))
      titles.forEach((at, index) => {
        rows.splice(Math.min(at, rows.length), 0, {
          kind: 'separator',
          id: `s${index + 1}`,
          title: `Title ${index}`,
        })
      })
      return rows
    })
}

export const policy = fc.constantFrom<Policy>('accept', 'drop', 'reject')

export function homeOf(family: Family): fc.Arbitrary<Firewall> {
  const rows = rowsOf({ family, tokens: true, netfilter: false })
  const address = addressTerm(family).map((term) => term as Extract<Term, { kind: 'range' }>)
  return fc
    .record({
      kind: fc.constantFrom<FirewallKindId>('home-stateless', 'home-stateful'),
      form: fc.constantFrom('separate' as const, 'dual' as const),
      inbound: rows,
      outbound: rows,
      policies: fc.tuple(policy, policy),
      black: fc.option(
        fc.tuple(
          fc.boolean(),
          fc.uniqueArray(address, { maxLength: 3, selector: ({ first, last }) => `${first} ${last}` }),
        ),
        { nil: undefined },
      ),
    })
    .map(({ kind, form, inbound, outbound, policies, black }) => {
      const empty = firewallKind(kind).create()
      const chains: Chain[] = [
        { name: 'inbound', base: { policy: policies[0] }, rows: inbound },
        { name: 'outbound', base: { policy: policies[1] }, rows: outbound },
      ]
      const builtins = black
        ? [
            blackListDefense(
              black[0],
              black[1].map(({ first, last }) => ({ first, last })),
            ),
          ]
        : []
      return { ...empty, form, builtins, ruleset: { tables: [{ name: 'filter', family: 'inet', chains }] } }
    })
}

export function netfilterOf(family: Family): fc.Arbitrary<Firewall> {
  const rows = rowsOf({ family, tokens: true, netfilter: true })
  return fc
    .record({ input: rows, user: rows, policy: fc.constantFrom<Policy>('accept', 'drop') })
    .map(({ input, user, policy: chosen }) => {
      const table = netfilterTable('filter', family === 4 ? 'ip' : 'ip6')
      const jump: Row = {
        kind: 'rule',
        id: 'jump',
        enabled: true,
        name: '',
        match: [],
        target: { kind: 'jump', chain: 'user.1' },
        log: false,
      }
      const chains = table.chains.map((chain) =>
        chain.name === 'INPUT' && chain.base
          ? { ...chain, base: { ...chain.base, policy: chosen }, rows: [...input, jump] }
          : chain,
      )
      const firewall = firewallKind('netfilter').create()
      return {
        ...firewall,
        ruleset: { tables: [{ ...table, chains: [...chains, { name: 'user.1', rows: user }] }] },
      }
    })
}
