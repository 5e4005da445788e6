import { describe, expect, test } from 'vitest'
import { engineAnswer } from './kernel/sockets/engine'
import type { Try } from './kernel/sockets/question'

/** What connect(), send() and recv() say to a program at the client, by rules at the router, as the kernel was measured. */
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
const LISTEN = ['tcp/443', 'udp/53']

function outcome(tried: Partial<Try>, router = '', client = ''): string | undefined {
  const six = tried.to?.includes(':') ?? false
  const of = (text: string) => ({
    ruleset: { tool: six ? 'ip6tables-restore' : 'iptables-restore', text: text && `${text}\nCOMMIT\n` },
  })
  const hosts = { server: { listen: LISTEN }, router: of(router), client: of(client) }
  const tries: Try[] = [{ from: 'client', proto: 'tcp', to: '203.0.113.80', port: 443, ...tried }]
  const answer = engineAnswer({ topology: TOPOLOGY, hosts, tries })
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.outcomes[0]
}

const UDP = { proto: 'udp', port: 53 } as const
const SIX = { to: '2001:db8:2::80' }
const reject = (kind: string) => `*filter\n-A FORWARD -j REJECT --reject-with ${kind}`

describe('[e6 G5, e10 J1] what a program is told', () => {
  test.each<[string, Partial<Try>, string, string]>([
    ['an open way', {}, '', 'works'],
    ['an open way for datagrams', UDP, '', 'works'],
    ['a closed port', { port: 80 }, '', 'ECONNREFUSED'],
    ['a closed port of datagrams', { ...UDP, port: 99 }, '', 'ECONNREFUSED'],
    ['a rule that drops', {}, '*filter\n-A FORWARD -j DROP', 'ETIMEDOUT'],
    ['no route beyond the router', { to: '198.51.100.7' }, '', 'ENETUNREACH'],
    ['tcp-reset', {}, '*filter\n-A FORWARD -p tcp -j REJECT --reject-with tcp-reset', 'ECONNREFUSED'],
    ['icmp-port-unreachable', {}, reject('icmp-port-unreachable'), 'ECONNREFUSED'],
    ['icmp-net-unreachable', {}, reject('icmp-net-unreachable'), 'ENETUNREACH'],
    ['icmp-host-unreachable', {}, reject('icmp-host-unreachable'), 'EHOSTUNREACH'],
    ['icmp-proto-unreachable', {}, reject('icmp-proto-unreachable'), 'ENOPROTOOPT'],
    ['icmp-admin-prohibited', {}, reject('icmp-admin-prohibited'), 'EHOSTUNREACH'],
    ['icmp6-no-route', SIX, reject('icmp6-no-route'), 'ENETUNREACH'],
    ['icmp6-adm-prohibited', SIX, reject('icmp6-adm-prohibited'), 'EACCES'],
    ['icmp6-addr-unreachable', SIX, reject('icmp6-addr-unreachable'), 'EHOSTUNREACH'],
    ['icmp6-port-unreachable', SIX, reject('icmp6-port-unreachable'), 'ECONNREFUSED'],
  ])('%s', (_what, tried, router, expected) => {
    expect(outcome(tried, router)).toBe(expected)
  })

  // "net unreachable", "host unreachable" and "no route" may pass; a program that sends datagrams is not told.
  test.each<[string, Partial<Try>, string]>([
    ['icmp-port-unreachable', UDP, 'ECONNREFUSED'],
    ['icmp-net-unreachable', UDP, 'ETIMEDOUT'],
    ['icmp-host-unreachable', UDP, 'ETIMEDOUT'],
    ['icmp-proto-unreachable', UDP, 'ENOPROTOOPT'],
    ['icmp-net-prohibited', UDP, 'ENETUNREACH'],
    ['icmp-host-prohibited', UDP, 'EHOSTUNREACH'],
    ['icmp-admin-prohibited', UDP, 'EHOSTUNREACH'],
    ['icmp6-no-route', { ...UDP, ...SIX }, 'ETIMEDOUT'],
    ['icmp6-adm-prohibited', { ...UDP, ...SIX }, 'EACCES'],
    ['icmp6-addr-unreachable', { ...UDP, ...SIX }, 'ETIMEDOUT'],
    ['icmp6-port-unreachable', { ...UDP, ...SIX }, 'ECONNREFUSED'],
  ])('a datagram that is rejected with %s', (kind, tried, expected) => {
    expect(outcome(tried, reject(kind))).toBe(expected)
  })

  test('an error about data is a hint to a connection that stands: told when it is given up', () => {
    const rules =
      '*filter\n-A FORWARD -p tcp --tcp-flags PSH PSH -j REJECT --reject-with icmp-host-prohibited'
    expect(outcome({}, rules)).toBe('EHOSTUNREACH')
  })

  test('[e6 G2] a web page through rules without state: its answers come from port 443 and are no SYN', () => {
    const rules = [
      '*filter',
      ':FORWARD DROP',
      '-A FORWARD -i lan0 -p tcp --dport 443 -j ACCEPT',
      '-A FORWARD -i wan0 -p tcp --sport 443 ! --syn -j ACCEPT',
    ]
    expect(outcome({}, rules.join('\n'))).toBe('works')
  })

  test("[E12] the host's own rules: silence for a connection, EPERM for a datagram", () => {
    const rules = '*filter\n-A OUTPUT -j DROP'
    expect(outcome({}, '', rules)).toBe('ETIMEDOUT')
    expect(outcome(UDP, '', rules)).toBe('EPERM')
  })

  test('a datagram to an own address: EPERM on the way out, silence once it has come back in', () => {
    const toSelf = { ...UDP, to: '192.168.1.10' }
    expect(outcome(toSelf, '', '*mangle\n-A POSTROUTING -j DROP')).toBe('EPERM')
    expect(outcome(toSelf, '', '*filter\n-A INPUT -j DROP')).toBe('ETIMEDOUT')
  })
})
