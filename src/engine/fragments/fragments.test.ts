import { describe, expect, test } from 'vitest'
import { packetLength } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import { CLIENT6, datagram, home, Laboratory, netfilter, SERVER6 } from '../laboratory'
import { refragmented } from './refragment'

const IN_USE = netfilter({ 'filter FORWARD': { rules: [[{ ctState: 'new' }, 'accept']] } })
const PORTS_ONLY = netfilter({
  'filter FORWARD': { policy: 'drop', rules: [[{ protocol: 'udp', dport: '53' }, 'accept']] },
})
const V6 = { src: CLIENT6, dst: SERVER6 }
const cut = (packet: Packet, ...sizes: number[]) => refragmented(packet, sizes)
const datagramOf = (bytes: number, more = {}) =>
  datagram({ id: 7, dontFragment: false, payload: { bytes }, ...more })

describe('with conntrack in use', () => {
  test('[E7] [E9] fragments wait unseen; the last one to come goes on as the whole packet', () => {
    const lab = new Laboratory({ router: IN_USE })
    const [first, second] = cut(datagramOf(2000), 1480, 528) as [Packet, Packet]
    const waiting = lab.inject('router', 'lan0', second)
    expect(waiting.end).toBe('incomplete')
    expect(waiting.steps.map(({ kind }) => kind)).toEqual(['arrived', 'ended'])
    const whole = lab.inject('router', 'lan0', first)
    expect(whole.end).toBe('delivered')
    expect(whole.state('router')).toBe('new')
    expect(whole.last).toMatchObject({ kind: 'udp', dport: 53, payload: { bytes: 2000 } })
  })

  test.each([
    ['[E8b] IPv4', {}],
    ['[e10 G4] IPv6', V6],
  ])('%s: it leaves in fragments of the old sizes', (_, ends) => {
    const lab = new Laboratory({ router: IN_USE })
    const pieces = cut(datagramOf(1604, ends), 608, 304, 700)
    const last = pieces.map((piece) => lab.inject('router', 'lan0', piece)).at(-1)
    const left = last?.hops[0]?.result.forward?.pieces.map((each) => [each.fragment, each.payload?.bytes])
    expect(left).toEqual([
      [{ offset: 0, more: true }, 600],
      [{ offset: 608, more: true }, 304],
      [{ offset: 912, more: false }, 700],
    ])
  })

  test.each([
    ['IPv4', {}, 30],
    ['IPv6', V6, 60],
  ])('%s: what has waited %i s is forgotten', (_, ends, seconds) => {
    const lab = new Laboratory({ router: IN_USE })
    const [first, second] = cut(datagramOf(2000, ends), 1480, 528) as [Packet, Packet]
    lab.inject('router', 'lan0', first)
    expect(lab.wait(seconds).inject('router', 'lan0', second).end).toBe('incomplete')
  })

  test('fragments of packets with other numbers, or of other senders, are kept apart', () => {
    const lab = new Laboratory({ router: IN_USE })
    const [first] = cut(datagramOf(2000), 1480, 528) as [Packet, Packet]
    const [, other] = cut(datagramOf(2000, { id: 8 }), 1480, 528) as [Packet, Packet]
    lab.inject('router', 'lan0', first)
    expect(lab.inject('router', 'lan0', other).end).toBe('incomplete')
  })

  test('a wrong checksum of any fragment is one of the whole packet', () => {
    const lab = new Laboratory({ router: IN_USE })
    const [first, second] = cut(datagramOf(2000), 1480, 528) as [Packet, Packet]
    lab.inject('router', 'lan0', first)
    expect(lab.inject('router', 'lan0', { ...second, badChecksum: true }).state('router')).toBe('invalid')
  })

  test('a home gateway that translates puts fragments together too', () => {
    const lab = new Laboratory({ router: home('home-stateless'), nat: 'napt' })
    const [first, second] = cut(datagramOf(2000), 1480, 528) as [Packet, Packet]
    expect(lab.inject('router', 'lan0', first).end).toBe('incomplete')
    expect(lab.inject('router', 'lan0', second)).toMatchObject({ end: 'delivered', at: 'server' })
  })
})

describe('without conntrack', () => {
  const rules = { router: PORTS_ONLY, server: netfilter() }

  test('[E21] each fragment is looked at alone: a rule with ports lets the first one pass and not the others', () => {
    const lab = new Laboratory(rules)
    const [first, second] = cut(datagramOf(2000), 1480, 528) as [Packet, Packet]
    expect(lab.inject('router', 'lan0', first)).toMatchObject({ end: 'incomplete', at: 'server' })
    expect(lab.inject('router', 'lan0', second)).toMatchObject({ end: 'dropped', at: 'router' })
  })

  test.each([
    ['[E22] not this port', { protocol: 'udp', dport: 'not 80' }],
    ['[E21] any flags of TCP', { protocol: 'tcp', tcpFlags: 'not SYN' }],
  ])('%s: not matched by a later fragment either', (_, cells) => {
    const router = netfilter({ 'filter FORWARD': { policy: 'drop', rules: [[cells, 'accept']] } })
    const lab = new Laboratory({ router })
    const [, second] = cut(datagramOf(2000), 1480, 528) as [Packet, Packet]
    expect(lab.inject('router', 'lan0', second).end).toBe('dropped')
  })

  test.each([
    ['[E23] IPv4', {}],
    ['[e10 G5] IPv6', V6],
  ])('%s: a later fragment matches its protocol alone', (_, ends) => {
    const allow = { policy: 'drop', rules: [[{ protocol: 'udp' }, 'accept']] } as const
    const router = netfilter({ 'filter FORWARD': allow, 'ip6 filter FORWARD': allow })
    const lab = new Laboratory({ router })
    const [first, second] = cut(datagramOf(2000, ends), 1480, 528) as [Packet, Packet]
    expect(lab.inject('router', 'lan0', second)).toMatchObject({ end: 'incomplete', at: 'server' })
    expect(lab.inject('router', 'lan0', first)).toMatchObject({ end: 'delivered', at: 'server' })
  })

  test('a host takes the whole packet; in IPv4 INPUT sees it whole, in IPv6 fragment by fragment', () => {
    const input = { policy: 'drop', rules: [[{ protocol: 'udp', dport: '53' }, 'accept']] } as const
    const server = netfilter({ 'filter INPUT': input, 'ip6 filter INPUT': input })
    const send = (ends: object) => {
      const lab = new Laboratory({ router: netfilter(), server })
      return cut(datagramOf(2000, ends), 1480, 528).map((each) => lab.inject('server', 'eth0', each).end)
    }
    expect(send({})).toEqual(['incomplete', 'delivered'])
    expect(send(V6)).toEqual(['incomplete', 'dropped'])
  })
})

test('the length of a fragment is its own', () => {
  const pieces = cut(datagramOf(2000), 1480, 528)
  expect(pieces.map(packetLength)).toEqual([1500, 548])
})
