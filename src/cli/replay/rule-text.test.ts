import { describe, expect, test } from 'vitest'
import {
  answer,
  datagram,
  datagramBack,
  filterText,
  iptables,
  type Json,
  ping,
  six,
  syn,
  synAck,
} from './laboratory'

const pong = { ...ping, from: 'server', src: ping.dst, dst: ping.src, icmp_type: 0 }

describe('rule text', () => {
  const TOOLS = [
    'iptables-legacy-restore',
    'iptables-restore',
    'ip6tables-legacy-restore',
    'ip6tables-restore',
  ]
  test.each(TOOLS)('%s', (tool) => {
    const packet = tool.startsWith('ip6') ? six(syn) : syn
    const ruleset = { tool, text: filterText('-A FORWARD -p tcp -j LOG', '-A FORWARD -p tcp -j DROP') }
    expect(answer({ router: { ruleset } }, [packet]).packets[0]).toMatchObject({
      verdict: 'dropped',
      rule: { table: 'filter', chain: 'FORWARD', rule: 2 },
    })
  })

  test('the path has rules that go on, jumps, and policies over all tables, in order', () => {
    const text = `*raw
:PREROUTING ACCEPT
-A PREROUTING -p tcp -j LOG
COMMIT
*mangle
:FORWARD ACCEPT
COMMIT
*filter
:FORWARD DROP
:web -
-A FORWARD -p udp -j DROP
-A FORWARD -p tcp -j web
-A FORWARD -j ACCEPT
-A web -p tcp --dport 80 -j DROP
-A web -p tcp --dport 443
-A web -p tcp --dport 443 -j RETURN
COMMIT
`
    const path = answer({ router: { ruleset: iptables(text) } }, [syn]).packets[0]?.hops[1]?.path
    const place = (each: NonNullable<typeof path>[number]) =>
      `${each.table} ${each.chain} ${'rule' in each ? each.rule : 'policy'}`
    expect(path?.map(place)).toEqual([
      'raw PREROUTING 1',
      'raw PREROUTING policy',
      'mangle PREROUTING policy',
      'mangle FORWARD policy',
      'filter FORWARD 2',
      'filter web 2',
      'filter web 3',
      'filter FORWARD 3',
      'mangle POSTROUTING policy',
    ])
  })

  test("a text that this program wrote is the tool's too: rules are counted line by line, in the chains it has", () => {
    const comment = (rule: string) => `-m comment --comment "[highport rule=${rule}]"`
    const text = `# [highport kind=home-stateless]
*filter
:FORWARD ACCEPT
:inbound -
-A FORWARD -i lan0 -j inbound
-A inbound -p tcp --dport 80 ${comment('a')} -j DROP
-A inbound -p tcp --dport 443 ${comment('a')} -j DROP
# off: -A inbound ${comment('b')} -j ACCEPT
-A inbound ${comment('c')} -j ACCEPT
COMMIT
`
    expect(answer({ router: { ruleset: iptables(text) } }, [syn]).packets[0]?.rule).toEqual({
      table: 'filter',
      chain: 'inbound',
      rule: 2,
    })
  })

  test('only the tables that the text has are asked', () => {
    const nat = iptables('*nat\n:POSTROUTING ACCEPT\nCOMMIT\n')
    const tables = answer({ router: { ruleset: nat } }, [syn]).packets[0]?.hops[1]?.path.map(
      (each) => each.table,
    )
    expect(tables).toEqual(['nat', 'nat'])
  })

  test.each([
    ['iptables-legacy-restore', ['PREROUTING', 'FORWARD', 'POSTROUTING']],
    ['iptables-restore', ['FORWARD']],
  ])('%s: of a table that names one base chain, these are there', (tool, chains) => {
    const ruleset = { tool, text: '*mangle\n:FORWARD ACCEPT [0:0]\nCOMMIT\n' }
    const path = answer({ router: { ruleset } }, [syn]).packets[0]?.hops[1]?.path
    expect(path?.map(({ chain }) => chain)).toEqual(chains)
  })

  test('blank text is a ruleset without rules', () => {
    expect(answer({ router: { ruleset: iptables(' \n') } }, [syn]).packets[0]?.hops[1]?.path).toEqual([])
  })

  test('what a sysctl changes nothing of is told', () => {
    const sysctl = { 'net/ipv4/tcp_fin_timeout': 30 }
    expect(answer({ router: { sysctl } }, []).diagnostics).toEqual([
      { host: 'router', kind: 'ignored', message: 'net/ipv4/tcp_fin_timeout changes nothing here.' },
    ])
  })

  test.each<[string, Json, Json, string]>([
    ['net.ipv4.ip_forward', { 'net.ipv4.ip_forward': '0' }, syn, 'vanished'],
    [
      'net/ipv6/conf/all/forwarding is of IPv6 alone',
      { 'net/ipv6/conf/all/forwarding': 0 },
      syn,
      'delivered',
    ],
    ['net/ipv6/conf/all/forwarding', { 'net/ipv6/conf/all/forwarding': false }, six(syn), 'vanished'],
  ])('sysctl: %s', (_path, sysctl, packet, verdict) => {
    expect(answer({ router: { sysctl } }, [packet]).packets[0]?.verdict).toBe(verdict)
  })

  test.each<[string, Json, Json[], number, string]>([
    ['udp_timeout', { 'net/netfilter/nf_conntrack_udp_timeout': 5 }, [datagram, datagramBack], 6, 'NEW'],
    [
      'udp_timeout, not over yet',
      { 'net/netfilter/nf_conntrack_udp_timeout': 5 },
      [datagram, datagramBack],
      4,
      'ESTABLISHED',
    ],
    [
      'tcp_timeout_syn_sent',
      { 'net/netfilter/nf_conntrack_tcp_timeout_syn_sent': 2 },
      [syn, synAck],
      3,
      'INVALID',
    ],
    [
      'tcp_timeout_close is of another state',
      { 'net/netfilter/nf_conntrack_tcp_timeout_close': 2 },
      [syn, synAck],
      3,
      'ESTABLISHED',
    ],
    ['icmp_timeout', { 'net/netfilter/nf_conntrack_icmp_timeout': 1 }, [ping, pong], 2, 'INVALID'],
  ])('sysctl: nf_conntrack_%s', (_name, sysctl, [first, second], wait, state) => {
    const { packets } = answer({ router: { sysctl } }, [first as Json, { ...second, inject: 'wire', wait }])
    expect(packets[1]?.hops[0]?.state).toBe(state)
  })

  const spoofed = { ...syn, src: '203.0.113.99', inject: 'wire' }
  test.each<[string, Json, Json, string]>([
    ['off', { 'net/ipv4/conf/all/rp_filter': 0 }, spoofed, 'delivered'],
    ['strict, on all', { 'net/ipv4/conf/all/rp_filter': 1 }, spoofed, 'vanished'],
    ['strict, on the interface', { 'net.ipv4.conf.lan0.rp_filter': 1 }, spoofed, 'vanished'],
    ['strict, on another interface', { 'net/ipv4/conf/wan0/rp_filter': 1 }, spoofed, 'delivered'],
    ['loose: some way leads back', { 'net/ipv4/conf/all/rp_filter': 2 }, spoofed, 'delivered'],
    ['loose: none does', { 'net/ipv4/conf/all/rp_filter': 2 }, { ...spoofed, src: '10.9.9.9' }, 'vanished'],
    ['strict, a source that is where it should be', { 'net/ipv4/conf/all/rp_filter': 1 }, syn, 'delivered'],
    [
      'of IPv4 alone',
      { 'net/ipv4/conf/all/rp_filter': 1 },
      { ...six(spoofed), src: '2001:db8:9::1' },
      'delivered',
    ],
  ])('[D10] sysctl: rp_filter %s', (_mode, sysctl, packet, verdict) => {
    const [first] = answer({ router: { sysctl, ruleset: iptables('*mangle\nCOMMIT\n') } }, [packet]).packets
    expect(first?.verdict).toBe(verdict)
    // Lost after PREROUTING, by no rule.
    if (verdict === 'vanished')
      expect(first?.hops[0]?.path).toEqual([{ table: 'mangle', chain: 'PREROUTING', policy: true }])
  })

  test('[A12] sysctl: with be_liberal data far ahead is ESTABLISHED', () => {
    const data = { ...syn, flags: 'PA', seq: 10_000_000, ack: 501, payload: 10 }
    const ack = { ...syn, flags: 'A', seq: 101, ack: 501 }
    const stateOf = (sysctl: Json) =>
      answer({ router: { sysctl } }, [syn, synAck, ack, data]).packets[3]?.hops[1]?.state
    expect(stateOf({})).toBe('INVALID')
    expect(stateOf({ 'net/netfilter/nf_conntrack_tcp_be_liberal': 1 })).toBe('ESTABLISHED')
  })
})
