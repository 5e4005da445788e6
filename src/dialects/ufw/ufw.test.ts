import { describe, expect, test } from 'vitest'
import { formatCondition } from '@/model/fields/cell'
import { allChains, rulesOf } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import { parseUfw } from './parse'
import { printUfw } from './print'

/** Rules of a person, one line each, with the policies in front. */
function rulesIn(text: string): string[] {
  const read = parseUfw(text)
  if (!read.ok) throw new Error(read.diagnostics[0]?.message)
  return allChains(read.value.firewall.ruleset).flatMap(({ chain }) =>
    rulesOf(chain)
      .filter(({ id }) => !id.startsWith('ufw-'))
      .map(({ match, target, name, log }) => {
        const conditions = match.map((each) =>
          each.kind === 'test' ? `${each.field} ${formatCondition(each, context.names)}` : '?',
        )
        const what = [target.kind, log && 'log', name].filter(Boolean).join(', ')
        return `${chain.name}: ${conditions.join('; ') || 'any'}: ${what}`
      }),
  )
}
const policies = (text: string) => {
  const read = parseUfw(text)
  return read.ok ? allChains(read.value.firewall.ruleset).map(({ chain }) => chain.base?.policy) : []
}

describe('commands', () => {
  test.each([
    ['a port is one of TCP and of UDP', 'ufw allow 53', 'INPUT: protocol tcp, udp; dport 53: accept'],
    ['a port with its protocol', 'sudo ufw allow 22/tcp', 'INPUT: protocol tcp; dport 22: accept'],
    ['a service', 'ufw allow ssh', 'INPUT: protocol tcp; dport 22: accept'],
    ['a profile', "ufw allow 'Nginx Full'", 'INPUT: protocol tcp; dport 80, 443: accept'],
    ['a range', 'ufw deny 1000:2000/udp', 'INPUT: protocol udp; dport 1000-2000: drop'],
    ['from an address', 'ufw reject from 10.0.0.0/8', 'INPUT: src 10.0.0.0/8: reject'],
    [
      'all of it',
      "ufw allow in on eth0 log proto tcp from 10.0.0.1 port 1024 to any port 80,443 comment 'web'",
      'INPUT: protocol tcp; src 10.0.0.1; sport 1024; dport 80, 443; iif eth0: accept, log, web',
    ],
    ['out', 'ufw deny out on eth1 to 2001:db8::1', 'OUTPUT: dst 2001:db8::1; oif eth1: drop'],
    ['routed', 'ufw route allow in on eth0 out on eth1', 'FORWARD: iif eth0; oif eth1: accept'],
    ['limit passes', 'ufw limit 22/tcp', 'INPUT: protocol tcp; dport 22: accept'],
  ])('%s', (_what, text, expected) => {
    expect(rulesIn(text)).toEqual([expected])
  })

  test('insert counts over all rules; a rule that is there gets the new action in its place', () => {
    expect(rulesIn('ufw allow 1/tcp\nufw allow 2/tcp\nufw insert 1 deny 3/tcp\nufw deny 1/tcp')).toEqual([
      'INPUT: protocol tcp; dport 3: drop',
      'INPUT: protocol tcp; dport 1: drop',
      'INPUT: protocol tcp; dport 2: accept',
    ])
  })

  test('defaults are the policies', () => {
    expect(policies('ufw default allow incoming\nufw default deny outgoing\nufw allow 1/tcp')).toEqual([
      'accept',
      'drop',
      'drop',
    ])
    expect(policies('ufw allow 1/tcp')).toEqual(['drop', 'drop', 'accept'])
  })

  test.each([
    ['ufw allow 99999', '1:1 syntax-error'],
    ['ufw permit 22', '1:5 syntax-error'],
    ['ufw allow from somewhere', '1:1 syntax-error'],
    ['ufw allow from $LAN', '1:16 syntax-error'],
    ['ufw allow 22 nonsense', '1:14 syntax-error'],
    ['ufw delete 3', '1:5 syntax-error'],
    ['ufw allow from 10.0.0.1 to 2001:db8::1', '1:1 syntax-error'],
  ])('%s is refused', (text, place) => {
    const [first] = parseUfw(text).diagnostics
    expect(`${first?.line}:${first?.column} ${first?.kind}`).toBe(place)
  })
})

describe('the status', () => {
  const text = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

     To                         Action      From
     --                         ------      ----
[ 1] 22/tcp                     ALLOW IN    192.168.1.0/24             # ssh
[ 2] 80,443/tcp on eth0         ALLOW IN    Anywhere                   (log)
[ 3] Anywhere                   DENY OUT    10.0.0.9                   (out)
[ 4] 10.0.0.5 53/udp            ALLOW FWD   Anywhere on eth1
[ 5] 22/tcp (v6)                LIMIT IN    Anywhere (v6)
`
  test('lines are rules of one family, in their order', () => {
    expect(rulesIn(text)).toEqual([
      'INPUT: protocol tcp; src 192.168.1.0/24; dport 22: accept, ssh',
      'INPUT: family IPv4; protocol tcp; dport 80, 443; iif eth0: accept, log',
      'INPUT: family IPv6; protocol tcp; dport 22: accept',
      'FORWARD: protocol udp; dst 10.0.0.5; dport 53; iif eth1: accept',
      'OUTPUT: src 10.0.0.9: drop',
    ])
    expect(policies(text)).toEqual(['drop', 'drop', 'accept'])
  })
})

test('rules of ufw go round; what it asks by itself is not written', () => {
  const text = "ufw default deny incoming\nufw allow in proto tcp from any to any port 22 comment 'a\"b'\n"
  const read = parseUfw(text)
  if (!read.ok) throw new Error('reads')
  const printed = printUfw(read.value.firewall, context)
  expect([printed.complete, printed.losses]).toEqual([true, []])
  expect(printed.text.split('\n').filter((line) => line.startsWith('ufw'))).toEqual([
    'ufw default deny incoming',
    'ufw default deny routed',
    'ufw default allow outgoing',
    "ufw allow in proto tcp from any to any port 22 comment 'a\"b'",
  ])
})
