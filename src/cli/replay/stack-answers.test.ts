import { describe, expect, test } from 'vitest'
import type { GeneratedResult, PacketResult } from './inject'
import { answer, datagram, filter, type Json, ping, six, syn, TOPOLOGY } from './laboratory'

const listening = { server: { listen: ['tcp/443', 'udp/53'] } }
const echo6 = six({ ...ping, proto: 'icmpv6', icmp_type: 128 })
const OTHER = { from: 'client', src: '192.168.1.10', dst: '203.0.113.80' }

/** What a packet is, in one line. */
function words({ from, packet, verdict }: GeneratedResult): string {
  const { proto, flags, icmp_type, icmp_code } = packet
  const what = flags ?? (icmp_type === undefined ? '' : `${icmp_type}/${icmp_code}`)
  return `${from}: ${proto} ${what} ${verdict}`.replace('  ', ' ')
}

/** Answers and the answers to them, each indented below what it answers. */
function told({ generated }: PacketResult, indent = ''): string[] {
  return generated.flatMap((each) => [`${indent}${words(each)}`, ...told(each, `${indent}  `)])
}

function answers(packet: Json, hosts: Json = listening): string[] {
  const [result] = answer(hosts, [packet], { stack_answers: true }).packets
  return told(result as PacketResult)
}

describe("with stack_answers the hosts' own stacks reply", () => {
  test.each<[string, Json, string[]]>([
    [
      'a SYN to a listening port: SYN-ACK; nobody at the client knows of it, so that is reset',
      syn,
      ['server: tcp SA delivered', '  client: tcp R delivered'],
    ],
    ['the same over IPv6', six(syn), ['server: tcp SA delivered', '  client: tcp R delivered']],
    ['a SYN to a closed port: RST, ACK', { ...syn, dport: 80 }, ['server: tcp RA delivered']],
    ['an ACK to a closed port: a bare RST', { ...syn, dport: 80, flags: 'A' }, ['server: tcp R delivered']],
    ['a RST is not answered', { ...syn, dport: 80, flags: 'R' }, []],
    ['a datagram to a listening port is taken in silence', datagram, []],
    [
      'a datagram to a closed port: port unreachable',
      { ...datagram, dport: 99 },
      ['server: icmp 3/3 delivered'],
    ],
    [
      'the same over IPv6: port unreachable',
      six({ ...datagram, dport: 99 }),
      ['server: icmpv6 1/4 delivered'],
    ],
    ['an echo request: echo reply', ping, ['server: icmp 0/0 delivered']],
    ['an IPv6 echo request: echo reply', echo6, ['server: icmpv6 129/0 delivered']],
    ['an echo reply is not answered', { ...ping, icmp_type: 0 }, []],
    ['a timestamp request: timestamp reply', { ...ping, icmp_type: 13 }, ['server: icmp 14/0 delivered']],
    [
      'a protocol that nothing takes: protocol unreachable',
      { ...OTHER, proto: 'gre' },
      ['server: icmp 3/2 delivered'],
    ],
    [
      'the same over IPv6: a parameter problem',
      six({ ...OTHER, proto: 47 }),
      ['server: icmpv6 4/1 delivered'],
    ],
    ['IGMP is taken in silence', { ...OTHER, proto: 2 }, []],
    ['so is UDP-Lite, malformed without ports', { ...OTHER, proto: 'udplite' }, []],
    ['so is "no next header" of IPv6', six({ ...OTHER, proto: 59 }), []],
    ['[D9] a segment to the broadcast address is not answered', { ...syn, dst: '192.168.1.255' }, []],
    [
      'the router answers for its own addresses',
      { ...syn, dst: '203.0.113.1' },
      ['router: tcp RA delivered'],
    ],
  ])('%s', (_sentence, packet, expected) => {
    expect(answers(packet)).toEqual(expected)
  })

  test('an answer is answered from where the packet went, with its numbers', () => {
    const [first] = answer(listening, [syn], { stack_answers: true }).packets
    expect(first?.generated[0]).toMatchObject({
      from: 'server',
      packet: { src: '203.0.113.80', dst: '192.168.1.10', sport: 443, dport: 62712, flags: 'SA', ack: 101 },
      hops: [
        { host: 'server', state: 'ESTABLISHED', dir: 'reply' },
        { host: 'router', state: 'ESTABLISHED', dir: 'reply' },
        { host: 'client', state: 'ESTABLISHED', dir: 'reply' },
      ],
    })
  })

  test('an answer crosses the rules like any packet', () => {
    const rules = { ...listening, router: { ruleset: filter('-A FORWARD -p tcp --dport 443 -j ACCEPT') } }
    expect(answers(syn, rules)).toEqual(['server: tcp SA dropped'])
  })

  test('an echo reply that its own host rejects is not answered: the stack makes one ICMP packet at a time', () => {
    const reject = { ruleset: filter('-A OUTPUT -j REJECT') }
    expect(answers(ping, { server: reject })).toEqual(['server: icmp 0/0 dropped'])
    expect(answers(syn, { server: { ...reject, listen: ['tcp/443'] } })[1]).toContain('server: icmp 3/3')
  })

  test('what a rule drops is not answered, what a rule rejects is answered once', () => {
    const ruled = (rule: string) => answers(syn, { ...listening, server: { ruleset: filter(rule) } })
    expect(ruled('-A INPUT -j DROP')).toEqual([])
    expect(ruled('-A INPUT -p tcp -j REJECT --reject-with tcp-reset')).toEqual(['server: tcp RA delivered'])
  })

  test('a connection stands after its handshake: data is acknowledged', () => {
    // Put on the wire at the router, so that no stack at the client knows of it or resets it.
    const client = { interfaces: { eth0: { addr: '192.168.1.99/24', link: 'lan' } } }
    const hosts = {
      ...TOPOLOGY.hosts,
      client: { ...client, routes: ['default via 192.168.1.1'] },
    }
    const wire = { ...syn, inject: 'wire' }
    const options = { stack_answers: true }
    const first = answer(listening, [wire], options, { hosts }).packets[0]?.generated[0]?.packet
    const ack = { ...wire, flags: 'A', seq: 101, ack: ((first?.seq ?? 0) + 1) % 2 ** 32 }
    const data = { ...ack, flags: 'PA', payload: 10 }
    const { packets } = answer(listening, [wire, ack, data], options, { hosts })
    expect(packets.map((packet) => told(packet))).toEqual([
      ['server: tcp SA sent'],
      [],
      ['server: tcp A sent'],
    ])
    expect(packets[2]?.generated[0]?.packet.ack).toBe(111)
  })

  test('two stacks that answer each other for ever are stopped', () => {
    const self = { ...syn, from: 'server', src: '203.0.113.80', sport: 443 }
    const [first] = answer(listening, [self], { stack_answers: true }).packets
    expect(JSON.stringify(first)).toContain('it answers an answer')
  })

  test('without the option nobody answers', () => {
    expect(answer(listening, [syn, ping]).packets.map(({ generated }) => generated)).toEqual([[], []])
  })

  test('quiet keeps in what rules and routers answer, not what stacks do', () => {
    const hosts = {
      ...listening,
      router: {
        ruleset: filter(
          '-A FORWARD -p tcp --dport 443 -j ACCEPT',
          '-A FORWARD -s 203.0.113.80 -j ACCEPT',
          '-A FORWARD -j REJECT',
        ),
      },
    }
    const { packets } = answer(hosts, [syn, ping], { stack_answers: true, quiet: true })
    expect(packets.map((packet) => told(packet))).toEqual([
      ['server: tcp SA delivered', '  client: tcp R delivered'],
      [],
    ])
  })
})
