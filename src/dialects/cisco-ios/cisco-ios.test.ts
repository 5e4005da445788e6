import { describe, expect, test } from 'vitest'
import { formatCondition } from '@/model/fields/cell'
import { allChains, rulesOf } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import { detectDialect } from '../detect'
import { parseCiscoIos } from './parse'
import { printCiscoIos } from './print'

/** Each chain with rules, its rules in one line each. */
function chainsIn(text: string): Record<string, string[]> {
  const read = parseCiscoIos(text, context)
  if (!read.ok) throw new Error(read.diagnostics[0]?.message)
  const filled = allChains(read.value.firewall.ruleset).filter(({ chain }) => chain.rows.length > 0)
  return Object.fromEntries(
    filled.map(({ ref, chain }) => [
      `${ref.family} ${ref.chain}`,
      rulesOf(chain).map(({ name, match, target, log }) => {
        const conditions = match.map((each) => {
          const field = each.kind === 'test' ? `${each.field} ` : ''
          return `${field}${formatCondition(each, context.names)}`
        })
        const what = target.kind === 'jump' ? `jump ${target.chain}` : target.kind
        return `${name === '' ? '' : `"${name}" `}${conditions.join(', ') || 'any'}: ${log ? 'log, ' : ''}${what}`
      }),
    ]),
  )
}
const notes = (text: string) =>
  parseCiscoIos(text, context).diagnostics.map(
    ({ kind, line, column, message }) => `${kind} ${line}:${column} ${message}`,
  )
const roundTrip = (text: string) => {
  const read = parseCiscoIos(text, context)
  if (!read.ok) throw new Error(read.diagnostics[0]?.message)
  return printCiscoIos(read.value.firewall, context)
}

describe('where a list is bound decides what it is asked', () => {
  test('in: what arrives there, for the router and for others', () => {
    const text = `access-list 101 remark Web server
access-list 101 permit tcp any host 192.0.2.80 eq www
access-list 101 permit tcp any any established
interface Serial0
 ip access-group 101 in`
    expect(chainsIn(text)).toEqual({
      'ip INPUT': ['iif Serial0: jump 101'],
      'ip FORWARD': ['iif Serial0: jump 101'],
      'ip 101': [
        '"Web server" protocol tcp, dst 192.0.2.80, dport 80: accept',
        'protocol tcp, tcpFlags 4-7, 12-255: accept'.replace('4-7, 12-255', flagText(text)),
        '"implicit deny" any: reject',
      ],
    })
  })
  test('in and out: what the first permits is asked by the second', () => {
    const text = `interface GigabitEthernet0/0
 ip access-group from-lan in
interface GigabitEthernet0/1
 ip access-group to-wan out
ip access-list extended from-lan
 permit ip 192.168.1.0 0.0.0.255 any
ip access-list extended to-wan
 deny udp any any eq 53
 permit ip any any`
    expect(chainsIn(text)).toEqual({
      'ip INPUT': ['iif GigabitEthernet0/0: jump from-lan'],
      'ip FORWARD': ['iif GigabitEthernet0/0: jump from-lan', 'oif GigabitEthernet0/1: jump to-wan'],
      'ip from-lan': ['src 192.168.1.0/24: return', '"implicit deny" any: reject'],
      'ip to-wan': ['protocol udp, dport 53: reject', 'any: accept'],
    })
  })
  test('no ip unreachables: what is denied gets no answer', () => {
    const text = `ip access-list extended x
 permit icmp any any
interface Dialer1
 ip access-group x in
 no ip unreachables`
    expect(chainsIn(text)['ip x']).toEqual(['protocol icmp: accept', '"implicit deny" any: drop'])
  })
  test('a list without entries and a list that is not there pass everything', () => {
    const text = `ip access-list extended empty
interface Dialer1
 ip access-group empty in
 ip access-group absent out`
    expect(chainsIn(text)).toEqual({
      'ip INPUT': ['iif Dialer1: jump empty'],
      'ip FORWARD': ['iif Dialer1: jump empty'],
    })
    expect(notes(text)).toEqual([
      'note 4:1 There is no list absent in this text: everything passes, as on the device.',
    ])
  })
  test('the second list of one place takes it over', () => {
    const text = `access-list 1 permit any
access-list 2 permit any
interface e0
 ip access-group 1 in
 ip access-group 2 in`
    expect(chainsIn(text)['ip FORWARD']).toEqual(['iif e0: jump 2'])
  })
  test('IPv6 lists let neighbor discovery in before they deny', () => {
    const text = `ipv6 access-list six
 permit tcp any any eq 443
interface e0
 ipv6 traffic-filter six in`
    expect(chainsIn(text)['ip6 six']).toEqual([
      'protocol tcp, dport 443: accept',
      '"implicit nd-na" protocol icmpv6, icmpv6Type neighbour-advertisement: accept',
      '"implicit nd-ns" protocol icmpv6, icmpv6Type neighbour-solicitation: accept',
      '"implicit deny" any: reject',
    ])
  })
  test('a list that is bound nowhere is read, and a note says that nobody asks it', () => {
    expect(notes('access-list 101 deny ip any any')).toEqual([
      'note 1:1 The list 101 is bound to no interface: no packet is asked. Write "ip access-group 101 in" below an interface.',
    ])
  })
})

/** The set of flags bytes of `established` as a cell writes it. */
function flagText(text: string): string {
  const line = parseCiscoIos(text, context)
  const rules = line.ok ? allChains(line.value.firewall.ruleset).flatMap(({ chain }) => rulesOf(chain)) : []
  const flags = rules
    .flatMap(({ match }) => match)
    .find((each) => each.kind === 'test' && each.field === 'tcpFlags')
  return formatCondition(flags, context.names)
}

describe('each line is told of', () => {
  test('what is not about filtering is named and left alone', () => {
    const text = `hostname R1
!
interface e0
 ip address 192.0.2.1 255.255.255.0
 ip nat outside
 ip access-group 101 in
access-list 101 permit ip any any
ip nat inside source list 1 interface e0 overload`
    const read = parseCiscoIos(text, context)
    expect(read.ok && read.value.lines.map(({ fate }) => fate)).toEqual([
      'not-understood',
      'comment',
      'understood',
      'not-understood',
      'not-understood',
      'understood',
      'understood',
      'not-understood',
    ])
    expect(notes(text)).toEqual([
      'ignored 1:1 This line says nothing of what passes.',
      'ignored 4:2 This line says nothing of what passes.',
      'unsupported 5:2 Translation is not read.',
      'unsupported 8:1 Translation is not read.',
    ])
  })
  test('prompts are passed over', () => {
    const text = `R1#configure terminal
R1(config)#ip access-list extended x
R1(config-ext-nacl)#permit tcp any any eq 80
R1(config-ext-nacl)#exit
R1(config)#interface e0
R1(config-if)#ip access-group x in`
    expect(chainsIn(text)['ip x']).toEqual(['protocol tcp, dport 80: accept', '"implicit deny" any: reject'])
  })
  test('what show access-lists prints', () => {
    const text = `Extended IP access list 101
    10 permit tcp any any eq www (5 matches)
    20 deny ip any any log (1 match)
IPv6 access list six
    permit ipv6 any any (3 matches) sequence 10`
    expect(chainsIn(text)).toEqual({
      'ip 101': ['protocol tcp, dport 80: accept', 'any: log, reject'],
      'ip6 six': ['any: accept'],
    })
  })
  test('an option that asks for what is not drawn is kept', () => {
    expect(notes('access-list 101 permit tcp any any eq 80 time-range office')).toContain(
      'approximated 1:42 time-range office is kept as it stands and assumed not to match.',
    )
  })
})

describe('written', () => {
  test('a configuration comes back as it was read', () => {
    const text = `ip access-list extended from-wan
 remark Mail and web
 permit tcp any host 192.0.2.25 eq 25
 permit tcp any any established
 deny ip any any log
interface Dialer1
 ip access-group from-wan in
 no ip unreachables
`
    const printed = roundTrip(text)
    expect(printed.losses).toEqual([])
    expect(printed.complete).toBe(true)
    const own = (line: string) => line !== '' && !/^\s*!/.test(line)
    expect(printed.text.split('\n').filter(own)).toEqual(text.split('\n').filter(own))
  })
  test('what was written reads as the same and is written as the same', () => {
    const once = roundTrip(
      'access-list 101 permit tcp any any eq 80 443\naccess-list 101 permit udp any any neq 53',
    )
    expect(roundTrip(once.text)).toEqual(once)
  })
})

test.each([
  ['access-list 101 permit tcp any any eq 80', 'cisco-ios'],
  ['R1(config)#ip access-list extended x', 'cisco-ios'],
  ['ipv6 access-list six\n permit ipv6 any any', 'cisco-ios'],
])('%s is known by itself', (text, id) => {
  expect(detectDialect(text)[0]?.dialect.id).toBe(id)
})
