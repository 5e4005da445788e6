import { describe, expect, test } from 'vitest'
import { answer, filterText, iptables, type Json, six, syn, synAck } from './laboratory'

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

  test('[A12] sysctl: with be_liberal data far ahead is ESTABLISHED', () => {
    const data = { ...syn, flags: 'PA', seq: 10_000_000, ack: 501, payload: 10 }
    const ack = { ...syn, flags: 'A', seq: 101, ack: 501 }
    const stateOf = (sysctl: Json) =>
      answer({ router: { sysctl } }, [syn, synAck, ack, data]).packets[3]?.hops[1]?.state
    expect(stateOf({})).toBe('INVALID')
    expect(stateOf({ 'net/netfilter/nf_conntrack_tcp_be_liberal': 1 })).toBe('ESTABLISHED')
  })
})
