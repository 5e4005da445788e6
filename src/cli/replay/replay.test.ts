import { describe, expect, test } from 'vitest'
import { runInMemory } from '../memory-io'
import {
  answer,
  datagram,
  datagramBack,
  filter,
  iptables,
  type Json,
  six,
  syn,
  synAck,
  TOPOLOGY,
} from './laboratory'

const STATEFUL = filter(
  '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
  '-A FORWARD -i lan0 -p tcp --dport 443 -j ACCEPT',
)

describe('a case', () => {
  test('a connection through a stateful router: verdicts, states, directions and the rules that matched', () => {
    const { packets } = answer({ router: { ruleset: STATEFUL } }, [syn, synAck])
    expect(packets[0]).toEqual({
      verdict: 'delivered',
      at: { host: 'server', iif: 'eth0' },
      received: expect.objectContaining({
        proto: 'tcp',
        src: '192.168.1.10',
        dst: '203.0.113.80',
        sport: 62712,
        dport: 443,
        flags: 'S',
        ttl: 63,
      }),
      hops: [
        { host: 'client', oif: 'eth0', state: 'NEW', dir: 'original', path: [], end: 'sent' },
        {
          host: 'router',
          iif: 'lan0',
          oif: 'wan0',
          state: 'NEW',
          dir: 'original',
          path: [{ table: 'filter', chain: 'FORWARD', rule: 2 }],
          end: 'sent',
        },
        { host: 'server', iif: 'eth0', state: 'NEW', dir: 'original', path: [], end: 'delivered' },
      ],
      generated: [],
    })
    expect(packets[1]?.hops[1]).toEqual({
      host: 'router',
      iif: 'wan0',
      oif: 'lan0',
      state: 'ESTABLISHED',
      dir: 'reply',
      path: [{ table: 'filter', chain: 'FORWARD', rule: 1 }],
      end: 'sent',
    })
  })

  test('an unsolicited SYN-ACK ends at the policy', () => {
    const { packets } = answer({ router: { ruleset: STATEFUL } }, [{ ...synAck, inject: 'wire' }])
    expect(packets[0]).toMatchObject({
      verdict: 'dropped',
      at: { host: 'router', iif: 'wan0', oif: 'lan0' },
      rule: { table: 'filter', chain: 'FORWARD', policy: true },
      hops: [{ host: 'router', state: 'INVALID', end: 'dropped' }],
    })
  })

  test('[D1] a reject is answered, and the answer crosses OUTPUT with state RELATED', () => {
    const { packets } = answer(
      { router: { ruleset: filter('-A FORWARD -p tcp -j REJECT --reject-with tcp-reset') } },
      [syn],
    )
    expect(packets[0]).toMatchObject({
      verdict: 'dropped',
      rule: { table: 'filter', chain: 'FORWARD', rule: 1 },
    })
    expect(packets[0]?.generated).toMatchObject([
      {
        from: 'router',
        packet: { src: '203.0.113.80', dst: '192.168.1.10', sport: 443, dport: 62712, flags: 'RA', ack: 101 },
        verdict: 'delivered',
        hops: [
          { host: 'router', state: 'RELATED', path: [{ chain: 'OUTPUT', policy: true }] },
          { host: 'client', state: 'ESTABLISHED' },
        ],
      },
    ])
  })

  test('quiet keeps the answers in', () => {
    const { packets } = answer({ router: { ruleset: filter('-A FORWARD -j REJECT') } }, [syn], {
      quiet: true,
    })
    expect(packets[0]?.generated).toEqual([])
  })

  test('[B6] DNAT: FORWARD sees the new destination, the receiver what arrives', () => {
    const nat =
      '*nat\n-A PREROUTING -i wan0 -p tcp --dport 8443 -j DNAT --to-destination 192.168.1.10:443\nCOMMIT\n'
    const ruleset = iptables(
      `${nat}*filter\n:FORWARD DROP\n-A FORWARD -d 192.168.1.10 -p tcp --dport 443 -j LOG\n-A FORWARD -d 192.168.1.10 -p tcp --dport 443 -j ACCEPT\nCOMMIT\n`,
    )
    const { packets } = answer({ router: { ruleset } }, [
      { from: 'server', proto: 'tcp', src: '203.0.113.80', dst: '203.0.113.1', sport: 5000, dport: 8443 },
    ])
    expect(packets[0]).toMatchObject({
      verdict: 'delivered',
      at: { host: 'client' },
      received: { dst: '192.168.1.10', dport: 443 },
    })
    expect(packets[0]?.hops[1]?.path).toEqual([
      { table: 'nat', chain: 'PREROUTING', rule: 1 },
      { table: 'filter', chain: 'FORWARD', rule: 1 },
      { table: 'filter', chain: 'FORWARD', rule: 2 },
      { table: 'nat', chain: 'POSTROUTING', policy: true },
    ])
  })

  test('[C4] what was awaited is forgotten after its time', () => {
    const rules = {
      router: {
        ruleset: filter(
          '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT',
          '-A FORWARD -i lan0 -j ACCEPT',
        ),
      },
    }
    const verdicts = (wait: number) =>
      answer(rules, [datagram, { ...datagramBack, wait }]).packets.map(({ verdict }) => verdict)
    expect(verdicts(29)).toEqual(['delivered', 'delivered'])
    expect(verdicts(31)).toEqual(['delivered', 'dropped'])
  })

  test('[A5] sysctl: without loose pickup a stray ACK is INVALID', () => {
    const ack = { ...syn, flags: 'A', inject: 'wire' }
    const stateOf = (sysctl: Json) => answer({ router: { sysctl } }, [ack]).packets[0]?.hops[0]?.state
    expect(stateOf({})).toBe('NEW')
    expect(stateOf({ 'net/netfilter/nf_conntrack_tcp_loose': 0 })).toBe('INVALID')
    expect(stateOf({ 'net.netfilter.nf_conntrack_tcp_loose': 0 })).toBe('INVALID')
  })

  const MARTIAN = 'an address that cannot be there'
  test.each<[string, Json, Json, string | undefined]>([
    ['no route', { from: 'router', dst: '8.8.8.8', src: '203.0.113.1' }, {}, 'no route'],
    ['no route at a router on the way', { dst: '8.8.8.8' }, {}, 'no route'],
    ['a TTL that ends', { ttl: 1 }, {}, 'its TTL ended'],
    ['[D9] the source 127.0.0.1', { src: '127.0.0.1', inject: 'wire' }, {}, MARTIAN],
    ['[D9] the source 0.0.0.0', { src: '0.0.0.0', inject: 'wire' }, {}, MARTIAN],
    ["[D9] the receiver's own address as source", { src: '203.0.113.1', inject: 'wire' }, {}, MARTIAN],
    [
      'a host that does not forward',
      {},
      { sysctl: { 'net/ipv4/ip_forward': 0 } },
      'the host does not forward',
    ],
  ])('vanished: %s', (_what, packet, router, reason) => {
    const [first] = answer({ router }, [{ ...syn, ...packet }]).packets
    expect([first?.verdict, first?.reason, first?.rule]).toEqual(['vanished', reason, undefined])
    expect(first?.hops.at(-1)?.end).toBe('vanished')
  })

  test('vanished: [B5] every port of a range is taken', () => {
    const nat = '*nat\n-A POSTROUTING -p tcp -j SNAT --to-source 203.0.113.1:1000-1000\nCOMMIT\n'
    const { packets } = answer({ router: { ruleset: iptables(nat) } }, [syn, { ...syn, sport: 5001 }])
    expect(packets.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['delivered', undefined],
      ['vanished', 'no port is left to translate to'],
    ])
  })

  test.each<[string, Json]>([
    ['[D9] an address that nobody on the last link has', { dst: '203.0.113.99' }],
    ['[D9] the same, made on the last host', { from: 'router', src: '203.0.113.1', dst: '203.0.113.99' }],
  ])('sent: %s', (_what, packet) => {
    const [first] = answer({}, [{ ...syn, ...packet }]).packets
    expect(first).toMatchObject({ verdict: 'sent', at: { host: 'router', oif: 'wan0' } })
    expect(first).not.toHaveProperty('reason')
    expect(first).not.toHaveProperty('received')
  })

  test('sent: out of an interface that is on no link', () => {
    const hosts = { a: { interfaces: { eth0: { addr: '10.0.0.1/24' } } } }
    const packet = { from: 'a', proto: 'udp', src: '10.0.0.1', dst: '10.0.0.2', sport: 1, dport: 2 }
    expect(answer({}, [packet], {}, { hosts }).packets[0]?.verdict).toBe('sent')
  })

  test('[D9] no route and a TTL that ends are answered by the router; its answer is RELATED', () => {
    const { packets } = answer({}, [
      { ...syn, dst: '8.8.8.8' },
      { ...syn, ttl: 1 },
      { ...six(syn), ttl: 1 },
    ])
    expect(packets.map(({ generated }) => generated)).toMatchObject([
      [{ from: 'router', packet: { icmp_type: 3, icmp_code: 0 }, hops: [{ state: 'RELATED' }, {}] }],
      [{ from: 'router', packet: { icmp_type: 11, icmp_code: 0 }, verdict: 'delivered' }],
      [{ from: 'router', packet: { proto: 'icmpv6', icmp_type: 3, icmp_code: 0 } }],
    ])
  })

  test('[E13] a packet to an own address comes back in by lo: two hops', () => {
    const { packets } = answer({ router: { ruleset: filter('-A INPUT -i lo -j ACCEPT') } }, [
      { from: 'router', proto: 'tcp', src: '203.0.113.1', dst: '203.0.113.1', sport: 5000, dport: 80 },
    ])
    expect(packets[0]?.hops).toEqual([
      {
        host: 'router',
        oif: 'lo',
        state: 'NEW',
        dir: 'original',
        path: [{ table: 'filter', chain: 'OUTPUT', policy: true }],
        end: 'sent',
      },
      {
        host: 'router',
        iif: 'lo',
        state: 'NEW',
        dir: 'original',
        path: [{ table: 'filter', chain: 'INPUT', rule: 1 }],
        end: 'delivered',
      },
    ])
  })

  test('[e10 I1] dual stack: two texts, each for its own packets', () => {
    const six = {
      tool: 'ip6tables-restore',
      text: '*filter\n:FORWARD ACCEPT\n-A FORWARD -p icmpv6 -j DROP\nCOMMIT\n',
    }
    const echo = {
      from: 'client',
      proto: 'icmpv6',
      src: '2001:db8:1::10',
      dst: '2001:db8:2::80',
      icmp_type: 128,
      icmp_id: 7,
    }
    const { packets } = answer({ router: { ruleset: [filter(), six] } }, [
      syn,
      echo,
      { ...syn, src: '2001:db8:1::10', dst: '2001:db8:2::80' },
    ])
    expect(packets.map(({ verdict, rule }) => [verdict, rule])).toEqual([
      ['dropped', { table: 'filter', chain: 'FORWARD', policy: true }],
      ['dropped', { table: 'filter', chain: 'FORWARD', rule: 1 }],
      ['delivered', undefined],
    ])
  })

  test('an ICMP error quotes a packet and is RELATED', () => {
    const error = {
      from: 'server',
      proto: 'icmp',
      src: '203.0.113.80',
      dst: '192.168.1.10',
      icmp_type: 3,
      icmp_code: 3,
      inner: { proto: 'tcp', src: '192.168.1.10', dst: '203.0.113.80', sport: 62712, dport: 443 },
    }
    const { packets } = answer({ router: { ruleset: STATEFUL } }, [syn, error])
    expect(packets[1]).toMatchObject({ verdict: 'delivered', received: { inner: { dport: 443 } } })
    expect(packets[1]?.hops[1]).toMatchObject({ host: 'router', state: 'RELATED' })
  })

  test('what is kept as text is told', () => {
    const { diagnostics } = answer(
      { router: { ruleset: filter('-A FORWARD -m recent --name x --rcheck -j ACCEPT') } },
      [syn],
    )
    expect(diagnostics).toMatchObject([{ host: 'router', kind: 'approximated', line: 5 }])
  })
})

describe('the command', () => {
  const case_ = JSON.stringify({ topology: TOPOLOGY, packets: [syn] })

  test('one case, one result', () => {
    const { status, out, err } = runInMemory(['replay', 'case.json'], { 'case.json': case_ })
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(JSON.parse(out).packets[0].verdict).toBe('delivered')
  })

  test('--jsonl: a line each, the good ones answered although one is bad, status 2 in the end', () => {
    const { status, out } = runInMemory(['replay', '--jsonl', '-'], {
      '-': `${case_}\n\nnot json\n{"packets":[]}\n${case_}\n`,
    })
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(status).toBe(2)
    expect(lines.map((line) => line.at ?? line.packets[0].verdict)).toEqual([
      'delivered',
      '',
      '/topology',
      'delivered',
    ])
  })

  test('the same case gives the same result', () => {
    const [first, second] = [1, 2].map(() => runInMemory(['replay', '-'], { '-': case_ }).out)
    expect(first).toBe(second)
  })
})
