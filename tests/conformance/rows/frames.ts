import { fromClient as c, type Row, v6 } from './row'

/** Frames, fragments and congestion notification. */

const filter = (...lines: readonly string[]) => `*filter\n${lines.join('\n')}\nCOMMIT\n`
const dropped = (chain: string, rule = 1) => `NEW NEW dropped by filter ${chain} ${rule}`
const PASSED = 'NEW NEW NEW delivered'
const { flags: _, ...datagram } = c('', { proto: 'udp' })

export const FRAME_ROWS: readonly Row[] = [
  {
    name: 'what is sent to all of a network came in a broadcast frame',
    rules: filter(
      '-A INPUT -m pkttype --pkt-type unicast -j ACCEPT',
      '-A INPUT -m pkttype --pkt-type broadcast -j DROP',
    ),
    packets: [[{ ...datagram, dst: '192.168.1.255' }, dropped('INPUT', 2)]],
  },
  {
    name: 'what is passed on came in a unicast frame',
    rules: filter('-A FORWARD -m pkttype ! --pkt-type unicast -j ACCEPT', '-A FORWARD -j DROP'),
    packets: [[c('S'), dropped('FORWARD', 2)]],
  },
  {
    name: 'no packet comes by the port of a bridge where there is no bridge; a negated test holds',
    rules: filter(
      '-A FORWARD -m physdev --physdev-in lan0 -j DROP',
      '-A FORWARD -m physdev ! --physdev-in lan0 -j DROP',
    ),
    packets: [[c('S'), dropped('FORWARD', 2)]],
  },
  {
    name: '[E7] -f matches nothing where conntrack puts fragments together',
    rules: filter('-A FORWARD -f -j DROP', '-A FORWARD ! -f -j DROP'),
    packets: [
      [{ ...datagram, id: 77, fragment: { offset: 0, more: true }, payload: 1272 }, '- vanished'],
      [
        {
          from: 'client',
          proto: 'udp',
          src: datagram.src,
          dst: datagram.dst,
          id: 77,
          fragment: { offset: 1280, more: false },
          payload: 400,
        },
        dropped('FORWARD', 2),
      ],
    ],
  },
  {
    name: '[e10 G4] -m frag matches nothing where conntrack puts fragments together',
    family: 6,
    rules: filter('-A FORWARD -m frag -j DROP'),
    packets: [[v6(c('S')), PASSED]],
  },
  {
    name: '-m ecn looks at the bits of TCP that --syn passes over',
    rules: filter(
      '-A FORWARD -p tcp --syn -m ecn --ecn-tcp-cwr ! --ecn-tcp-ece -j ACCEPT',
      '-A FORWARD -p tcp --syn -m ecn --ecn-tcp-cwr --ecn-tcp-ece -j DROP',
    ),
    packets: [
      [c('SEC'), dropped('FORWARD', 2)],
      [c('S', { sport: 40_001 }), PASSED],
    ],
  },
  {
    name: '-m ecn looks at two bits of the type of service',
    rules: filter('-A FORWARD -m ecn --ecn-ip-ect 1 -j ACCEPT', '-A FORWARD -m ecn --ecn-ip-ect 2 -j DROP'),
    packets: [[c('S', { tos: 0xba }), dropped('FORWARD', 2)]],
  },
]
