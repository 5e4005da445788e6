import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, type Row } from './row'

/** What becomes of a packet for its addresses: in, on, or nowhere. Every packet is put on the wire before the router. */

const { client, lan, wan, server } = ADDRESS[4]
const six = ADDRESS[6]
const sent = (src: string, dst: string, more: Partial<PacketSpec> = {}): PacketSpec => ({
  from: 'client',
  inject: 'wire',
  out: 'eth0',
  proto: 'udp',
  src,
  dst,
  sport: 40_000,
  dport: 53,
  ...more,
})
const TAKEN = 'NEW delivered'
const LOST = 'NEW vanished'
const PASSED_ON = 'NEW NEW delivered'
const NO_ROUTE = `${LOST}; router made icmp 3/0: RELATED INVALID delivered`
const NO_ROUTE_TO_NOBODY = `${LOST}; router made icmp 3/0: RELATED sent`
const TOO_BIG = `${LOST}; router made icmp 3/4: RELATED INVALID delivered`
const TOO_BIG_6 = `${LOST}; router made icmpv6 2/0: RELATED INVALID delivered`
const one = (name: string, src: string, dst: string, what: string): Row => ({
  name,
  family: dst.includes(':') ? 6 : 4,
  packets: [[sent(src, dst), what]],
})

export const ROUTING_ROWS: readonly Row[] = [
  ...['ff02::1', 'ff02::2', 'ff02::1:ff00:1', 'ff02::1:ff00:0'].map((dst) =>
    one(`[e10 F1] a router is in the group ${dst}: INPUT`, six.client, dst, TAKEN),
  ),
  ...['ff02::5', 'ff02::16', 'ff05::1', 'ff0e::1', 'ff02::1:ff00:10'].map((dst) =>
    one(`[e10 F1] nobody here is in the group ${dst}: lost after PREROUTING`, six.client, dst, LOST),
  ),
  one(
    '[e10 F1] a group of one host, from the wire: lost before PREROUTING',
    six.client,
    'ff01::2',
    '- vanished',
  ),
  {
    name: '[e10 F1] a host is in the group of its own address, and in no group of routers',
    family: 6,
    packets: (
      [
        ['ff02::1', TAKEN],
        ['ff02::1:ff00:10', TAKEN],
        ['ff02::2', LOST],
        ['ff02::1:ff00:11', LOST],
      ] as const
    ).map(([dst, what]) => [sent(six.lan, dst, { from: 'router', out: 'lan0' }), what]),
  },
  ...['fe80::99', '::'].flatMap((src) => [
    one(`[e10 F1] source ${src}: taken where it is for the router itself`, src, six.lan, TAKEN),
    one(`[e10 F1] source ${src}: taken in a group`, src, 'ff02::1:ff00:1', TAKEN),
    one(`[e10 F1] source ${src}: not passed on, lost after PREROUTING`, src, six.server, LOST),
  ]),
  one('[D9] every host is in the group 224.0.0.1: INPUT', client, '224.0.0.1', TAKEN),
  ...['224.0.0.2', '224.0.0.5', '239.1.1.1'].map((dst) =>
    one(`[D9] nobody here is in the group ${dst}: lost after PREROUTING`, client, dst, LOST),
  ),
  one(
    '[D9] 0.0.0.0 asks everybody, as a host without an address does: INPUT',
    '0.0.0.0',
    '255.255.255.255',
    TAKEN,
  ),
  one('[D9] 0.0.0.0 may ask the group of all hosts too', '0.0.0.0', '224.0.0.1', TAKEN),
  one(
    '[D9] 0.0.0.0 to the broadcast address of the network: lost after PREROUTING',
    '0.0.0.0',
    '192.168.1.255',
    LOST,
  ),
  ...['192.168.1.0', '192.168.1.255', '240.0.0.5'].map((src) =>
    one(`[D9] a source of ${src} is no martian`, src, server, PASSED_ON),
  ),
  ...['255.255.255.255', '224.0.0.9', '127.0.0.5', lan, wan].map((src) =>
    one(`[D9] a source of ${src}: lost after PREROUTING`, src, server, LOST),
  ),
  ...['255.255.255.255', '224.0.0.1'].map((dst) =>
    one(`[D9] the router's own address as source, to ${dst}: lost after PREROUTING`, lan, dst, LOST),
  ),
  ...['0.0.0.0', '127.0.0.1'].map((dst) => one(`[D9] to ${dst}: lost after PREROUTING`, client, dst, LOST)),
  {
    name: '[D9] [e8] no route: a sender is told five times at once, then once a second',
    packets: [
      ...Array.from({ length: 5 }, () => [sent(client, '198.51.100.7'), NO_ROUTE] as const),
      [sent(client, '198.51.100.7'), LOST],
      [sent(client, '198.51.100.8'), LOST],
      [sent('192.168.1.11', '198.51.100.7'), NO_ROUTE_TO_NOBODY],
      [sent(client, '198.51.100.7', { wait: 1.05 }), NO_ROUTE],
      [sent(client, '198.51.100.7'), LOST],
    ],
  },
  {
    name: '[e10 F3] in IPv4, too long for the next link and not to be cut: ICMP 3/4 before FORWARD is asked',
    mtu: 1300,
    rules: '*filter\n:FORWARD DROP\nCOMMIT\n',
    packets: [[sent(client, server, { payload: 1400 }), TOO_BIG]],
  },
  {
    name: "[F3] without the don't-fragment bit a router of IPv4 cuts it, and it arrives whole",
    mtu: 1300,
    packets: [
      [sent(client, server, { payload: 1400, df: false }), PASSED_ON],
      [sent(client, server, { payload: 1272 }), PASSED_ON],
      [sent(client, server, { payload: 1273 }), TOO_BIG],
    ],
  },
  {
    name: '[e10 F3] IPv6 is never cut by a router: ICMPv6 2/0 before FORWARD is asked',
    family: 6,
    mtu: 1300,
    rules: '*filter\n:FORWARD DROP\nCOMMIT\n',
    packets: [[sent(six.client, six.server, { payload: 1400 }), TOO_BIG_6]],
  },
  {
    name: '[e10 F3] what was put together goes by its fragments, not by its length',
    mtu: 1300,
    packets: [
      [sent(client, server, { id: 5, fragment: { offset: 0, more: true }, payload: 1000 }), '- vanished'],
      [sent(client, server, { id: 5, fragment: { offset: 1008, more: false }, payload: 1000 }), PASSED_ON],
      [
        sent(client, server, { id: 6, fragment: { offset: 0, more: true }, payload: 1400, df: true }),
        '- vanished',
      ],
      [
        sent(client, server, { id: 6, fragment: { offset: 1408, more: false }, payload: 40, df: true }),
        TOO_BIG,
      ],
      [sent(client, server, { id: 7, fragment: { offset: 0, more: true }, payload: 1400 }), '- vanished'],
      [sent(client, server, { id: 7, fragment: { offset: 1408, more: false }, payload: 40 }), PASSED_ON],
    ],
  },
  {
    name: '[e10 F3] the same in IPv6, which takes the largest fragment for the length',
    family: 6,
    mtu: 1300,
    packets: [
      [
        sent(six.client, six.server, { id: 5, fragment: { offset: 0, more: true }, payload: 1000 }),
        '- vanished',
      ],
      [
        sent(six.client, six.server, { id: 5, fragment: { offset: 1008, more: false }, payload: 1000 }),
        PASSED_ON,
      ],
      [
        sent(six.client, six.server, { id: 6, fragment: { offset: 0, more: true }, payload: 1400 }),
        '- vanished',
      ],
      [
        sent(six.client, six.server, { id: 6, fragment: { offset: 1408, more: false }, payload: 40 }),
        TOO_BIG_6,
      ],
    ],
  },
  one('[D9] the broadcast address of another network of the router: INPUT', client, '203.0.113.255', TAKEN),
]
