import { describe, expect, test } from 'vitest'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { writtenRule } from '@/model/firewalls/written-rule'
import { packetAddresses } from '@/model/packet/label'
import {
  backSegment,
  CLIENT,
  datagram,
  icmp,
  ip,
  Laboratory,
  ROUTER_WAN,
  SERVER,
  type Sent,
  segment,
  turned,
} from '../laboratory'

/** forward -s 192.168.1.0/24 -j MASQ with policy DENY; input and output accept. */
function masquerading(): Firewall {
  const firewall = firewallKind('ipchains').create()
  const names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }
  const rule = writtenRule(
    { id: 'masq', name: '', cells: { src: '192.168.1.0/24' }, target: { kind: 'masquerade', to: {} } },
    names,
  )
  const tables = firewall.ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) =>
      chain.name === 'forward' ? { ...chain, base: { policy: 'drop' as const }, rows: [rule] } : chain,
    ),
  }))
  return { ...firewall, ruleset: { tables } }
}

const router = () => new Laboratory({ router: masquerading(), nat: 'masquerading' })
const seen = (sent: Sent) =>
  sent.steps.flatMap((step) =>
    step.kind === 'chain-entered' && step.device === 'router'
      ? [`${step.chain.chain} ${packetAddresses(step.packet)}`]
      : [],
  )

describe('ipchains masquerading', () => {
  test('input sees the inside address, output the one on the wire, the port is of the pool', () => {
    const sent = router().send('client', segment('S'))
    expect(seen(sent)).toEqual([
      'input 192.168.1.10:5000 > 203.0.113.80:443',
      'forward 192.168.1.10:5000 > 203.0.113.80:443',
      'output 203.0.113.1:61000 > 203.0.113.80:443',
    ])
    expect(sent.end).toBe('delivered')
  })

  test('an answer: input sees the public address, forward is not asked, output sees the inside', () => {
    const lab = router()
    const out = lab.send('client', segment('S')).last
    const reply = lab.send('server', turned(out))
    expect(seen(reply)).toEqual([
      'input 203.0.113.80:443 > 203.0.113.1:61000',
      'output 203.0.113.80:443 > 192.168.1.10:5000',
    ])
    expect([reply.end, reply.at]).toEqual(['delivered', 'client'])
  })

  test('each connection gets the next port', () => {
    const lab = router()
    const ports = [1, 2, 3].map((n) => {
      const { last } = lab.send('client', segment('S', { sport: 5000 + n }))
      return last.kind === 'tcp' && last.sport
    })
    expect(ports).toEqual([61000, 61001, 61002])
  })

  test('the next packet of a connection keeps its port', () => {
    const lab = router()
    const ports = [1, 2].map(() => {
      const { last } = lab.send('client', datagram())
      return last.kind === 'udp' && last.sport
    })
    expect(ports).toEqual([61000, 61000])
  })

  test('what nobody asked for is for the router itself', () => {
    const stray = router().send('server', backSegment('SA', { dst: ROUTER_WAN, dport: 61000 }))
    expect([stray.end, stray.at]).toEqual(['delivered', 'router'])
    expect(stray.steps).toContainEqual(expect.objectContaining({ kind: 'binding-lookup', found: false }))
  })

  test('from the outside inwards without MASQ: the policy', () => {
    const sent = router().send('server', segment('S', { src: SERVER, dst: CLIENT }))
    expect(sent.disposition).toMatchObject({
      kind: 'dropped',
      by: { kind: 'policy', chain: { chain: 'forward' } },
    })
  })

  test('the 4,097th connection to one destination finds no port', () => {
    const lab = router()
    const ends = Array.from(
      { length: 4097 },
      (_, i) => lab.inject('router', 'lan0', segment('S', { sport: 2000 + i })).end,
    )
    expect(ends.indexOf('nat-exhausted')).toBe(4096)
  })

  test('a UDP binding lives 5 minutes', () => {
    const lab = router()
    const out = lab.send('client', datagram()).last
    expect(lab.wait(299).send('server', turned(out)).at).toBe('client')
    expect(lab.wait(301).send('server', turned(out)).at).toBe('router')
  })

  test('an echo and an error find their way back', () => {
    const lab = router()
    const ping = lab.send('client', icmp(8, { icmpId: 5 })).last
    const pong = lab.send('server', { ...turned(ping), type: 0 } as typeof ping)
    expect([pong.at, pong.last.kind === 'icmp' && pong.last.icmpId]).toEqual(['client', 5])
    const out = lab.send('client', datagram()).last
    const error = lab.send('server', icmp(3, { code: 3, src: SERVER, dst: ROUTER_WAN, quoted: out }))
    expect([error.at, error.last.dst]).toEqual(['client', CLIENT])
  })

  test('with masquerading off MASQ only accepts', () => {
    const lab = new Laboratory({ router: masquerading(), nat: 'off' })
    expect(lab.send('client', segment('S')).last.src).toBe(ip('192.168.1.10'))
  })
})
