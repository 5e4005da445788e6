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
  one('[D9] the broadcast address of another network of the router: INPUT', client, '203.0.113.255', TAKEN),
]
