import { describe, expect, test } from 'vitest'
import { formatCondition } from '../fields/cell'
import type { Names } from '../fields/field'
import type { Chain, Row, Rule } from '../ruleset/ruleset'
import { askedChains } from './asked-chains'
import { blackListDefense } from './built-in'
import { FIREWALL_KIND_IDS, type Firewall, type FirewallKindId } from './firewall-kind'
import { firewallKind } from './lookup'
import { switchKind } from './switch-kind'
import type { Place } from './switch-shape'
import { type WrittenRule, writtenRule } from './written-rule'

const NAMES: Names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }
const ROUTER: Place = { kind: 'router', outside: ['wan'] }
const HOST: Place = { kind: 'host', outside: ['eth0'] }

const written = (id: string, cells: WrittenRule['cells'], target: WrittenRule['target'] = 'accept') =>
  writtenRule({ id, name: '', cells, target }, NAMES)

/** A firewall of that kind with these rows in its chains; the policies are those given. */
function firewall(
  kind: FirewallKindId,
  chains: Readonly<Record<string, { policy?: 'accept' | 'drop'; rows?: readonly Row[] }>>,
): Firewall {
  const created = firewallKind(kind).create()
  const tables = created.ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain): Chain => {
      const own = chains[chain.name]
      if (!own) return chain
      const base = { ...chain.base, policy: own.policy ?? chain.base?.policy ?? 'accept' }
      return { ...chain, base, rows: own.rows ?? [] }
    }),
  }))
  return { ...created, ruleset: { tables } }
}

/** "inbound drop: tcp 443 accept; ..." of the chains that are asked; rules that are off in brackets. */
function shown(of: Firewall): string[] {
  return askedChains(of).map(({ chain }) => {
    const rows = chain.rows.map((row) => (row.kind === 'separator' ? `--${row.title}` : ruleText(row)))
    return `${chain.name}${chain.base ? ` ${chain.base.policy}` : ''}: ${rows.join('; ')}`
  })
}

function ruleText(rule: Rule): string {
  const target = rule.target.kind === 'jump' ? `jump ${rule.target.chain}` : rule.target.kind
  const conditions = rule.match.map(
    (each) => `${each.kind === 'test' ? `${each.field} ` : ''}${formatCondition(each, NAMES)}`,
  )
  const text = [rule.id, ...conditions, target].join(' ')
  return rule.enabled ? text : `(${text})`
}

const stateless = firewall('home-stateless', {
  inbound: { policy: 'drop', rows: [written('https', { protocol: 'tcp', sport: '443' })] },
  outbound: { policy: 'accept', rows: [written('smtp', { protocol: 'tcp', dport: '25' }, 'drop')] },
})

describe('a home filter as netfilter', () => {
  test('its chains become user chains, reached for what crosses the outside; the policy is their last rule', () => {
    const { firewall: as, notes } = switchKind(stateless, 'netfilter', ROUTER)
    expect(shown(as)).toEqual([
      'INPUT accept: inbound-wan iif wan jump inbound',
      'FORWARD accept: inbound-wan iif wan jump inbound; outbound-wan oif wan jump outbound',
      'OUTPUT accept: outbound-wan oif wan jump outbound',
      'inbound: https protocol tcp sport 443 accept; builtin:policy drop',
      'outbound: smtp protocol tcp dport 25 drop; builtin:policy accept',
    ])
    expect(notes).toEqual([])
  })
  test('on a host all that comes in and goes out is asked', () => {
    expect(shown(switchKind(stateless, 'netfilter', HOST).firewall).slice(0, 3)).toEqual([
      'INPUT accept: inbound jump inbound',
      'FORWARD accept: ',
      'OUTPUT accept: outbound jump outbound',
    ])
  })
  test('what ran ahead of the rules becomes their first rows', () => {
    const listed = {
      ...stateless,
      kind: 'home-stateful' as const,
      builtins: [blackListDefense(true, [{ first: 1, last: 1 }])],
    }
    const inbound = shown(switchKind(listed, 'netfilter', ROUTER).firewall)[3]
    expect(inbound).toBe(
      'inbound: builtin:black-list-defense src 0.0.0.1 drop; builtin:replies ctState established, related accept; https protocol tcp sport 443 accept; builtin:policy drop',
    )
  })
})

describe('there and back again nothing is lost', () => {
  const listed: Firewall = {
    ...stateless,
    builtins: [blackListDefense(false, [{ first: 1, last: 1 }])],
  }
  const homes = [stateless, { ...stateless, kind: 'home-stateful' as const }, listed]
  const others = FIREWALL_KIND_IDS.filter((id) => id !== 'ipchains')
  test.each(
    homes.flatMap((from) =>
      others.flatMap((to) =>
        [ROUTER, HOST].map((place) => [from.kind, to, place.kind, from, place] as const),
      ),
    ),
  )('%s to %s on a %s', (id, to, _place, from, place) => {
    const there = switchKind(from, to, place).firewall
    expect(switchKind(there, id, place).firewall).toEqual(from)
  })
  test('a stateless filter through ipchains too', () => {
    const there = switchKind(stateless, 'ipchains', ROUTER).firewall
    expect(shown(there)).toEqual([
      'input accept: inbound-wan iif wan jump inbound',
      'forward accept: ',
      'output accept: outbound-wan oif wan jump outbound',
      'inbound: https protocol tcp sport 443 accept; builtin:policy drop',
      'outbound: smtp protocol tcp dport 25 drop; builtin:policy accept',
    ])
    expect(switchKind(there, 'home-stateless', ROUTER).firewall).toEqual(stateless)
  })
})

describe('what cannot be taken along is kept, turned off, and said', () => {
  test('state in a kind without state', () => {
    const { firewall: as, notes } = switchKind({ ...stateless, kind: 'home-stateful' }, 'ipchains', ROUTER)
    expect(shown(as)[3]).toContain('(builtin:replies ctState established, related accept)')
    expect(notes).toContain(
      'Rule "replies to tracked connections" of inbound is turned off: a Linux 2.2 ipchains cannot look at the connection state.',
    )
  })
  test('R042: from stateful to stateless the built-in row goes, and it is said', () => {
    const { notes } = switchKind({ ...stateless, kind: 'home-stateful' }, 'home-stateless', ROUTER)
    expect(notes).toEqual(['Replies are not let in by themselves any more: this filter keeps no state.'])
  })
  test('no filter keeps the rules and asks none', () => {
    const { firewall: as, notes } = switchKind(stateless, 'none', ROUTER)
    expect(shown(as)).toEqual([])
    expect(as.ruleset).toBe(stateless.ruleset)
    expect(notes).toEqual(['The 2 rules are kept and not asked while there is no filter.'])
  })
})

describe('netfilter as a home filter', () => {
  const switched = (
    chains: Parameters<typeof firewall>[1],
    to: FirewallKindId = 'home-stateless',
    place = ROUTER,
  ) => switchKind(firewall('netfilter', chains), to, place)

  test('FORWARD goes by the interfaces that its rules name', () => {
    const rows = [
      written('in', { protocol: 'tcp', dport: '80', iif: 'wan' }),
      written('out', { protocol: 'tcp', dport: '443', iif: 'lan', oif: 'wan' }),
      written('both', { protocol: 'icmp' }),
      written('inner', { iif: 'lan', oif: 'lan' }),
    ]
    const { firewall: as, notes } = switched({ FORWARD: { policy: 'drop', rows } })
    expect(shown(as)).toEqual([
      'inbound drop: in protocol tcp dport 80 accept; both protocol icmp accept; (inner iif lan oif lan accept)',
      'outbound drop: out protocol tcp dport 443 accept; both protocol icmp accept',
    ])
    expect(notes[0]).toBe(
      'Rule inner of FORWARD is turned off: a home filter asks only what crosses the outside, and this rule looks at other interfaces.',
    )
    expect(notes.slice(1)).toEqual([
      'FORWARD and INPUT have different policies; inbound takes the stricter one: drop.',
      'FORWARD and OUTPUT have different policies; outbound takes the stricter one: drop.',
    ])
  })
  test('INPUT and OUTPUT are held to the router’s own address', () => {
    const { firewall: as } = switched({
      INPUT: { rows: [written('ssh', { protocol: 'tcp', dport: '22' })] },
      OUTPUT: { rows: [written('ntp', { protocol: 'udp', dport: '123', oif: 'wan' })] },
    })
    expect(shown(as)).toEqual([
      'inbound accept: ssh protocol tcp dst outside address dport 22 accept',
      'outbound accept: ntp protocol udp src outside address dport 123 accept',
    ])
  })
  test('on a host INPUT is inbound and OUTPUT is outbound as they are', () => {
    const ssh = written('ssh', { protocol: 'tcp', dport: '22' })
    const { firewall: as, notes } = switched(
      { INPUT: { policy: 'drop', rows: [ssh] } },
      'home-stateful',
      HOST,
    )
    expect(shown(as)).toEqual(['inbound drop: ssh protocol tcp dport 22 accept', 'outbound accept: '])
    expect(notes).toEqual([])
  })
  test('two rules of one id get two ids', () => {
    const same = written('a', { protocol: 'tcp' })
    const { firewall: as } = switched({ FORWARD: { rows: [same] }, INPUT: { rows: [same] } })
    expect(shown(as)[0]).toBe(
      'inbound accept: a protocol tcp accept; a-2 protocol tcp dst outside address accept',
    )
  })
})

test('netfilter and ipchains take the rules of the chain of the same name', () => {
  const from = firewall('netfilter', {
    INPUT: { policy: 'drop', rows: [written('ssh', { protocol: 'tcp', dport: '22' })] },
  })
  const { firewall: as, notes } = switchKind(from, 'ipchains', ROUTER)
  expect(shown(as)[0]).toBe('input drop: ssh protocol tcp dport 22 accept')
  expect(notes[0]).toContain('asked of packets that are passed on too')
  expect(switchKind(as, 'netfilter', ROUTER).firewall).toEqual(from)
})

test('from every kind to every kind there is an answer, and it is of that kind', () => {
  for (const from of FIREWALL_KIND_IDS) {
    for (const to of FIREWALL_KIND_IDS) {
      for (const place of [ROUTER, HOST]) {
        const { firewall: as } = switchKind(firewallKind(from).create(), to, place)
        expect(as.kind).toBe(to)
        expect(askedChains(as).length > 0).toBe(to !== 'none')
      }
    }
  }
})
