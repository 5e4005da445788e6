import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileNetwork } from '@/engine/compile'
import { CLIENT, home, ip, type LabRule, labDesign, netfilter, SERVER } from '@/engine/laboratory'
import { icmpPacket, otherPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import type { Design } from '@/model/project/design'
import { replaceChain } from '@/model/ruleset/chains'
import { admit } from './admit'
import { askDevice, type SeenPacket } from './ask-device'
import { findDevice } from './find-device'

const SYN = tcpPacket({ src: SERVER, dst: CLIENT, sport: 40000, dport: 22, flags: 0x02, hopLimit: 60 })
const INWARDS = { iif: 'wan0', oif: 'lan0' }

function ask(design: Design, seen: SeenPacket) {
  const network = compileNetwork(design)
  const router = network.devices.get('router')
  if (!router) throw new Error('the laboratory has a router')
  return askDevice(network, router, seen)
}

/** The design with the rules of an admission in their places. */
function withRules(
  design: Design,
  seen: SeenPacket,
): { design: Design; obstacle: string | undefined; rules: number } {
  const { rules, obstacle } = admit(design, 'router', seen)
  let changed = design
  for (const { chain: ref, rule, index } of rules) {
    const devices = changed.devices.map((device) => {
      if (device.id !== 'router') return device
      const table = device.firewall.ruleset.tables.find(
        ({ family, name }) => family === ref.family && name === ref.table,
      )
      const chain = table?.chains.find(({ name }) => name === ref.chain)
      if (!chain) throw new Error('no such chain')
      const rows = chain.rows.toSpliced(index, 0, rule)
      const ruleset = replaceChain(device.firewall.ruleset, ref, { ...chain, rows })
      return { ...device, firewall: { ...device.firewall, ruleset } }
    })
    changed = { ...changed, devices }
  }
  return { design: changed, obstacle, rules: rules.length }
}

const closed = labDesign({
  router: netfilter({
    'filter FORWARD': { policy: 'drop' },
    'filter INPUT': { policy: 'drop' },
    'mangle FORWARD': { rules: [[{ dport: '22', protocol: 'tcp' }, 'drop']] },
    'ip6 filter FORWARD': { policy: 'drop' },
  }),
})

describe('a device meets a packet that was seen as the first of a connection', () => {
  test.each<[string, SeenPacket, string, string | undefined]>([
    ['SYN: NEW', { packet: SYN, ...INWARDS }, 'mangle FORWARD', 'new'],
    [
      'SYN-ACK: INVALID, for no SYN was seen',
      { packet: { ...SYN, dport: 23, flags: 0x12 }, ...INWARDS },
      'filter FORWARD',
      'invalid',
    ],
    [
      'ACK: NEW, for flows are picked up in their middle',
      { packet: { ...SYN, dport: 23, flags: 0x10 }, ...INWARDS },
      'filter FORWARD',
      'new',
    ],
    [
      'an ICMP error without a flow: INVALID',
      { packet: icmpPacket({ src: SERVER, dst: CLIENT, type: 3, code: 1 }), ...INWARDS },
      'filter FORWARD',
      'invalid',
    ],
    [
      'to the device itself',
      { packet: { ...SYN, dst: ip('203.0.113.1') }, iif: 'wan0' },
      'filter INPUT',
      'new',
    ],
    [
      'the way in is found by the source where it is not told',
      { packet: { ...SYN, dport: 23 } },
      'filter FORWARD',
      'new',
    ],
  ])('%s', (_, seen, place, state) => {
    const asked = ask(closed, seen)
    const by = asked.ended && 'by' in asked.ended ? asked.ended.by : undefined
    expect([by && `${by.chain.table} ${by.chain.chain}`, asked.state]).toEqual([place, state])
  })

  test('a line about what passes is written after the hop limit was taken down', () => {
    const ttl = labDesign({
      router: netfilter({ 'filter FORWARD': { rules: [[{ hopLimit: '1' }, 'drop']] } }),
    })
    const asked = ask(ttl, { packet: { ...SYN, hopLimit: 1 }, ...INWARDS })
    expect(asked.ended?.kind).toBe('dropped')
  })

  test('another way out than the routes have is said', () => {
    expect(ask(closed, { packet: SYN, iif: 'wan0', oif: 'lan9' }).notes).toEqual([
      'It was seen going out by lan9; the routes of router send it out by lan0.',
    ])
  })
})

describe('R089: the narrowest rules', () => {
  const others: [string, Packet][] = [
    ['another source port', { ...SYN, sport: 40001 }],
    ['another port', { ...SYN, dport: 23 }],
    ['another source', { ...SYN, src: ip('203.0.113.81') }],
    ['another protocol', udpPacket({ src: SERVER, dst: CLIENT, sport: 40000, dport: 22 })],
    ['another state', { ...SYN, flags: 0x12 }],
  ]
  test.each<[string, Design]>([
    ['through two chains that stop the packet', closed],
    ['through a home filter', labDesign({ router: home('home-stateless') })],
    ['through a home filter with state', labDesign({ router: home('home-stateful') })],
  ])('%s: the packet passes, others as before', (_, design) => {
    const seen = { packet: SYN, ...INWARDS }
    const open = withRules(design, seen)
    expect(open.obstacle).toBeUndefined()
    expect(open.rules).toBe(design === closed ? 2 : 1)
    expect(ask(open.design, seen).ended).toBeUndefined()
    // The form of a home router has no cell for flags.
    for (const [, packet] of design === closed ? others : others.slice(0, 4)) {
      const [before, after] = [design, open.design].map(
        (each) => ask(each, { packet, ...INWARDS }).ended?.kind,
      )
      expect(after).toBe(before)
    }
  })

  test('what passes needs none', () => {
    const open = labDesign({ router: netfilter() })
    expect(admit(open, 'router', { packet: SYN, ...INWARDS })).toEqual({ rules: [] })
  })

  test('where no rule stops the packet none helps', () => {
    const seen = { packet: { ...SYN, dst: ip('198.51.100.1') }, iif: 'wan0' }
    expect(admit(closed, 'router', seen).obstacle).toBe('No rule stops it, so none helps.')
  })

  const port = fc.constantFrom(22, 53, 443, 40000)
  const packets = fc.oneof(
    fc
      .record({ sport: port, dport: port, flags: fc.constantFrom(0x02, 0x12, 0x10, 0x04, 0x11) })
      .map((fields) => tcpPacket({ src: SERVER, dst: CLIENT, ...fields })),
    fc
      .record({ sport: port, dport: port })
      .map((fields) => udpPacket({ src: SERVER, dst: CLIENT, ...fields })),
    fc.constantFrom(8, 0, 3).map((type) => icmpPacket({ src: SERVER, dst: CLIENT, type })),
    fc.constant(otherPacket({ src: SERVER, dst: CLIENT, protocol: 47 })),
  )
  const rule: fc.Arbitrary<LabRule> = fc.tuple(
    fc.constantFrom({}, { dport: '22' }, { protocol: 'tcp' }, { ctState: 'new' }, { src: '203.0.113.0/24' }),
    fc.constantFrom(
      'accept' as const,
      'drop' as const,
      { kind: 'reject', with: 'icmp-port-unreachable' } as const,
    ),
  )
  const chain = fc.record({
    policy: fc.constantFrom('accept' as const, 'drop' as const),
    rules: fc.array(rule, { maxLength: 5 }),
  })

  test('whatever the rules are, the packet passes with them', () => {
    const tables = fc.record({
      'filter FORWARD': chain,
      'mangle FORWARD': chain,
      'raw PREROUTING': chain,
      'mangle POSTROUTING': chain,
    })
    fc.assert(
      fc.property(tables, packets, (chains, packet) => {
        const seen = { packet, ...INWARDS }
        const { design, obstacle } = withRules(labDesign({ router: netfilter(chains) }), seen)
        expect(obstacle).toBeUndefined()
        expect(ask(design, seen).ended).toBeUndefined()
      }),
      { numRuns: 150, seed: 3 },
    )
  })
})

describe('the device that saw a packet', () => {
  const network = compileNetwork(closed)
  const found = (seen: Partial<SeenPacket>, host?: string) => {
    const device = findDevice(network, seen, host)
    return device.ok ? device.value.id : device.diagnostics[0]?.message
  }
  test.each<[string, Partial<SeenPacket>, string | undefined, string]>([
    ['by its interfaces', INWARDS, undefined, 'router'],
    ['by its name, among those that have the interface', { iif: 'eth0' }, 'Client', 'client'],
    ['by an address of its own', { iif: 'eth0', packet: { ...SYN, dst: CLIENT } }, undefined, 'client'],
    ['by being on the way', { packet: SYN, iif: 'wan0' }, undefined, 'router'],
    ['not where several would do', { iif: 'eth0' }, undefined, 'It may be of any of these: client, server.'],
    [
      'not where nobody has the interface',
      { iif: 'ppp0' },
      undefined,
      'No device with a firewall has an interface ppp0.',
    ],
  ])('%s', (_, seen, host, id) => {
    expect(found(seen, host)).toBe(id)
  })
})
