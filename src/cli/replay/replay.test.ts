import { describe, expect, test } from 'vitest'
import { runInMemory } from '../memory-io'
import { replayText } from './replay'

/** client 192.168.1.10 -- lan0 router wan0 -- server 203.0.113.80, as the kernel was measured. */
const TOPOLOGY = {
  hosts: {
    client: {
      interfaces: { eth0: { addr: ['192.168.1.10/24', '2001:db8:1::10/64'], link: 'lan' } },
      routes: ['default via 192.168.1.1', 'default via 2001:db8:1::1'],
    },
    router: {
      interfaces: {
        lan0: { addr: ['192.168.1.1/24', '2001:db8:1::1/64'], link: 'lan' },
        wan0: { addr: ['203.0.113.1/24', '2001:db8:2::1/64'], link: 'wan' },
      },
    },
    server: {
      interfaces: { eth0: { addr: ['203.0.113.80/24', '2001:db8:2::80/64'], link: 'wan' } },
      routes: ['default via 203.0.113.1', 'default via 2001:db8:2::1'],
    },
  },
}

const iptables = (text: string) => ({ tool: 'iptables-legacy-restore', text })
const filter = (...rules: string[]) =>
  iptables(
    `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`,
  )

type Json = Record<string, unknown>

function answer(hosts: Json, packets: Json[], options: Json = {}) {
  const result = replayText(JSON.stringify({ topology: TOPOLOGY, hosts, packets, options }))
  if ('error' in result) throw new Error(`${result.at}: ${result.error}`)
  return result
}

const syn = {
  from: 'client',
  proto: 'tcp',
  src: '192.168.1.10',
  dst: '203.0.113.80',
  sport: 62712,
  dport: 443,
  flags: 'S',
  seq: 100,
}
const synAck = {
  from: 'server',
  proto: 'tcp',
  src: '203.0.113.80',
  dst: '192.168.1.10',
  sport: 443,
  dport: 62712,
  flags: 'SA',
  seq: 500,
  ack: 101,
}
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
    const udp = {
      from: 'client',
      proto: 'udp',
      src: '192.168.1.10',
      dst: '203.0.113.80',
      sport: 5000,
      dport: 53,
    }
    const reply = {
      from: 'server',
      proto: 'udp',
      src: '203.0.113.80',
      dst: '192.168.1.10',
      sport: 53,
      dport: 5000,
    }
    const rules = {
      router: {
        ruleset: filter(
          '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT',
          '-A FORWARD -i lan0 -j ACCEPT',
        ),
      },
    }
    const verdicts = (wait: number) =>
      answer(rules, [udp, { ...reply, wait }]).packets.map(({ verdict }) => verdict)
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

  test.each([
    ['no route', { ...syn, dst: '8.8.8.8', from: 'router', src: '203.0.113.1' }, 'vanished', 'no route'],
    ['its TTL ended', { ...syn, ttl: 1 }, 'vanished', 'its TTL ended'],
    ['an address that nobody has', { ...syn, dst: '203.0.113.99' }, 'sent', undefined],
  ])('%s: %#', (_what, packet, verdict, reason) => {
    const [first] = answer({}, [packet]).packets
    expect([first?.verdict, first?.reason]).toEqual([verdict, reason])
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

  test('[I1] dual stack: two texts, each for its own packets', () => {
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

describe('a bad case says what is wrong, and where', () => {
  const good = { topology: TOPOLOGY, packets: [syn] }
  test.each([
    [
      { ...good, packets: [syn, { ...syn, dport: 65536 }] },
      '/packets/1/dport',
      'A whole number from 0 to 65535 belongs here.',
    ],
    [
      { ...good, packets: [{ ...syn, from: 'nobody' }] },
      '/packets/0/from',
      '"nobody" is none of client, router, server.',
    ],
    [{ ...good, packets: [{ ...syn, dst: '203.0.113.300' }] }, '/packets/0/dst', '300 is too large'],
    [{ ...good, packets: [{ ...syn, flags: 'SX' }] }, '/packets/0/flags', 'Flags are letters of FSRPAUEC'],
    [{ ...good, packets: [{ ...syn, prot: 'tcp' }] }, '/packets/0/prot', 'There is no "prot" here.'],
    [
      { ...good, packets: [{ ...syn, inject: 'wire', out: 'eth9' }] },
      '/packets/0/out',
      'client has no interface eth9.',
    ],
    [
      {
        ...good,
        packets: [
          { ...syn, inner: { proto: 'tcp' } },
          { from: 'client', proto: 'icmp', src: '192.168.1.10', dst: '1.1.1.1' },
        ],
      },
      '/packets/1/icmp_type',
      'A whole number',
    ],
    [
      { ...good, hosts: { router: { ruleset: iptables('*filter\n-A INPUT --dport 1 -j DROP\nCOMMIT\n') } } },
      '/hosts/router/ruleset/text',
      'Line 2, column 10: --dport needs a protocol.',
    ],
    [
      { ...good, hosts: { router: { ruleset: { tool: 'nft', text: 'table inet t {}' } } } },
      '/hosts/router/ruleset/tool',
      'The language of nft is not read yet.',
    ],
    [
      { ...good, hosts: { router: { ruleset: { tool: 'pf', text: '' } } } },
      '/hosts/router/ruleset/tool',
      '"pf" is none of',
    ],
    [{ ...good, hosts: { moon: {} } }, '/hosts/moon', 'There is no host moon in the topology.'],
    [{ ...good, options: { stack_answers: true } }, '/options/stack_answers', 'not replayed yet'],
    [{ packets: [] }, '/topology', 'An object belongs here.'],
    [
      { topology: { hosts: { 'a/b': { interfaces: { eth0: { addr: 'x' } } } } }, packets: [] },
      '/topology/hosts/a~1b/interfaces/eth0/addr',
      'x is not an address.',
    ],
    [
      {
        ...good,
        topology: {
          hosts: { ...TOPOLOGY.hosts, client: { ...TOPOLOGY.hosts.client, routes: ['default 1.1.1.1'] } },
        },
      },
      '/topology/hosts/client/routes/0',
      'A route is',
    ],
    [[], '', 'An object belongs here.'],
  ])('%#', (value, at, message) => {
    const result = replayText(JSON.stringify(value))
    if (!('error' in result)) throw new Error('the case was answered')
    expect(result.at).toBe(at)
    expect(result.error).toContain(message)
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
