import { describe, expect, test } from 'vitest'
import { formatCondition } from '@/model/fields/cell'
import type { CtState } from '@/model/fields/field'
import { parseAddress } from '@/model/packet/address'
import { tcpPacket, udpPacket } from '@/model/packet/build'
import { allChains, rulesOf } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import { verdictOf } from '../../../tests/verdicts'
import { parseUci } from './parse'

const ROUTER = `config defaults
	option input 'REJECT'
	option output 'ACCEPT'
	option forward 'REJECT'
	option drop_invalid '1'

config zone
	option name 'lan'
	list network 'lan'
	option input 'ACCEPT'
	option output 'ACCEPT'
	option forward 'ACCEPT'

config zone
	option name 'wan'
	list network 'wan'
	list network 'wan6'
	option input 'REJECT'
	option output 'ACCEPT'
	option forward 'DROP'
	option masq '1'
	option mtu_fix '1'

config forwarding
	option src 'lan'
	option dest 'wan'

config rule
	option name 'No-SMTP'
	option src 'lan'
	option dest 'wan'
	option proto 'tcp'
	option dest_port '25'
	option target 'REJECT'

config rule
	option name 'Allow-DHCP-Renew'
	option src 'wan'
	option proto 'udp'
	option dest_port '68'
	option target 'ACCEPT'
	option family 'ipv4'

config redirect
	option name 'web'
	option src 'wan'
	option dest 'lan'
	option proto 'tcp'
	option src_dport '8080'
	option dest_ip '192.168.1.10'
	option dest_port '80'
`

const read = (text: string) => {
  const result = parseUci(text, context)
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return result
}

/** Rules of a chain, one line each. */
function rulesIn(text: string, table: string, name: string): string[] {
  const found = allChains(read(text).value.firewall.ruleset).find(
    ({ ref }) => ref.table === table && ref.chain === name,
  )
  return (found ? rulesOf(found.chain) : []).map(({ match, target, assume }) => {
    const conditions = match.map((each) =>
      each.kind === 'test'
        ? `${each.field} ${formatCondition(each, context.names)}`
        : formatCondition(each, context.names),
    )
    const what = 'chain' in target ? `jump ${target.chain}` : target.kind
    return [conditions.join('; ') || 'any', what, assume].filter(Boolean).join(': ')
  })
}

function verdict(
  chain: 'INPUT' | 'FORWARD' | 'OUTPUT',
  packet: { readonly to: string; readonly port: number; readonly udp?: boolean },
  ways: { readonly iif?: string; readonly oif?: string },
  ctState: CtState = 'new',
) {
  const address = (text: string) => {
    const parsed = parseAddress(text)
    if (!parsed.ok) throw new Error(text)
    return parsed.value
  }
  const ends = { src: address('198.51.100.9'), dst: address(packet.to), sport: 40_000, dport: packet.port }
  const { kind, name } = verdictOf(
    read(ROUTER).value.firewall,
    { family: 'inet', table: 'filter', chain },
    { packet: packet.udp ? udpPacket(ends) : tcpPacket({ ...ends, flags: 2 }), ...ways, ctState },
    context,
  )
  return `${kind} by ${name}`
}

describe('the chains that fw4 makes of zones, in their order', () => {
  test.each([
    [
      'from inside out, by the forwarding',
      'FORWARD',
      { to: '203.0.113.9', port: 443 },
      { iif: 'lan', oif: 'wan' },
      'accept by lan to wan',
    ],
    [
      'rules come before forwardings',
      'FORWARD',
      { to: '203.0.113.9', port: 25 },
      { iif: 'lan', oif: 'wan' },
      'reject by No-SMTP',
    ],
    [
      'from outside in: the forward policy of a zone is for its own devices, the rest is the default',
      'FORWARD',
      { to: '192.168.1.9', port: 80 },
      { iif: 'wan', oif: 'lan' },
      'reject by policy',
    ],
    [
      'from outside to outside',
      'FORWARD',
      { to: '192.0.2.1', port: 80 },
      { iif: 'wan', oif: 'wan' },
      'drop by forward of wan',
    ],
    [
      'to the router from inside',
      'INPUT',
      { to: '192.168.1.1', port: 22 },
      { iif: 'lan' },
      'accept by input of lan',
    ],
    [
      'to the router from outside',
      'INPUT',
      { to: '203.0.113.1', port: 22 },
      { iif: 'wan' },
      'reject by input of wan',
    ],
    [
      'to the router from outside, by a rule',
      'INPUT',
      { to: '203.0.113.1', port: 68, udp: true },
      { iif: 'wan' },
      'accept by Allow-DHCP-Renew',
    ],
    [
      'from the router',
      'OUTPUT',
      { to: '203.0.113.9', port: 53, udp: true },
      { oif: 'wan' },
      'accept by output of wan',
    ],
  ] as const)('%s', (_what, chain, packet, ways, expected) => {
    expect(verdict(chain, packet, ways)).toBe(expected)
  })

  test('replies pass first, and packets of no connection never', () => {
    const packet = { to: '192.168.1.9', port: 80 }
    expect(verdict('FORWARD', packet, { iif: 'wan', oif: 'lan' }, 'established')).toBe('accept by replies')
    expect(verdict('FORWARD', packet, { iif: 'lan', oif: 'wan' }, 'invalid')).toBe('drop by invalid')
  })
})

describe('translation', () => {
  test('a zone masquerades IPv4 that leaves by it', () => {
    expect(rulesIn(ROUTER, 'nat', 'POSTROUTING')).toEqual([
      'oif lan: jump srcnat_lan',
      'oif wan: jump srcnat_wan',
    ])
    expect(rulesIn(ROUTER, 'nat', 'srcnat_wan')).toEqual(['family IPv4: masquerade'])
  })
  test('what a redirect has translated is let in by the chains of its zone', () => {
    expect(rulesIn(ROUTER, 'filter', 'forward_wan')).toContain('ctStatus dnat: accept')
    expect(rulesIn(ROUTER, 'filter', 'input_wan')).toContain('ctStatus dnat: accept')
  })
  test('a redirect serves outside and, by reflection, inside', () => {
    expect(rulesIn(ROUTER, 'nat', 'dstnat_wan')).toEqual(['family IPv4; protocol tcp; dport 8080: dnat'])
    expect(rulesIn(ROUTER, 'nat', 'dstnat_lan')).toEqual([
      'family IPv4; protocol tcp; src LAN; dst outside address; dport 8080: dnat',
    ])
    expect(rulesIn(ROUTER, 'nat', 'srcnat_lan')).toEqual([
      'family IPv4; protocol tcp; src LAN; dst 192.168.1.10; dport 80: masquerade',
    ])
  })
})

describe('what a rule asks', () => {
  const rule = (...options: string[]) =>
    rulesIn(
      `config rule\n\toption src '*'\n${options.map((each) => `\toption ${each}\n`).join('')}`,
      'filter',
      'INPUT',
    ).slice(2)
  test.each([
    ['tcp and udp where nothing is said', ["target 'DROP'"], ['protocol tcp, udp: drop']],
    ['icmp of both families', ['proto icmp', 'target DROP'], ['protocol icmp, icmpv6: drop']],
    [
      'types by the family that has them',
      ['proto icmp', 'icmp_type bad-header', 'target DROP'],
      ['family IPv6; protocol icmpv6; icmpv6Type 4/0: drop'],
    ],
    [
      'ports for the protocols that have them',
      ["proto 'tcp gre'", 'dest_port 1723', 'target DROP'],
      ['protocol tcp; dport 1723: drop', 'protocol gre: drop'],
    ],
    [
      'addresses of one family hold it to that',
      ['proto any', "src_ip '!2001:db8::/32'", 'target DROP'],
      ['family IPv6; src not 2001:db8::/32: drop'],
    ],
    [
      'a limit is not reached by one packet',
      ['proto any', "limit '10/second'", 'target ACCEPT'],
      ['limit=10/second: accept: matches'],
    ],
    [
      'other conditions are kept and assumed not to match',
      ['proto any', "src_mac '00:11:22:33:44:55'", 'target ACCEPT'],
      ['src_mac=00:11:22:33:44:55: accept'],
    ],
  ])('%s', (_what, options, expected) => {
    expect(rule(...options)).toEqual(expected)
  })

  test('a set of one kind is its addresses, one of two kinds asks both together', () => {
    const set = (match: string, entry: string) =>
      `config ipset\n\toption name s\n${match}\tlist entry '${entry}'\nconfig rule\n\toption src '*'\n\toption proto tcp\n\toption ipset s\n\toption target DROP\n`
    expect(rulesIn(set('\toption match src_net\n', '10.0.0.0/8'), 'filter', 'INPUT').at(-1)).toBe(
      'protocol tcp; src 10.0.0.0/8: drop',
    )
    expect(
      rulesIn(set('\tlist match src_ip\n\tlist match dest_port\n', '10.0.0.1 80'), 'filter', 'INPUT').at(-1),
    ).toBe('protocol tcp; src . dport 10.0.0.1 . 80: drop')
  })
})

describe('every line has a fate', () => {
  test.each([
    [
      'an option that is not kept',
      "config rule\n\toption src '*'\n\toption extra '-m x'\n",
      '3:15 unsupported',
    ],
    ['a file that is included', "config include\n\toption path '/etc/firewall.user'\n", '1:1 unsupported'],
    ['a section of another file', "config rule\n\toption src '*'\nconfig dnsmasq\n", '3:1 ignored'],
    [
      'a network that the text does not have',
      "config zone\n\toption name x\n\tlist network 'office'\n",
      '3:15 note',
    ],
  ])('%s', (_what, text, place) => {
    const { diagnostics } = read(text)
    expect(diagnostics.map(({ line, column, kind }) => `${line}:${column} ${kind}`)).toContain(place)
  })
  test('all lines of a section know its rules', () => {
    const { lines } = read("config rule\n\toption src '*'\n\toption target 'DROP'\n").value
    expect(lines.map(({ fate, rules }) => [fate, rules])).toEqual([
      ['understood', ['line-1']],
      ['understood', ['line-1']],
      ['understood', ['line-1']],
      ['blank', []],
    ])
  })
})
