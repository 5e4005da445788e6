import { describe, expect, test } from 'vitest'
import { answer, syn, TOPOLOGY } from './laboratory'

describe('links', () => {
  const host = (addr: string | string[], link?: string) => ({
    interfaces: { eth0: { addr, ...(link && { link }) } },
  })
  const udp = { from: 'a', proto: 'udp', src: '10.0.0.1', dst: '10.0.0.3', sport: 1, dport: 2 }

  test('interfaces that name one link are joined, however many', () => {
    const hosts = { a: host('10.0.0.1/24', 'x'), b: host('10.0.0.2/24', 'x'), c: host('10.0.0.3/24', 'x') }
    expect(answer({}, [udp], {}, { hosts }).packets[0]).toMatchObject({
      verdict: 'delivered',
      at: { host: 'c' },
      hops: [{ host: 'a' }, { host: 'c' }],
    })
  })

  test('a packet on a wire with several hosts goes to the one that has the next address', () => {
    const hosts = { a: host('10.0.0.1/24', 'x'), b: host('10.0.0.2/24', 'x'), c: host('10.0.0.3/24', 'x') }
    const wire = { ...udp, inject: 'wire', src: '10.9.9.9' }
    expect(answer({}, [wire], {}, { hosts }).packets[0]?.hops.map((hop) => hop.host)).toEqual(['c'])
  })

  test.each(['192.168.1.255', '255.255.255.255'])('[D9] the router takes what is sent to %s', (dst) => {
    const [first] = answer({}, [{ ...syn, proto: 'udp', dst }]).packets
    expect(first).toMatchObject({ verdict: 'delivered', at: { host: 'router', iif: 'lan0' } })
  })

  test('"out" puts it on the link of another interface', () => {
    const [first] = answer({}, [{ ...syn, from: 'router', inject: 'wire', out: 'lan0' }]).packets
    expect(first?.hops[0]).toMatchObject({ host: 'client', iif: 'eth0' })
  })

  test('a host with more than one link forwards, one that says otherwise does not', () => {
    const router = { ...TOPOLOGY.hosts.router, forward: false }
    const [first] = answer({}, [syn], {}, { hosts: { ...TOPOLOGY.hosts, router } }).packets
    expect(first).toMatchObject({ verdict: 'vanished', reason: 'the host does not forward' })
  })

  test('the longest prefix decides the way, whatever the order of the routes', () => {
    const hosts = {
      a: { ...host('10.0.0.1/24', 'x'), routes: ['default via 10.0.0.2', '10.5.0.0/16 via 10.0.0.3'] },
      b: host('10.0.0.2/24', 'x'),
      c: host(['10.0.0.3/24', '10.5.0.1/16'], 'x'),
    }
    const to = (dst: string) => answer({}, [{ ...udp, dst }], {}, { hosts }).packets[0]?.hops[1]?.host
    expect([to('10.5.0.1'), to('10.6.0.1')]).toEqual(['c', 'b'])
  })

  test('a router that sends a packet back out by the same link is visited, and so is the host it turns to', () => {
    const hosts = {
      a: { ...host('10.0.0.1/24', 'x'), routes: ['default via 10.0.0.2'] },
      b: { ...host('10.0.0.2/24', 'x'), routes: ['10.5.0.0/16 via 10.0.0.3'], forward: true },
      c: host(['10.0.0.3/24', '10.5.0.1/16'], 'x'),
    }
    const [first] = answer({}, [{ ...udp, dst: '10.5.0.1' }], {}, { hosts }).packets
    expect(first?.hops.map(({ host, iif, oif }) => [host, iif, oif])).toEqual([
      ['a', undefined, 'eth0'],
      ['b', 'eth0', 'eth0'],
      ['c', 'eth0', undefined],
    ])
  })

  test('two routers that send a packet to and fro visit it until its TTL ends', () => {
    const hosts = {
      a: { ...host('10.0.0.1/24', 'x'), routes: ['default via 10.0.0.2'], forward: true },
      b: { ...host('10.0.0.2/24', 'x'), routes: ['default via 10.0.0.1'], forward: true },
    }
    const [first] = answer({}, [{ ...udp, src: '10.0.0.9', dst: '8.8.8.8', ttl: 5 }], {}, { hosts }).packets
    expect(first?.hops.map((hop) => hop.host)).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
    expect(first?.reason).toBe('its TTL ended')
  })
})
