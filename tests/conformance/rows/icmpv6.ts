import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, fromClient, type Row, v6 } from './row'

/** Conntrack of ICMPv6, and the kinds of REJECT in IPv6. */

const { client, server } = ADDRESS[6]
const icmp = (from: 'client' | 'server', icmp_type: number, more: Partial<PacketSpec> = {}): PacketSpec => ({
  from,
  proto: 'icmpv6',
  src: from === 'client' ? client : server,
  dst: from === 'client' ? server : client,
  icmp_type,
  icmp_code: 0,
  icmp_id: 77,
  ...more,
})
const all = (state: string) => `${state} ${state} ${state} delivered`
const udp: PacketSpec = { ...v6({ ...fromClient(''), proto: 'udp' }), dport: 53 }
const { from: _, ...quoted } = udp
const one = (name: string, type: number, state: string): Row => ({
  name,
  family: 6,
  packets: [[icmp('client', type), all(state)]],
})

export const ICMPV6_ROWS: readonly Row[] = [
  ...[128, 139].map((type) => one(`[e10 B1] ICMPv6 ${type} without a flow is NEW`, type, 'NEW')),
  ...[130, 131, 132, 133, 134, 135, 136, 143, 151, 152].map((type) =>
    one(`[e10 B2] ICMPv6 ${type} is UNTRACKED`, type, 'UNTRACKED'),
  ),
  ...[129, 137, 140, 144, 200].map((type) =>
    one(`[e10 B4] ICMPv6 ${type} without a flow is INVALID`, type, 'INVALID'),
  ),
  ...[1, 2, 3, 4, 5, 100, 127].map(
    (icmp_type): Row => ({
      name: `[e10 B3] ICMPv6 error ${icmp_type}: RELATED about a known flow, INVALID about an unknown one`,
      family: 6,
      packets: [
        [udp, all('NEW')],
        [icmp('server', icmp_type, { inner: quoted }), all('RELATED')],
        [icmp('server', icmp_type, { inner: { ...quoted, sport: 41_000 } }), all('INVALID')],
      ],
    }),
  ),
  {
    name: '[e10 B5] the echo id is the port',
    family: 6,
    packets: [
      [icmp('client', 128), all('NEW')],
      [icmp('server', 129, { icmp_id: 78 }), all('INVALID')],
      [icmp('server', 129), all('ESTABLISHED')],
    ],
  },
  ...(
    [
      ['icmp6-no-route', '1/0'],
      ['icmp6-adm-prohibited', '1/1'],
      ['icmp6-addr-unreachable', '1/3'],
      ['icmp6-port-unreachable', '1/4'],
      ['icmp6-policy-fail', '1/5'],
      ['icmp6-reject-route', '1/6'],
    ] as const
  ).map(
    ([kind, made]): Row => ({
      name: `[e10 E1] ${kind} is ICMPv6 ${made}`,
      family: 6,
      rules: `*filter\n-A FORWARD -p udp -j REJECT --reject-with ${kind}\nCOMMIT\n`,
      packets: [
        [udp, `NEW NEW dropped by filter FORWARD 1; router made icmpv6 ${made}: RELATED RELATED delivered`],
      ],
    }),
  ),
  {
    name: '[e10 C1] accepting ESTABLISHED,RELATED alone drops neighbour solicitations: they are neither, nor NEW, nor INVALID',
    family: 6,
    rules:
      '*filter\n:INPUT DROP\n-A INPUT -m conntrack --ctstate NEW,ESTABLISHED,RELATED,INVALID -j ACCEPT\nCOMMIT\n',
    packets: [
      [
        { ...icmp('client', 135), dst: ADDRESS[6].lan, ttl: 255 },
        'UNTRACKED UNTRACKED dropped by filter INPUT policy',
      ],
    ],
  },
]
