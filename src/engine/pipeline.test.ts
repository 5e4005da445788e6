import { describe, expect, test } from 'vitest'
import {
  backSegment,
  CLIENT,
  CLIENT6,
  datagram,
  icmp,
  ip,
  type LabChain,
  Laboratory,
  type LabRule,
  netfilter,
  noFilter,
  ROUTER_LAN,
  ROUTER_WAN,
  ROUTER_WAN6,
  SERVER,
  SERVER6,
  type Sent,
  segment,
} from './laboratory'

/** Chains of the router that the packet entered, in order, with the interfaces. */
const chains = (sent: Sent, device = 'router') =>
  sent.steps.flatMap((step) =>
    step.kind === 'chain-entered' && step.device === device
      ? [
          `${step.chain.table} ${step.chain.chain}${step.iif ? ` in ${step.iif}` : ''}${step.oif ? ` out ${step.oif}` : ''}`,
        ]
      : [],
  )

const EVERY: Record<string, LabChain> = Object.fromEntries(
  [
    'raw PREROUTING',
    'raw OUTPUT',
    'mangle PREROUTING',
    'mangle INPUT',
    'mangle FORWARD',
    'mangle OUTPUT',
    'mangle POSTROUTING',
    'nat PREROUTING',
    'nat INPUT',
    'nat OUTPUT',
    'nat POSTROUTING',
    'filter INPUT',
    'filter FORWARD',
    'filter OUTPUT',
  ].map((place) => [place, {}]),
)
const everything = () => new Laboratory({ router: netfilter(EVERY) })

describe('the order of hooks and tables', () => {
  test('of a packet passed on', () => {
    expect(chains(everything().send('client', segment('S')))).toEqual([
      'raw PREROUTING in lan0',
      'mangle PREROUTING in lan0',
      'nat PREROUTING in lan0',
      'mangle FORWARD in lan0 out wan0',
      'filter FORWARD in lan0 out wan0',
      'mangle POSTROUTING in lan0 out wan0',
      'nat POSTROUTING in lan0 out wan0',
    ])
  })

  test('of a packet for the router', () => {
    expect(chains(everything().send('client', segment('S', { dst: ROUTER_LAN })))).toEqual([
      'raw PREROUTING in lan0',
      'mangle PREROUTING in lan0',
      'nat PREROUTING in lan0',
      'mangle INPUT in lan0',
      'filter INPUT in lan0',
      'nat INPUT in lan0',
    ])
  })

  test('of a packet that the router makes', () => {
    expect(chains(everything().send('router', segment('S', { src: ROUTER_WAN })))).toEqual([
      'raw OUTPUT out wan0',
      'mangle OUTPUT out wan0',
      'nat OUTPUT out wan0',
      'filter OUTPUT out wan0',
      'mangle POSTROUTING out wan0',
      'nat POSTROUTING out wan0',
    ])
  })

  test.each([
    ['its own wan address', ROUTER_WAN],
    ['127.0.0.1', ip('127.0.0.1')],
  ])('[E6] to %s: OUTPUT, POSTROUTING, then PREROUTING and INPUT by lo', (_what, dst) => {
    const sent = everything().send('router', segment('S', { src: dst, dst }))
    expect(sent.hops[0]?.result.deliver?.iif).toBe('lo')
    expect(chains(sent).filter((place) => !place.startsWith('mangle'))).toEqual([
      'raw OUTPUT out lo',
      'nat OUTPUT out lo',
      'filter OUTPUT out lo',
      'nat POSTROUTING out lo',
      'raw PREROUTING in lo',
      'filter INPUT in lo',
    ])
  })

  test('[E13] the state of a packet to oneself is decided once, in OUTPUT', () => {
    const sent = everything().send('router', segment('S', { src: ROUTER_WAN, dst: ROUTER_WAN }))
    const states = sent.steps.flatMap((step) =>
      step.kind === 'chain-entered' && step.ctState ? [step.ctState] : [],
    )
    expect(states[0]).toBe('invalid')
    expect(new Set(states.slice(1))).toEqual(new Set(['new']))
    expect(sent.steps.filter((step) => step.kind === 'conntrack' && step.change === 'created')).toHaveLength(
      1,
    )
  })

  test('[e11 B2] before the tracker every packet counts as invalid', () => {
    const rules: LabRule[] = [[{ ctState: 'invalid' }, 'drop']]
    const lab = new Laboratory({ router: netfilter({ 'raw PREROUTING': { rules } }) })
    expect(lab.send('client', segment('S')).end).toBe('dropped')
  })

  test('[e11 B4] notrack after the tracker does nothing', () => {
    const rules: LabRule[] = [[{}, { kind: 'notrack' }]]
    const lab = new Laboratory({ router: netfilter({ 'mangle PREROUTING': { rules } }) })
    expect(lab.send('client', segment('S')).state('router')).toBe('new')
  })
})

describe('routing', () => {
  test('[E14] from the LAN for the wan address: INPUT by lan0, the weak host', () => {
    const sent = everything().send('client', segment('S', { dst: ROUTER_WAN }))
    expect([sent.end, sent.at]).toEqual(['delivered', 'router'])
    expect(chains(sent)).toContain('filter INPUT in lan0')
  })

  test('[E17] the TTL falls before FORWARD', () => {
    const sent = everything().send('client', segment('S', { hopLimit: 10 }))
    const seen = sent.steps.flatMap((step) =>
      step.kind === 'chain-entered' && step.device === 'router' ? [[step.hook, step.packet.hopLimit]] : [],
    )
    expect(Object.fromEntries(seen)).toMatchObject({ prerouting: 10, forward: 9, postrouting: 9 })
  })

  test.each([
    ['IPv4', CLIENT, SERVER, [11, 0]],
    ['IPv6', CLIENT6, SERVER6, [3, 0]],
  ])(
    '[D9, e10 D] %s: TTL 1 never reaches FORWARD; the router says so, RELATED in OUTPUT',
    (_family, src, dst, numbers) => {
      const lab = everything()
      const sent = lab.send('client', segment('S', { src, dst, hopLimit: 1 }))
      expect(sent.disposition).toEqual({ kind: 'ttl-expired' })
      expect(chains(sent).join()).not.toContain('FORWARD')
      const [answer] = sent.answers
      expect(answer?.last.kind === 'icmp' && [answer.last.type, answer.last.code]).toEqual(numbers)
      expect([answer?.state('router'), answer?.end]).toEqual(['related', 'delivered'])
    },
  )

  test('[e10 D] TTL 1 to the router itself is delivered', () => {
    expect(everything().send('client', segment('S', { dst: ROUTER_LAN, hopLimit: 1 })).end).toBe('delivered')
  })

  test.each([
    ['IPv4', CLIENT, ip('198.51.100.9'), [3, 0]],
    ['IPv6', CLIENT6, ip('2001:db8:9::9'), [1, 0]],
  ])(
    '[D9, e10 F1] %s: no route: FORWARD is not asked, and the answer goes out',
    (_family, src, dst, numbers) => {
      const lab = new Laboratory({
        router: netfilter({ 'filter FORWARD': { policy: 'drop' }, 'ip6 filter FORWARD': { policy: 'drop' } }),
      })
      const sent = lab.send('client', segment('S', { src, dst }))
      expect(sent.disposition).toEqual({ kind: 'no-route' })
      expect(chains(sent)).toEqual([])
      const answer = sent.answers[0]?.last
      expect(answer?.kind === 'icmp' && [answer.type, answer.code]).toEqual(numbers)
    },
  )

  test('[D9] an unknown neighbor: FORWARD and POSTROUTING run, the entry stays, the packet is lost', () => {
    const lab = everything()
    const sent = lab.send('client', segment('S', { dst: ip('203.0.113.99') }))
    expect(sent.end).toBe('no-neighbor')
    expect(chains(sent)).toContain('nat POSTROUTING in lan0 out wan0')
    expect(lab.stateOf('router').conntrack.byTuple.size).toBe(2)
  })

  test.each(['127.0.0.1', '0.0.0.0', '192.168.1.1', '203.0.113.1'])(
    '[D9] source %s: lost after PREROUTING as a martian',
    (src) => {
      const sent = everything().inject('router', 'lan0', segment('S', { src: ip(src) }))
      expect(sent.end).toBe('martian')
      expect(chains(sent).at(-1)).toBe('nat PREROUTING in lan0')
    },
  )

  test.each(['192.168.1.255', '255.255.255.255'])('[D9] broadcast %s goes to INPUT', (dst) => {
    const sent = everything().inject('router', 'lan0', datagram({ dst: ip(dst) }))
    expect([sent.end, sent.at]).toEqual(['delivered', 'router'])
  })

  test("[e10 F1] a source equal to the router's own IPv6 address is forwarded", () => {
    const lab = everything()
    expect(lab.inject('router', 'lan0', segment('S', { src: ROUTER_WAN6, dst: SERVER6 })).at).toBe('server')
  })

  test.each([
    ['::', 1],
    ['fe80::9', 1],
    ['::1', 0],
    ['ff02::1', 0],
  ])('[e10 F1] IPv6 source %s is lost', (src, asked) => {
    const lab = new Laboratory({ router: netfilter({ 'ip6 mangle PREROUTING': {} }) })
    const sent = lab.inject('router', 'lan0', segment('S', { src: ip(src), dst: SERVER6 }))
    expect([sent.end, chains(sent).length]).toEqual(['martian', asked])
  })

  test("[e10 F1] the network address of an attached IPv6 prefix is the router's", () => {
    const sent = everything().send('client', segment('S', { src: CLIENT6, dst: ip('2001:db8:1::') }))
    expect([sent.end, sent.at]).toEqual(['delivered', 'router'])
  })

  test('a host does not pass on what is for somebody else', () => {
    const stray = segment('S', { src: ip('192.168.1.20') })
    expect(new Laboratory().inject('client', 'eth0', stray).end).toBe('not-forwarding')
  })

  test('a device without a route says so before OUTPUT is asked', () => {
    const lab = new Laboratory({
      change: (design) => ({
        ...design,
        devices: design.devices.map((device) =>
          device.id === 'client' ? { ...device, routes: [] } : device,
        ),
      }),
    })
    expect(lab.send('client', segment('S')).disposition).toEqual({ kind: 'no-route' })
  })

  test('an interface that is not plugged in loses what leaves by it', () => {
    const lab = new Laboratory({ change: (design) => ({ ...design, links: design.links.slice(0, 1) }) })
    expect(lab.send('client', segment('S')).disposition).toEqual({ kind: 'no-link' })
  })

  test('the internet has no route to private prefixes', () => {
    const asInternet = (routed: string) =>
      new Laboratory({
        router: noFilter(),
        change: (design) => ({
          ...design,
          devices: design.devices.map((device) =>
            device.id === 'router'
              ? {
                  ...device,
                  kind: 'internet' as const,
                  routes: [{ id: 'r', destination: { address: ip(routed), prefixLength: 24 }, via: SERVER }],
                }
              : device,
          ),
        }),
      })
    expect(asInternet('10.1.2.0').send('client', segment('S', { dst: ip('10.1.2.3') })).end).toBe('no-route')
    expect(asInternet('198.51.100.0').send('client', segment('S', { dst: ip('198.51.100.3') })).at).toBe(
      'server',
    )
  })

  test('a switch in between is crossed, and each link is named', () => {
    const lab = new Laboratory({
      change: (design) => ({
        ...design,
        devices: [
          ...design.devices,
          {
            ...design.devices[0]!,
            id: 'switch',
            kind: 'switch',
            name: 'switch',
            routes: [],
            interfaces: ['port1', 'port2'].map((id) => ({
              id,
              name: id,
              addresses: [],
              side: 'outside' as const,
            })),
          },
        ],
        links: [
          {
            id: 'one',
            ends: [
              { device: 'client', interface: 'eth0' },
              { device: 'switch', interface: 'port1' },
            ],
          },
          {
            id: 'two',
            ends: [
              { device: 'switch', interface: 'port2' },
              { device: 'router', interface: 'lan0' },
            ],
          },
          design.links[1]!,
        ],
      }),
    })
    expect(lab.send('client', segment('S')).hops[0]?.result.forward?.neighbor).toEqual({
      device: 'router',
      interface: 'lan0',
      path: [
        { link: 'one', to: 'switch' },
        { link: 'two', to: 'router' },
      ],
    })
  })
})

describe('the web through a stateless filter', () => {
  const stateless = () =>
    new Laboratory({
      client: netfilter({
        'filter OUTPUT': { policy: 'drop', rules: [[{ protocol: 'tcp', dport: '443' }, 'accept']] },
        'filter INPUT': {
          policy: 'drop',
          rules: [[{ protocol: 'tcp', sport: '443', tcpFlags: 'not SYN' }, 'accept']],
        },
      }),
    })

  test('[E2] the handshake passes', () => {
    const lab = stateless()
    const ends = [
      lab.send('client', segment('S')),
      lab.send('server', backSegment('SA')),
      lab.send('client', segment('A', { seq: 1001, ack: 8001 })),
    ].map(({ end }) => end)
    expect(ends).toEqual(['delivered', 'delivered', 'delivered'])
  })

  test.each([
    ['A', 'delivered'],
    ['SF', 'delivered'],
    ['', 'delivered'],
    ['S', 'dropped'],
  ])('[E2] from port 443 to any port, flags "%s": %s', (flags, end) => {
    const sent = stateless().send('server', backSegment(flags, { dport: 22 }))
    expect(sent.end).toBe(end)
  })
})

test.each([
  [80, 443, 'delivered'],
  [80, 99, 'delivered'],
  [5000, 443, 'delivered'],
  [5000, 99, 'dropped'],
])(
  '[e11 B8] two single ports, both negated, as the older back end has it: %i > %i is %s',
  (sport, dport, end) => {
    const cells = { protocol: 'tcp', sport: 'not 80', dport: 'not 443' } as const
    const router = netfilter({ 'filter FORWARD': { rules: [[cells, 'drop']] } })
    expect(new Laboratory({ router }).send('client', segment('S', { sport, dport })).end).toBe(end)
  },
)

test("an echo to a router's outside address is answered for by its INPUT", () => {
  expect(everything().send('server', icmp(8, { src: SERVER, dst: ROUTER_WAN, icmpId: 1 })).at).toBe('router')
})

test('every journey that ends here has the step that says so', () => {
  const sent = new Laboratory({ router: netfilter({ 'filter FORWARD': { policy: 'drop' } }) }).send(
    'client',
    segment('S'),
  )
  expect(sent.steps.at(-1)).toMatchObject({
    kind: 'ended',
    device: 'router',
    disposition: { kind: 'dropped' },
  })
})
