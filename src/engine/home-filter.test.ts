import { describe, expect, test } from 'vitest'
import { blackListDefense } from '@/model/firewalls/built-in'
import type { Packet } from '@/model/packet/packet'
import {
  backSegment,
  CLIENT,
  datagram,
  home,
  ip,
  type LabOptions,
  Laboratory,
  netfilter,
  ROUTER_WAN,
  SERVER,
  type Sent,
  segment,
} from './laboratory'

/** The laptop's port of the first story. */
const PORT = 62712
const syn = (fields = {}) => segment('S', { sport: PORT, ...fields })
const synAck = (fields = {}) => backSegment('SA', { dport: PORT, ...fields })

/** The two rules of the question: 443 as destination outbound, 443 as source inbound. */
const RULE_1 = { protocol: 'tcp', dport: '443' }
const RULE_2 = { protocol: 'tcp', sport: '443' }
const askersTables = (builtins: Parameters<typeof home>[2] = []) =>
  home(
    'home-stateless',
    {
      inbound: {
        policy: 'drop',
        rules: [
          [RULE_1, 'drop'],
          [RULE_2, 'accept'],
        ],
      },
      outbound: {
        policy: 'drop',
        rules: [
          [RULE_1, 'accept'],
          [RULE_2, 'drop'],
        ],
      },
    },
    builtins,
  )

const decider = ({ disposition }: Sent) =>
  'by' in disposition
    ? disposition.by.kind === 'rule'
      ? disposition.by.name || `rule ${disposition.by.number}`
      : disposition.by.kind
    : disposition.kind
/** What the home chains said of each rule tried: "inbound 1: reason" or "inbound 2: matched". */
const tried = (sent: Sent) =>
  sent.steps.flatMap((step) =>
    step.kind === 'rule-tried'
      ? [`${step.chain.chain} ${step.number ?? step.name}: ${step.failed?.sentence ?? 'matched'}`]
      : [],
  )
const at = (router: LabOptions['router'], more: LabOptions = {}) =>
  new Laboratory({ ...(router ? { router } : {}), ...more })

describe('the question: two rules, read literally', () => {
  test('R003: outbound, destination port 443 is allowed by rule 1', () => {
    const sent = at(askersTables()).send('client', syn())
    expect([sent.end, tried(sent)]).toEqual(['delivered', ['outbound 1: matched']])
  })

  test('R003: inbound, destination port 443 is blocked by rule 1', () => {
    const sent = at(askersTables()).send('server', synAck({ dport: 443, sport: 5555 }))
    expect([sent.end, decider(sent)]).toEqual(['dropped', 'rule 1'])
  })

  test('R005: they do admit the reply: rule 1 does not match it, rule 2 allows it', () => {
    const lab = at(askersTables())
    lab.send('client', syn())
    const reply = lab.send('server', synAck())
    expect([reply.end, reply.at]).toEqual(['delivered', 'client'])
    expect(tried(reply)).toEqual([
      'inbound 1: destination port is 62712, the rule wants 443',
      'inbound 2: matched',
    ])
  })

  test('R004: outbound with source port 443 is blocked by rule 2', () => {
    const sent = at(askersTables()).send('client', segment('S', { sport: 443, dport: 5555 }))
    expect(decider(sent)).toBe('rule 2')
  })

  test('R006: with Black List Defense on, it drops the reply before any rule is asked', () => {
    const server = [{ first: SERVER, last: SERVER }]
    const lab = at(askersTables([blackListDefense(true, server)]))
    lab.send('client', syn())
    const reply = lab.send('server', synAck())
    expect([decider(reply), tried(reply)]).toEqual([
      'Black List Defense',
      ['inbound Black List Defense: matched'],
    ])
    expect(reply.steps.filter((step) => step.kind === 'logged')).toHaveLength(1)
    const off = at(askersTables([blackListDefense(false, server)]))
    expect(off.send('server', synAck()).end).toBe('delivered')
  })

  test('R001: a stateless filter says the same of the reply, whether the SYN was seen or not', () => {
    const seen = at(askersTables())
    seen.send('client', syn())
    const [with_, without] = [seen, at(askersTables())].map((lab) => tried(lab.send('server', synAck())))
    expect(with_).toEqual(without)
  })

  test('R016, RULINGS: behind NAPT `inbound` sees the inside address', () => {
    const lab = at(askersTables(), { nat: 'napt' })
    lab.send('client', syn())
    const reply = lab.send('server', synAck({ dst: ROUTER_WAN }))
    expect(reply.at).toBe('client')
    const entered = reply.steps.find((step) => step.kind === 'chain-entered')
    expect(entered).toMatchObject({ chain: { chain: 'inbound' }, packet: { dst: CLIENT, dport: PORT } })
  })
})

describe('R013: stateless, source port 443 to all high ports', () => {
  const lab = () =>
    at(
      home('home-stateless', {
        inbound: { rules: [[{ protocol: 'tcp', sport: '443', dport: '1024-65535' }, 'accept']] },
        outbound: { policy: 'drop', rules: [[RULE_1, 'accept']] },
      }),
    )
  test.each([
    [62712, 'delivered'],
    [1024, 'delivered'],
    [22, 'dropped'],
    [80, 'dropped'],
  ])('a packet from 443 to %i: %s', (dport, end) => {
    expect(lab().send('server', synAck({ dport })).end).toBe(end)
  })

  test('R026: anybody who sends from 443 reaches any high port, and DNS answers do not', () => {
    expect(lab().send('server', backSegment('S', { dport: 3389 })).end).toBe('delivered')
    expect(lab().send('server', datagram({ src: SERVER, dst: CLIENT, sport: 53, dport: 40_000 })).end).toBe(
      'dropped',
    )
  })
})

test('R014: INPUT accepts ESTABLISHED, RELATED: the reply passes, an unsolicited SYN does not', () => {
  const client = netfilter({
    'filter INPUT': { policy: 'drop', rules: [[{ ctState: 'established, related' }, 'accept']] },
  })
  const lab = at(undefined, { client })
  lab.send('client', syn())
  expect(lab.send('server', synAck()).end).toBe('delivered')
  const attack = lab.send('server', backSegment('S', { dport: 22 }))
  expect([attack.end, decider(attack), attack.state('client')]).toEqual(['dropped', 'policy', 'new'])
})

test('R015: out to 443, in only established: the whole connection passes, nothing unsolicited does', () => {
  const client = netfilter({
    'filter OUTPUT': {
      policy: 'drop',
      rules: [[{ protocol: 'tcp', dport: '443' }, 'accept']],
    },
    'filter INPUT': { policy: 'drop', rules: [[{ ctState: 'established' }, 'accept']] },
  })
  const lab = at(undefined, { client })
  const there: Packet[] = [syn(), segment('A', { sport: PORT, seq: 1001, ack: 8001 })]
  const ends = [
    lab.send('client', there[0]!),
    lab.send('server', synAck()),
    lab.send('client', there[1]!),
    lab.send('client', segment('PA', { sport: PORT, seq: 1001, ack: 8001, payload: { bytes: 300 } })),
    lab.send('server', backSegment('A', { dport: PORT, seq: 8001, ack: 1301 })),
    lab.send('server', backSegment('PA', { dport: PORT, seq: 8001, ack: 1301, payload: { bytes: 900 } })),
    lab.send('client', segment('FA', { sport: PORT, seq: 1301, ack: 8901 })),
    lab.send('server', backSegment('FA', { dport: PORT, seq: 8901, ack: 1302 })),
    lab.send('client', segment('A', { sport: PORT, seq: 1302, ack: 8902 })),
  ].map(({ end }) => end)
  expect(new Set(ends)).toEqual(new Set(['delivered']))
  for (const dport of [1, 22, 443, 1024, 62713, 65535]) {
    expect(lab.send('server', backSegment('S', { sport: 443, dport })).end).toBe('dropped')
  }
})

describe('stateful home filter', () => {
  const blocking = (kind: 'home-stateful' | 'home-stateless') =>
    home(kind, {
      inbound: { rules: [[{ protocol: 'tcp', sport: '443' }, 'drop']] },
      outbound: { policy: 'drop', rules: [[RULE_1, 'accept']] },
    })

  test('R021: the reply is looked up and accepted by the built-in first row, before the inbound block', () => {
    const lab = at(blocking('home-stateful'))
    lab.send('client', syn())
    const reply = lab.send('server', synAck())
    expect(reply.end).toBe('delivered')
    expect(tried(reply)).toEqual(['inbound replies to tracked connections: matched'])
    const kinds = reply.steps.filter(({ device }) => device === 'router').map(({ kind }) => kind)
    expect(kinds.indexOf('conntrack')).toBeLessThan(kinds.indexOf('chain-entered'))
  })

  test('R019: the same rules without state drop the SYN-ACK', () => {
    const lab = at(blocking('home-stateless'))
    lab.send('client', syn())
    expect(decider(lab.send('server', synAck()))).toBe('rule 1')
  })

  test('R040: an outside SYN makes no entry; an inside SYN does', () => {
    const lab = at(blocking('home-stateful'))
    lab.send('server', backSegment('S', { dport: 22 }))
    expect(lab.stateOf('router').conntrack.byTuple.size).toBe(0)
    lab.send('client', syn())
    expect(lab.stateOf('router').conntrack.byTuple.size).toBe(2)
  })

  test('R039: a stray ACK is NEW and falls to the policy', () => {
    const lab = at(home('home-stateful'))
    const stray = lab.send('server', backSegment('A', { dport: 5555 }))
    expect([stray.state('router'), decider(stray)]).toEqual(['new', 'policy'])
  })

  test('RULINGS: behind NAPT the tracker sees inside addresses', () => {
    const lab = at(blocking('home-stateful'), { nat: 'napt' })
    const out = lab.send('client', syn())
    const confirmed = out.steps.find((step) => step.kind === 'conntrack' && step.change === 'confirmed')
    expect(confirmed?.kind === 'conntrack' && confirmed.entry?.original).toBe(
      '192.168.1.10:62712 > 203.0.113.80:443',
    )
    expect(lab.send('server', synAck({ dst: ROUTER_WAN })).at).toBe('client')
  })
})

test('R024: dropping source port 443 kills every reply; the SYN still leaves', () => {
  const lab = at(
    home('home-stateless', {
      inbound: { policy: 'accept', rules: [[{ protocol: 'tcp', sport: '443' }, 'drop']] },
    }),
  )
  expect(lab.send('client', syn()).end).toBe('delivered')
  expect(decider(lab.send('server', synAck()))).toBe('rule 1')
})

test('home chains are asked at the outside only: from LAN to the router they are not', () => {
  const lab = at(home('home-stateless', { outbound: { policy: 'drop' } }))
  const sent = lab.send('client', segment('S', { dst: ip('192.168.1.1') }))
  expect([sent.end, tried(sent)]).toEqual(['delivered', []])
})

test('home chains see IPv6 too', () => {
  const lab = at(home('home-stateless'))
  const six = backSegment('SA', { src: ip('2001:db8:2::80'), dst: ip('2001:db8:1::10') })
  expect(decider(lab.send('server', six))).toBe('policy')
})
