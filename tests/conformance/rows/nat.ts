import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, fromClient as c, type Row, fromServer as s, v6 } from './row'

/** Translation. The router masquerades what leaves by wan0 unless a row says otherwise. */

const { client, wan, lan, server } = ADDRESS[4]
const nat = (...rules: readonly string[]) => `*nat\n${rules.join('\n')}\nCOMMIT\n`
const MASQUERADE = nat('-A POSTROUTING -o wan0 -j MASQUERADE')
const udp = (packet: PacketSpec, more: Partial<PacketSpec> = {}): PacketSpec => {
  const { flags: _, ...rest } = packet
  return { ...rest, proto: 'udp', ...more }
}
const ESTABLISHED = 'ESTABLISHED ESTABLISHED ESTABLISHED delivered'

export const NAT_ROWS: readonly Row[] = [
  {
    name: 'NETMAP puts a whole network in the place of another: the source behind the router, the destination before it',
    rules: nat(
      '-A PREROUTING -d 10.9.8.0/24 -j NETMAP --to 203.0.113.0/24',
      '-A POSTROUTING -s 192.168.1.0/24 -j NETMAP --to 203.0.113.128/25',
    ),
    packets: [
      [
        c('S', { dst: '10.9.8.80', seq: 1000 }),
        'NEW NEW NEW delivered as 203.0.113.138:40000 > 203.0.113.80:443',
      ],
      [
        { ...s('SA', { dst: '203.0.113.138', seq: 5000, ack: 1001 }), inject: 'wire' },
        'ESTABLISHED ESTABLISHED delivered as 10.9.8.80:443 > 192.168.1.10:40000',
      ],
    ],
  },
  {
    name: '[B1] masquerade keeps the source port; the reply arrives un-translated in FORWARD',
    rules: `${MASQUERADE}*filter\n:FORWARD DROP\n-A FORWARD -d ${client} -p tcp --sport 443 --dport 40000 -j ACCEPT\n-A FORWARD -i lan0 -j ACCEPT\nCOMMIT\n`,
    packets: [
      [c('S', { seq: 1000 }), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
      [s('SA', { dst: wan, seq: 5000, ack: 1001 }), `${ESTABLISHED} as ${server}:443 > ${client}:40000`],
    ],
  },
  {
    name: '[B2] the same source port serves another destination',
    rules: MASQUERADE,
    packets: [
      [c('S'), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
      [c('S', { dport: 80 }), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:80`],
    ],
  },
  {
    name: '[B6] [B7] FORWARD sees the new destination and port, never the outside one',
    rules: `${nat(`-A PREROUTING -i wan0 -p tcp --dport 8443 -j DNAT --to-destination ${client}:443`)}*filter\n:FORWARD DROP\n-A FORWARD -p tcp --dport 8443 -j LOG\n-A FORWARD -p tcp -d ${client} --dport 443 -j ACCEPT\nCOMMIT\n`,
    packets: [
      [
        s('S', { dst: wan, sport: 50_000, dport: 8443 }),
        `NEW NEW NEW delivered as ${server}:50000 > ${client}:443`,
      ],
    ],
  },
  {
    name: '[B8] [B22] what comes unsolicited to the gateway goes to its INPUT as NEW',
    rules: `${MASQUERADE}*filter\n:INPUT DROP\nCOMMIT\n`,
    packets: [
      [c('S', { seq: 1000 }), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
      [s('S', { dst: wan, sport: 444 }), 'NEW NEW dropped by filter INPUT policy'],
    ],
  },
  {
    name: '[B12] what conntrack calls INVALID is not translated',
    rules: MASQUERADE,
    packets: ['FA', 'R', 'SA'].map(
      (flags) => [c(flags, { ack: 9000 }), 'INVALID INVALID INVALID delivered'] as const,
    ),
  },
  {
    name: '[B13] the nat table is asked for the first packet alone, also while the flow is NEW',
    rules: nat('-A POSTROUTING -p udp -j MASQUERADE', '-A POSTROUTING -j LOG'),
    packets: [
      [udp(c('')), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
      [udp(c('')), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
    ],
  },
  {
    name: '[B21] the first nat rule that matches wins, and ACCEPT leaves alone',
    rules: nat('-A POSTROUTING -p udp -j ACCEPT', '-A POSTROUTING -j MASQUERADE'),
    packets: [
      [udp(c('')), 'NEW NEW NEW delivered'],
      [c('S'), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
    ],
  },
  {
    name: '[B16] REDIRECT goes to the address of the incoming interface, and to INPUT',
    rules: nat('-A PREROUTING -p tcp --dport 443 -j REDIRECT --to-ports 8080'),
    packets: [[c('S'), `NEW NEW delivered as ${client}:40000 > ${lan}:8080`]],
  },
  {
    name: '[B14] what the router makes itself passes nat OUTPUT, not PREROUTING',
    rules: nat(
      `-A PREROUTING -p tcp -j DNAT --to-destination ${client}`,
      `-A OUTPUT -p tcp --dport 80 -j DNAT --to-destination ${server}:443`,
    ),
    packets: [
      [
        { from: 'router', proto: 'tcp', src: wan, dst: server, sport: 40_000, dport: 80, flags: 'S' },
        `NEW NEW delivered as ${wan}:40000 > ${server}:443`,
      ],
    ],
  },
  {
    name: '[B11] an ICMP error about a translated flow is RELATED and translated',
    rules: MASQUERADE,
    packets: [
      [udp(c('')), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
      [
        {
          from: 'server',
          proto: 'icmp',
          src: server,
          dst: wan,
          icmp_type: 3,
          icmp_code: 3,
          inner: { proto: 'udp', src: wan, dst: server, sport: 40_000, dport: 443 },
        },
        `RELATED RELATED RELATED delivered as ${server} > ${client}`,
      ],
    ],
  },
  {
    name: '[B11] [e3 C7] an error that quotes what is no translated flow goes to INPUT, INVALID',
    rules: `${MASQUERADE}*filter\n:INPUT DROP\nCOMMIT\n`,
    packets: [
      [
        {
          from: 'server',
          proto: 'icmp',
          src: server,
          dst: wan,
          icmp_type: 3,
          icmp_code: 3,
          inner: { proto: 'udp', src: wan, dst: server, sport: 40_000, dport: 443 },
        },
        'INVALID INVALID dropped by filter INPUT policy',
      ],
    ],
  },
  {
    name: 'a connection that translation makes its own reply is found by its reply',
    family: 6,
    rules: nat(`-A PREROUTING -p tcp -j DNAT --to-destination [${ADDRESS[6].server}]:8080`),
    packets: [
      [
        v6(s('A', { sport: 8080, dport: 20_011, seq: 1000, ack: 5000 })),
        `NEW NEW NEW delivered as ${ADDRESS[6].server}:8080 > ${ADDRESS[6].server}:8080`,
      ],
      [v6(s('R', { dst: server, sport: 8080, dport: 8080, seq: 5000 })), 'ESTABLISHED ESTABLISHED delivered'],
    ],
  },
  {
    name: '[B17] what FORWARD drops never gets to POSTROUTING and is bound to nothing',
    rules: `${nat('-A POSTROUTING -p udp -j MASQUERADE')}*filter\n:FORWARD DROP\nCOMMIT\n`,
    packets: [[udp(c('')), 'NEW NEW dropped by filter FORWARD policy']],
  },
]
