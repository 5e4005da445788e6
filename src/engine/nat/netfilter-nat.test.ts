import { describe, expect, test } from 'vitest'
import { packetAddresses } from '@/model/packet/label'
import type { Packet } from '@/model/packet/packet'
import type { NatTo, Target } from '@/model/ruleset/ruleset'
import { entriesOf } from '../conntrack/table'
import {
  backSegment,
  CLIENT,
  datagram,
  icmp,
  ip,
  type LabChain,
  Laboratory,
  netfilter,
  ROUTER_LAN,
  ROUTER_WAN,
  SERVER,
  segment,
  turned,
} from '../laboratory'

const to = (address: string | undefined, ports?: string): NatTo => ({
  ...(address ? { addresses: { first: ip(address), last: ip(address) } } : {}),
  ...(ports ? { ports: { first: Number(ports.split('-')[0]), last: Number(ports.split('-').at(-1)) } } : {}),
})
const masquerade = (nat: NatTo = {}): Target => ({ kind: 'masquerade', to: nat })
const dnat = (address: string, ports?: string): Target => ({ kind: 'dnat', to: to(address, ports) })
const POSTROUTING: LabChain = { rules: [[{ oif: 'wan0' }, masquerade()]] }
const TO_CLIENT: LabChain = {
  rules: [[{ iif: 'wan0', protocol: 'tcp', dport: '8443' }, dnat('192.168.1.10', '443')]],
}

const behindMasquerade = (more: Record<string, LabChain> = {}) =>
  new Laboratory({ router: netfilter({ 'nat POSTROUTING': POSTROUTING, ...more }) })
const withMapping = (more: Record<string, LabChain> = {}) =>
  new Laboratory({ router: netfilter({ 'nat PREROUTING': TO_CLIENT, ...more }) })

const fromOutside = (flags: string, fields = {}) =>
  segment(flags, { src: SERVER, dst: ROUTER_WAN, sport: 6000, dport: 8443, ...fields })
const addresses = (packet: Packet) => packetAddresses(packet)
/** The packet as a chain of the router saw it. */
function seenIn(steps: ReturnType<Laboratory['send']>['steps'], chain: string): string | undefined {
  const entered = steps.find(
    (step) => step.kind === 'chain-entered' && step.device === 'router' && step.chain.chain === chain,
  )
  return entered?.kind === 'chain-entered' ? addresses(entered.packet) : undefined
}

describe('masquerade', () => {
  test('[B1] the source port is kept, and the reply comes to FORWARD with the inside address again', () => {
    const lab = behindMasquerade({ 'filter FORWARD': {} })
    const sent = lab.send('client', segment('S'))
    expect(addresses(sent.last)).toBe('203.0.113.1:5000 > 203.0.113.80:443')
    const reply = lab.send('server', backSegment('SA', { dst: ROUTER_WAN }))
    expect(seenIn(reply.steps, 'FORWARD')).toBe('203.0.113.80:443 > 192.168.1.10:5000')
    expect([reply.end, reply.at, addresses(reply.last)]).toEqual([
      'delivered',
      'client',
      '203.0.113.80:443 > 192.168.1.10:5000',
    ])
  })

  const second = (fields = {}) => segment('S', { src: ip('192.168.1.11'), ...fields })
  const portOf = (packet: Packet) => (packet.kind === 'tcp' ? packet.sport : -1)

  test.each([
    [200, 1, 511],
    [700, 600, 1023],
    [5000, 1024, 65535],
  ])('[B3] on a clash port %i becomes a random one of %i to %i', (sport, first, last) => {
    const lab = behindMasquerade()
    lab.send('client', segment('S', { sport }))
    const port = portOf(lab.inject('router', 'lan0', second({ sport })).last)
    expect(port).not.toBe(sport)
    expect(port).toBeGreaterThanOrEqual(first)
    expect(port).toBeLessThanOrEqual(last)
  })

  test('[B2] the same port serves another destination', () => {
    const lab = behindMasquerade()
    lab.send('client', segment('S'))
    expect(portOf(lab.inject('router', 'lan0', second({ dport: 80 })).last)).toBe(5000)
  })

  test.each([
    ['inside the range and free it is kept', 5000, '4000-6000', 5000, 5000],
    ['outside the range it is random inside', 5000, '40000-40010', 40_000, 40_010],
  ])('[B4] --to-ports: %s', (_what, sport, ports, first, last) => {
    const lab = new Laboratory({
      router: netfilter({ 'nat POSTROUTING': { rules: [[{}, masquerade(to(undefined, ports))]] } }),
    })
    const port = portOf(lab.send('client', segment('S', { sport })).last)
    expect(port).toBeGreaterThanOrEqual(first)
    expect(port).toBeLessThanOrEqual(last)
  })

  test('[B5, R031] the 102nd to one destination is lost by no rule; another destination still works', () => {
    const lab = new Laboratory({
      router: netfilter({ 'nat POSTROUTING': { rules: [[{}, masquerade(to(undefined, '61000-61100'))]] } }),
    })
    const ends = Array.from(
      { length: 102 },
      (_, i) => lab.send('client', segment('S', { sport: 2000 + i })).end,
    )
    expect(ends.filter((end) => end === 'delivered')).toHaveLength(101)
    expect(ends.at(-1)).toBe('nat-exhausted')
    expect(lab.send('client', segment('S', { sport: 9999, dport: 80 })).end).toBe('delivered')
  })

  test('[B12] what is INVALID is not translated: it leaves with the inside address', () => {
    const lab = behindMasquerade()
    expect(addresses(lab.inject('router', 'lan0', segment('FA', { ack: 1 })).last)).toBe(
      '192.168.1.10:5000 > 203.0.113.80:443',
    )
  })

  test('[B13] the chains are asked for the first packet only, later NEW ones included', () => {
    const lab = behindMasquerade()
    const visits = [1, 2].map(() =>
      lab
        .send('client', datagram())
        .steps.some((step) => step.kind === 'chain-entered' && step.chain.table === 'nat'),
    )
    expect(visits).toEqual([true, false])
  })

  test('[B15] a clash of echo identifiers gets a random one, and each reply finds its way', () => {
    const lab = behindMasquerade()
    const first = lab.send('client', icmp(8, { icmpId: 9 })).last
    const other = lab.inject('router', 'lan0', icmp(8, { icmpId: 9, src: ip('192.168.1.11') })).last
    const idOf = (packet: Packet) => (packet.kind === 'icmp' ? packet.icmpId : undefined)
    expect(idOf(first)).toBe(9)
    expect(idOf(other)).not.toBe(9)
    const reply = lab.send('server', icmp(0, { icmpId: 9, src: SERVER, dst: ROUTER_WAN }))
    expect([reply.end, reply.at]).toEqual(['delivered', 'client'])
  })

  test('[B17] FORWARD drop: POSTROUTING is not asked and nothing is bound', () => {
    const lab = behindMasquerade({ 'filter FORWARD': { policy: 'drop' } })
    const sent = lab.send('client', segment('S'))
    expect(sent.end).toBe('dropped')
    expect(
      sent.steps.some((step) => step.kind === 'chain-entered' && step.chain.chain === 'POSTROUTING'),
    ).toBe(false)
    expect(entriesOf(lab.stateOf('router').conntrack, 0)).toEqual([])
  })

  test('[B8, B22] what nobody asked for goes to the INPUT of the router, NEW', () => {
    const lab = behindMasquerade()
    lab.send('client', segment('S'))
    const stray = lab.send('server', segment('S', { src: SERVER, dst: ROUTER_WAN, sport: 444, dport: 5000 }))
    expect([stray.end, stray.at, stray.state('router')]).toEqual(['delivered', 'router', 'new'])
  })

  test('[B19] a flow that no rule translates gets another port where a LAN host holds its own', () => {
    const lab = behindMasquerade()
    lab.send('client', segment('S'))
    const own = lab.send('router', segment('S', { src: ROUTER_WAN }))
    expect(own.end).toBe('delivered')
    expect(portOf(own.last)).not.toBe(5000)
  })

  test('[B21] the first match wins; accept leaves alone', () => {
    const lab = new Laboratory({
      router: netfilter({
        'nat POSTROUTING': {
          rules: [
            [{ dport: '443', protocol: 'tcp' }, { kind: 'accept' }],
            [{}, masquerade()],
          ],
        },
      }),
    })
    expect(addresses(lab.send('client', segment('S')).last)).toBe('192.168.1.10:5000 > 203.0.113.80:443')
    expect(addresses(lab.send('client', segment('S', { dport: 80 })).last)).toBe(
      '203.0.113.1:5000 > 203.0.113.80:80',
    )
  })

  test('[B11] an error about a translated flow is RELATED; its destination and what it quotes are put back', () => {
    const lab = behindMasquerade()
    const out = lab.send('client', segment('S')).last
    const error = lab.send('server', icmp(3, { code: 3, src: SERVER, dst: ROUTER_WAN, quoted: out }))
    expect([error.state('router'), error.at, error.last.dst]).toEqual(['related', 'client', CLIENT])
    expect(error.last.kind === 'icmp' && error.last.quoted && addresses(error.last.quoted)).toBe(
      '192.168.1.10:5000 > 203.0.113.80:443',
    )
  })

  test('[e3 C7] an error about a tuple that is not an entry goes to INPUT, INVALID', () => {
    const lab = behindMasquerade()
    const unknown = segment('S', { src: ROUTER_WAN, sport: 7777 })
    const error = lab.send('server', icmp(3, { src: SERVER, dst: ROUTER_WAN, quoted: unknown }))
    expect([error.state('router'), error.at]).toEqual(['invalid', 'router'])
  })
})

describe('dnat', () => {
  test('[B6, B7] FORWARD sees the new destination and port, never the outside port', () => {
    const lab = withMapping({ 'filter FORWARD': {} })
    const sent = lab.send('server', fromOutside('S'))
    expect(seenIn(sent.steps, 'FORWARD')).toBe('203.0.113.80:6000 > 192.168.1.10:443')
    expect([sent.end, sent.at]).toEqual(['delivered', 'client'])
    const reply = lab.send('client', turned(sent.last as ReturnType<typeof segment>))
    expect(reply.at).toBe('server')
    expect(addresses(reply.last)).toBe('203.0.113.1:8443 > 203.0.113.80:6000')
  })

  test('[B14] packets made on the box are translated by OUTPUT only', () => {
    const rules: LabChain = { rules: [[{ protocol: 'tcp', dport: '8443' }, dnat('203.0.113.80', '443')]] }
    const packet = segment('S', { src: ROUTER_WAN, dst: ip('203.0.113.99'), dport: 8443 })
    const viaPrerouting = new Laboratory({ router: netfilter({ 'nat PREROUTING': rules }) }).send(
      'router',
      packet,
    )
    const viaOutput = new Laboratory({ router: netfilter({ 'nat OUTPUT': rules }) }).send('router', packet)
    expect([viaPrerouting.end, viaOutput.end, viaOutput.last.dst]).toEqual([
      'no-neighbor',
      'delivered',
      SERVER,
    ])
  })

  test("[B9] hairpin without SNAT: the SYN arrives with the client's address", () => {
    const lab = new Laboratory({
      router: netfilter({
        'nat PREROUTING': { rules: [[{ protocol: 'tcp', dport: '8443' }, dnat('192.168.1.10', '443')]] },
      }),
    })
    const sent = lab.inject(
      'router',
      'lan0',
      segment('S', { src: ip('192.168.1.11'), dst: ROUTER_WAN, dport: 8443 }),
    )
    expect([sent.at, addresses(sent.last)]).toEqual(['client', '192.168.1.11:5000 > 192.168.1.10:443'])
  })

  test('[B10] hairpin with MASQUERADE of LAN to LAN comes from the router', () => {
    const lab = new Laboratory({
      router: netfilter({
        'nat PREROUTING': { rules: [[{ protocol: 'tcp', dport: '8443' }, dnat('192.168.1.10', '443')]] },
        'nat POSTROUTING': { rules: [[{ src: '192.168.1.0/24', oif: 'lan0' }, masquerade()]] },
      }),
    })
    const sent = lab.inject(
      'router',
      'lan0',
      segment('S', { src: ip('192.168.1.11'), dst: ROUTER_WAN, dport: 8443 }),
    )
    expect(addresses(sent.last)).toBe('192.168.1.1:5000 > 192.168.1.10:443')
  })

  test('[B16] REDIRECT sends to the address of the interface it came by, then INPUT', () => {
    const lab = new Laboratory({
      router: netfilter({
        'nat PREROUTING': {
          rules: [
            [
              { protocol: 'tcp', dport: '443' },
              { kind: 'redirect', to: to(undefined, '3128') },
            ],
          ],
        },
        'filter INPUT': {},
      }),
    })
    const sent = lab.send('client', segment('S'))
    expect([sent.at, sent.last.dst]).toEqual(['router', ROUTER_LAN])
    expect(seenIn(sent.steps, 'INPUT')).toBe('192.168.1.10:5000 > 192.168.1.1:3128')
  })

  test('[B18, B20] a range of addresses: one client and server always get the same one', () => {
    const range: NatTo = { addresses: { first: ip('198.51.100.1'), last: ip('198.51.100.8') } }
    const lab = new Laboratory({
      router: netfilter({ 'nat POSTROUTING': { rules: [[{}, { kind: 'snat', to: range }]] } }),
    })
    const sources = [1, 2, 3, 4].map((n) => lab.send('client', segment('S', { sport: 5000 + n })).last.src)
    expect(new Set(sources).size).toBe(1)
  })

  test('[D3] drop in a nat chain drops, and the next SYN, still NEW, is asked again', () => {
    const lab = new Laboratory({ router: netfilter({ 'nat PREROUTING': { rules: [[{}, 'drop']] } }) })
    expect([1, 2].map(() => lab.send('client', segment('S')).end)).toEqual(['dropped', 'dropped'])
  })
})

test('a router whose translation is off does not ask its nat tables', () => {
  const lab = new Laboratory({ router: netfilter({ 'nat POSTROUTING': POSTROUTING }), nat: 'off' })
  expect(addresses(lab.send('client', segment('S')).last)).toBe('192.168.1.10:5000 > 203.0.113.80:443')
})
