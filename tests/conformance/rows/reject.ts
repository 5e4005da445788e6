import { ADDRESS, fromClient as c, type Row } from './row'

/** REJECT, and the way of what it answers. */

const { client, wan } = ADDRESS[4]
const filter = (...lines: readonly string[]) => `*filter\n${lines.join('\n')}\nCOMMIT\n`
const KINDS = [
  ['icmp-net-unreachable', 'icmp 3/0'],
  ['icmp-host-unreachable', 'icmp 3/1'],
  ['icmp-proto-unreachable', 'icmp 3/2'],
  ['icmp-port-unreachable', 'icmp 3/3'],
  ['icmp-net-prohibited', 'icmp 3/9'],
  ['icmp-host-prohibited', 'icmp 3/10'],
  ['icmp-admin-prohibited', 'icmp 3/13'],
  ['tcp-reset', 'tcp RA'],
] as const
const RESET = 'tcp RA'

export const REJECT_ROWS: readonly Row[] = [
  ...KINDS.map(
    ([kind, made]): Row => ({
      name: `[D1] [D3] [D4] ${kind}: the answer is RELATED in the router's OUTPUT, and where it arrives ${made === RESET ? 'ESTABLISHED' : 'RELATED'}`,
      rules: filter(`-A FORWARD -p tcp --dport 443 -j REJECT --reject-with ${kind}`),
      packets: [
        [
          c('S'),
          `NEW NEW dropped by filter FORWARD 1; router made ${made}: RELATED ${made === RESET ? 'ESTABLISHED' : 'RELATED'} delivered`,
        ],
      ],
    }),
  ),
  {
    name: '[D2] an OUTPUT chain that allows ESTABLISHED alone eats the reset of a reject',
    rules: filter(
      ':OUTPUT DROP',
      '-A FORWARD -p tcp -j REJECT --reject-with tcp-reset',
      '-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    ),
    packets: [
      [
        c('S'),
        'NEW NEW dropped by filter FORWARD 1; router made tcp RA: RELATED dropped by filter OUTPUT policy',
      ],
    ],
  },
  {
    name: '[D5] no reset answers a reset, and an ACK gets a bare one',
    rules: filter('-A FORWARD -p tcp -j REJECT --reject-with tcp-reset'),
    packets: [
      [c('R', { seq: 1000 }), 'INVALID INVALID dropped by filter FORWARD 1'],
      [
        c('A', { seq: 1000, ack: 2000, sport: 41_000 }),
        'NEW NEW dropped by filter FORWARD 1; router made tcp R: RELATED ESTABLISHED delivered',
      ],
    ],
  },
  {
    name: '[D7] ICMP errors get no ICMP error',
    rules: filter('-A FORWARD -p icmp -j REJECT'),
    packets: [
      [
        {
          from: 'client',
          proto: 'icmp',
          src: client,
          dst: ADDRESS[4].server,
          icmp_type: 3,
          icmp_code: 1,
          inner: { proto: 'udp', src: ADDRESS[4].server, dst: client, sport: 1, dport: 2 },
        },
        'INVALID INVALID dropped by filter FORWARD 1',
      ],
    ],
  },
  {
    name: '[D6] a rule that rejects every TCP packet rejects its own reset, so nothing comes back',
    rules: filter('-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset'),
    packets: [
      [
        {
          from: 'router',
          proto: 'tcp',
          src: wan,
          dst: ADDRESS[4].server,
          sport: 40_000,
          dport: 443,
          flags: 'S',
        },
        'NEW dropped by filter OUTPUT 1; router made tcp RA: RELATED dropped by filter OUTPUT 1',
      ],
    ],
  },
  {
    name: '[e10 E1] [e10 E3] what is rejected while INVALID or UNTRACKED is answered by something INVALID',
    rules: `*raw\n-A PREROUTING -p udp -j CT --notrack\nCOMMIT\n${filter('-A FORWARD -j REJECT')}`,
    packets: [
      [
        { from: 'client', proto: 'udp', src: client, dst: ADDRESS[4].server, sport: 40_000, dport: 53 },
        'NEW UNTRACKED dropped by filter FORWARD 1; router made icmp 3/3: INVALID RELATED delivered',
      ],
      [
        c('FA', { sport: 41_000, ack: 5 }),
        'INVALID INVALID dropped by filter FORWARD 1; router made icmp 3/3: INVALID INVALID delivered',
      ],
    ],
  },
]
