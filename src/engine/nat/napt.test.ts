import { describe, expect, test } from 'vitest'
import { packetAddresses } from '@/model/packet/label'
import type { Packet } from '@/model/packet/packet'
import type { PortMapping } from '@/model/topology/topology'
import {
  backSegment,
  CLIENT,
  CLIENT6,
  datagram,
  home,
  icmp,
  ip,
  type LabOptions,
  Laboratory,
  noFilter,
  ROUTER_WAN,
  SERVER,
  SERVER6,
  type Sent,
  segment,
  turned,
} from '../laboratory'

const addresses = (packet: Packet | undefined) => packet && packetAddresses(packet)
const gateway = (options: LabOptions = {}) => new Laboratory({ router: noFilter(), nat: 'napt', ...options })
const mapping = (fields: Partial<PortMapping> = {}): PortMapping => ({
  id: 'web',
  enabled: true,
  name: 'web',
  protocol: 'tcp',
  outside: { first: 443, last: 443 },
  insideAddress: CLIENT,
  insidePort: 443,
  ...fields,
})
const toGateway = (flags: string, fields = {}) =>
  segment(flags, { src: SERVER, dst: ROUTER_WAN, sport: 6000, dport: 443, ...fields })
const lookups = (sent: Sent) => sent.steps.filter((step) => step.kind === 'binding-lookup')
const bindings = (sent: Sent) => sent.steps.flatMap((step) => (step.kind === 'binding' ? [step] : []))

describe('from inside', () => {
  test('the source becomes the outside address with the same port, and the answer finds its way', () => {
    const lab = gateway()
    const sent = lab.send('client', segment('S'))
    expect(addresses(sent.last)).toBe('203.0.113.1:5000 > 203.0.113.80:443')
    expect(bindings(sent)).toMatchObject([
      {
        change: 'created',
        binding: { inside: '192.168.1.10:5000', outside: '203.0.113.1:5000', peer: '203.0.113.80:443' },
      },
    ])
    const reply = lab.send('server', backSegment('SA', { dst: ROUTER_WAN }))
    expect([reply.end, addresses(reply.last)]).toEqual(['delivered', '203.0.113.80:443 > 192.168.1.10:5000'])
    expect(bindings(reply)[0]?.change).toBe('refreshed')
  })

  test('two hosts with the same source port to one server: the second gets another one', () => {
    const lab = gateway()
    lab.send('client', segment('S'))
    const other = lab.inject('router', 'lan0', segment('S', { src: ip('192.168.1.11') })).last
    expect(other.kind === 'tcp' && other.sport).not.toBe(5000)
  })

  test('the binding is for one peer: another port of the server is refused (RFC 4787 section 5)', () => {
    const lab = gateway()
    lab.send('client', segment('S'))
    expect(lab.send('server', backSegment('SA', { dst: ROUTER_WAN, sport: 444 })).end).toBe('no-binding')
  })

  test('what the tracker calls invalid is translated too: translation is no filter', () => {
    expect(addresses(gateway().inject('router', 'lan0', segment('FA', { ack: 1 })).last)).toBe(
      '203.0.113.1:5000 > 203.0.113.80:443',
    )
  })

  test('an echo and its reply go by the identifier', () => {
    const lab = gateway()
    expect(lab.send('client', icmp(8, { icmpId: 7 })).last.src).toBe(ROUTER_WAN)
    const reply = lab.send('server', icmp(0, { icmpId: 7, src: SERVER, dst: ROUTER_WAN }))
    expect([reply.end, reply.at]).toEqual(['delivered', 'client'])
    expect(lab.send('server', icmp(0, { icmpId: 8, src: SERVER, dst: ROUTER_WAN })).end).toBe('no-binding')
  })

  test('an error about a translated packet comes back to its sender, with the packet as it was sent', () => {
    const lab = gateway()
    const out = lab.send('client', datagram()).last
    const error = lab.send('server', icmp(3, { code: 3, src: SERVER, dst: ROUTER_WAN, quoted: out }))
    expect([error.end, error.at]).toEqual(['delivered', 'client'])
    expect(error.last.kind === 'icmp' && addresses(error.last.quoted)).toBe(
      '192.168.1.10:5000 > 203.0.113.80:53',
    )
  })

  test('a binding goes away with its time, and the trace says so', () => {
    const lab = gateway()
    lab.send('client', datagram())
    const late = lab.wait(31).send('server', turned(datagram({ src: ROUTER_WAN })))
    expect(late.end).toBe('no-binding')
    expect(bindings(late).map(({ change }) => change)).toEqual(['expired'])
  })

  test('IPv6 keeps its addresses', () => {
    const syn = segment('S', { src: CLIENT6, dst: SERVER6 })
    expect(gateway().send('client', syn).last.src).toBe(CLIENT6)
  })

  test("the gateway's own packets get a binding that changes nothing", () => {
    const lab = gateway()
    const own = segment('S', { src: ROUTER_WAN })
    expect(lab.send('router', own).last).toMatchObject({ src: ROUTER_WAN, sport: 5000 })
    const reply = lab.send('server', backSegment('SA', { dst: ROUTER_WAN }))
    expect([reply.end, reply.at]).toEqual(['delivered', 'router'])
  })
})

describe('inside to inside through the outside address (RFC 4787 section 6)', () => {
  const NEIGHBOR = ip('192.168.1.11')
  const toOutside = (fields = {}) =>
    segment('S', { src: NEIGHBOR, dst: ROUTER_WAN, sport: 5000, dport: 8080, ...fields })
  const web = () => gateway({ mappings: [mapping({ outside: { first: 8080, last: 8080 }, insidePort: 80 })] })

  test('REQ-9: a mapping holds for hosts inside too; the one asked sees the outside address as the source', () => {
    const sent = web().inject('router', 'lan0', toOutside())
    expect([sent.end, sent.at, addresses(sent.last)]).toEqual([
      'delivered',
      'client',
      '203.0.113.1:5000 > 192.168.1.10:80',
    ])
  })

  test('its answer goes by the gateway and comes from the address that was asked', () => {
    const lab = web()
    const { last } = lab.inject('router', 'lan0', toOutside())
    const answer = lab.send('client', turned(last as ReturnType<typeof segment>))
    expect(addresses(answer.last)).toBe('203.0.113.1:8080 > 192.168.1.11:5000')
    const next = lab.inject('router', 'lan0', toOutside({ seq: 1001 }))
    expect(addresses(next.last)).toBe('203.0.113.1:5000 > 192.168.1.10:80')
  })

  test('a host may ask for a mapping of its own', () => {
    const sent = web().send('client', toOutside({ src: CLIENT }))
    expect([sent.at, addresses(sent.last)]).toEqual(['client', '203.0.113.1:5000 > 192.168.1.10:80'])
  })

  test('two hosts inside with the same source port: the second gets another one', () => {
    const lab = web()
    lab.inject('router', 'lan0', toOutside())
    const { last } = lab.inject('router', 'lan0', toOutside({ src: ip('192.168.1.12') }))
    expect(last.kind === 'tcp' && last.sport).not.toBe(5000)
  })

  test('a port without a mapping is for the gateway itself', () => {
    expect(web().inject('router', 'lan0', toOutside({ dport: 81 }))).toMatchObject({
      end: 'delivered',
      at: 'router',
    })
  })

  test('an error about it comes back to the host inside, with the packet as it was sent', () => {
    const lab = web()
    const { last } = lab.inject('router', 'lan0', toOutside())
    const error = lab.send('client', icmp(3, { code: 3, src: CLIENT, dst: ROUTER_WAN, quoted: last }))
    expect(error.last.dst).toBe(NEIGHBOR)
    expect(error.last.kind === 'icmp' && addresses(error.last.quoted)).toBe(
      '192.168.1.11:5000 > 203.0.113.1:8080',
    )
  })
})

describe('from outside', () => {
  test('R041, R043: an attempt nobody asked for ends at the gateway, with the tuple that was looked up', () => {
    const sent = gateway().send('server', toGateway('S'))
    expect(sent.disposition).toEqual({ kind: 'no-binding' })
    expect(lookups(sent)).toMatchObject([{ found: false, looked: 'tcp 203.0.113.80:6000 > 203.0.113.1:443' }])
    expect(sent.steps.some((step) => step.kind === 'chain-entered')).toBe(false)
  })

  test('R043: `inbound` is not asked about what has no binding', () => {
    const sent = gateway({ router: home('home-stateless', { inbound: { policy: 'accept' } }) }).send(
      'server',
      toGateway('S'),
    )
    expect(sent.end).toBe('no-binding')
    expect(sent.steps.some((step) => step.kind === 'chain-entered')).toBe(false)
  })

  test('a ping to the outside address has no binding either', () => {
    const sent = gateway().send('server', icmp(8, { src: SERVER, dst: ROUTER_WAN, icmpId: 5 }))
    expect(sent.end).toBe('no-binding')
    expect(lookups(sent)).toMatchObject([{ looked: 'icmp 203.0.113.80 > 203.0.113.1 id 5' }])
  })

  test('R044: a port mapping tells whom to send it to; without it the packet is lost', () => {
    const lab = gateway({ mappings: [mapping()] })
    const sent = lab.send('server', toGateway('S'))
    expect([sent.end, sent.at, addresses(sent.last)]).toEqual([
      'delivered',
      'client',
      '203.0.113.80:6000 > 192.168.1.10:443',
    ])
    expect(sent.steps).toContainEqual(expect.objectContaining({ kind: 'translated', by: 'port-mapping' }))
    const reply = lab.send('client', turned(sent.last as ReturnType<typeof segment>))
    expect(addresses(reply.last)).toBe('203.0.113.1:443 > 203.0.113.80:6000')
    expect(gateway().send('server', toGateway('S')).end).toBe('no-binding')
  })

  test('R044: `inbound` sees the inside address, and what it drops binds nothing', () => {
    const lab = gateway({ router: home('home-stateless'), mappings: [mapping()] })
    const sent = lab.send('server', toGateway('S'))
    expect(sent.end).toBe('dropped')
    const entered = sent.steps.find((step) => step.kind === 'chain-entered')
    expect(entered?.kind === 'chain-entered' && addresses(entered.packet)).toBe(
      '203.0.113.80:6000 > 192.168.1.10:443',
    )
    expect(lab.stateOf('router').bindings.byTuple.size).toBe(0)
  })

  test('R045: a mapping for TCP does not admit UDP on the same port', () => {
    const lab = gateway({ mappings: [mapping()] })
    expect(lab.send('server', datagram({ src: SERVER, dst: ROUTER_WAN, dport: 443 })).end).toBe('no-binding')
  })

  test.each([
    [8080, 80],
    [8081, 81],
    [8089, 89],
  ])('a range keeps its order: %i goes to %i', (dport, inside) => {
    const ranged = mapping({ outside: { first: 8080, last: 8089 }, insidePort: 80 })
    const sent = gateway({ mappings: [ranged] }).send('server', toGateway('S', { dport }))
    expect(sent.last).toMatchObject({ dst: CLIENT, dport: inside })
  })

  test('a mapping that is off does nothing', () => {
    expect(gateway({ mappings: [mapping({ enabled: false })] }).send('server', toGateway('S')).end).toBe(
      'no-binding',
    )
  })

  test('a reset to what a mapping let in comes from the outside address', () => {
    const lab = gateway({
      router: home('home-stateless', {
        inbound: { rules: [[{ protocol: 'tcp' }, { kind: 'reject', with: 'tcp-reset' }]] },
      }),
      mappings: [mapping({ outside: { first: 8443, last: 8443 } })],
    })
    const sent = lab.send('server', toGateway('S', { dport: 8443 }))
    expect(sent.answers[0]).toMatchObject({ end: 'delivered', at: 'server' })
    expect(addresses(sent.answers[0]?.last)).toBe('203.0.113.1:8443 > 203.0.113.80:6000')
  })
})
