import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, fromClient as c, type Row, fromServer as s, v6 } from './row'
import { TCP_ROWS } from './tcp'

/** What IPv6 does as IPv4 does, and what only it does. */

const { client, lan, wan, server } = ADDRESS[6]
const C = (flags: string, more: Partial<PacketSpec> = {}) => v6(c(flags, more))
const S = (flags: string, more: Partial<PacketSpec> = {}) => v6(s(flags, more))
const all = (state: string) => `${state} ${state} ${state} delivered`
const udp = (packet: PacketSpec): PacketSpec => {
  const { flags: _, ...rest } = packet
  return { ...rest, proto: 'udp' }
}
const echo = (icmp_type: number, more: Partial<PacketSpec> = {}): PacketSpec => ({
  from: 'client',
  proto: 'icmpv6',
  src: client,
  dst: server,
  icmp_type,
  icmp_code: 0,
  icmp_id: 77,
  ...more,
})
const nat = (...rules: readonly string[]) => `*nat\n${rules.join('\n')}\nCOMMIT\n`
const filter = (...rules: readonly string[]) => `*filter\n${rules.join('\n')}\nCOMMIT\n`

export const IPV6_ROWS: readonly Row[] = [
  ...TCP_ROWS.map(
    (row): Row => ({
      ...row,
      name: `[e10 A1] [e10 A2] as in IPv4: ${row.name}`,
      family: 6,
      packets: row.packets.map(([packet, what]) => [v6(packet), what]),
    }),
  ),
  ...[
    C('S', { bad_checksum: true }),
    udp(C('', { bad_checksum: true })),
    echo(128, { bad_checksum: true }),
  ].map(
    (packet): Row => ({
      name: `[e10 A3] a wrong checksum of ${packet.proto} is INVALID, and passed on where rules let it`,
      family: 6,
      packets: [[packet, 'NEW INVALID INVALID delivered']],
    }),
  ),
  ...[129, 137, 200, 135].map(
    (type): Row => ({
      name: `[e10 E3] [e10 E4] a reject of ICMPv6 ${type}, which no connection has, is answered, and the answer is INVALID`,
      family: 6,
      rules: filter('-A FORWARD -p icmpv6 -j REJECT'),
      packets: [
        [
          echo(type),
          `${type === 135 ? 'UNTRACKED UNTRACKED' : 'INVALID INVALID'} dropped by filter FORWARD 1; router made icmpv6 1/4: INVALID INVALID delivered`,
        ],
      ],
    }),
  ),
  {
    name: '[e10 E6] an OUTPUT that rejects everything drops its own error',
    family: 6,
    rules: filter('-A FORWARD -j REJECT', '-A OUTPUT -j REJECT'),
    packets: [
      [
        udp(C('')),
        'NEW NEW dropped by filter FORWARD 1; router made icmpv6 1/4: RELATED dropped by filter OUTPUT 1',
      ],
    ],
  },
  {
    name: '[e10 F4] to an own address: OUTPUT, then INPUT with -i lo',
    family: 6,
    rules: filter('-A OUTPUT -o lo -j LOG', ':INPUT DROP', '-A INPUT -i lo -d 2001:db8:2::1 -j ACCEPT'),
    packets: [[{ ...C('S'), from: 'router', src: lan, dst: wan }, 'NEW NEW delivered']],
  },
  {
    name: '[e10 G3] GRE is NEW; no-next-header and ICMP of IPv4 inside IPv6 are INVALID',
    family: 6,
    packets: [
      [{ from: 'client', proto: 47, src: client, dst: server }, all('NEW')],
      [{ from: 'client', proto: 59, src: client, dst: server }, all('INVALID')],
      [{ from: 'client', proto: 1, src: client, dst: server }, all('INVALID')],
    ],
  },
  {
    name: '[e10 H1] MASQUERADE keeps the source port, and the answer finds its way',
    family: 6,
    rules: nat('-A POSTROUTING -o wan0 -j MASQUERADE'),
    packets: [
      [C('S', { seq: 1000 }), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
      [
        S('SA', { dst: wan, seq: 5000, ack: 1001 }),
        `${all('ESTABLISHED')} as ${server}:443 > ${client}:40000`,
      ],
      [C('FA', { sport: 41_000, ack: 9 }), all('INVALID')],
    ],
  },
  {
    name: '[e10 H1] DNAT: FORWARD sees the new destination',
    family: 6,
    rules: `${nat(`-A PREROUTING -i wan0 -p tcp --dport 8443 -j DNAT --to-destination [${client}]:443`)}${filter(':FORWARD DROP', `-A FORWARD -p tcp -d ${client} --dport 443 -j ACCEPT`)}`,
    packets: [
      [
        S('S', { dst: wan, sport: 50_000, dport: 8443 }),
        `NEW NEW NEW delivered as ${server}:50000 > ${client}:443`,
      ],
    ],
  },
  {
    name: '[e10 H1] an error about a translated flow is translated with the packet it quotes',
    family: 6,
    rules: nat('-A POSTROUTING -o wan0 -j MASQUERADE'),
    packets: [
      [udp(C('')), `NEW NEW NEW delivered as ${wan}:40000 > ${server}:443`],
      [
        echo(1, {
          from: 'server',
          src: server,
          dst: wan,
          icmp_code: 4,
          inner: { proto: 'udp', src: wan, dst: server, sport: 40_000, dport: 443 },
        }),
        `RELATED RELATED RELATED delivered as ${server} > ${client}`,
      ],
    ],
  },
  {
    name: '[e10 H1] echo is translated, neighbor discovery is not',
    family: 6,
    rules: nat('-A POSTROUTING -o wan0 -j MASQUERADE'),
    packets: [
      [echo(128), `NEW NEW NEW delivered as ${wan} > ${server}`],
      [echo(135), all('UNTRACKED')],
    ],
  },
  {
    name: '[e10 H1] NETMAP keeps the last bits of an address',
    family: 6,
    rules: nat('-A POSTROUTING -s 2001:db8:1::/64 -j NETMAP --to fd00:5::/64'),
    packets: [[C('S'), `NEW NEW NEW delivered as fd00:5::10:40000 > ${server}:443`]],
  },
  {
    name: '[e10 H2] REDIRECT takes the address of the way in, and ::1 for what is made here',
    family: 6,
    rules: nat(
      '-A PREROUTING -p tcp --dport 443 -j REDIRECT --to-ports 8443',
      '-A OUTPUT -p tcp --dport 443 -j REDIRECT --to-ports 8443',
    ),
    packets: [
      [C('S'), `NEW NEW delivered as ${client}:40000 > ${lan}:8443`],
      [
        { ...C('S'), from: 'router', src: lan, sport: 42_000 },
        `NEW NEW delivered as ${lan}:42000 > ::1:8443`,
      ],
    ],
  },
  {
    name: '[e10 I6] names of ICMPv6 types match any code, port-unreachable code 4 alone',
    family: 6,
    rules: filter(
      '-A FORWARD -p icmpv6 --icmpv6-type echo-request -j DROP',
      '-A FORWARD -p icmpv6 --icmpv6-type port-unreachable -j DROP',
      '-A FORWARD -p icmpv6 --icmpv6-type destination-unreachable -j DROP',
    ),
    packets: [
      [echo(128, { icmp_code: 9 }), 'NEW NEW dropped by filter FORWARD 1'],
      [echo(1, { icmp_code: 4 }), 'INVALID INVALID dropped by filter FORWARD 2'],
      [echo(1, { icmp_code: 0 }), 'INVALID INVALID dropped by filter FORWARD 3'],
    ],
  },
]
