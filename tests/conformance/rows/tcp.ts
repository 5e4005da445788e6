import { fromClient as c, type Row, fromServer as s } from './row'

/** Conntrack and TCP. Sequence numbers: the client starts at 1000, the server at 5000. */

const HANDSHAKE = [
  [c('S', { seq: 1000 }), 'NEW NEW NEW delivered'],
  [s('SA', { seq: 5000, ack: 1001 }), 'ESTABLISHED ESTABLISHED ESTABLISHED delivered'],
  [c('A', { seq: 1001, ack: 5001 }), 'ESTABLISHED ESTABLISHED ESTABLISHED delivered'],
] as const
const ALL = (state: string, end = 'delivered') => `${state} ${state} ${state} ${end}`
const ESTABLISHED = ALL('ESTABLISHED')
const INVALID = ALL('INVALID')
const NEW = ALL('NEW')
const first = (flags: string, state: string): Row => ({
  name: `[A4] first packet of a flow: flags ${flags || 'none'} are ${state}`,
  packets: [[c(flags, { seq: 1000, ack: 9000 }), ALL(state)]],
})

export const TCP_ROWS: readonly Row[] = [
  ...['S', 'SP', 'SU', 'SEC', 'A', 'PA', 'UA', 'EA'].map((flags) => first(flags, 'NEW')),
  ...['SA', 'F', 'FA', 'FPA', 'R', 'RA', '', 'P', 'U', 'SF', 'SR', 'FR', 'FPU', 'FSRPAU'].map((flags) =>
    first(flags, 'INVALID'),
  ),
  ...['A', 'PA', 'FA', 'SA', 'R'].map(
    (flags): Row => ({
      name: `[A5] [A3] without loose pickup, ${flags} out of nowhere is INVALID`,
      sysctl: { 'net/netfilter/nf_conntrack_tcp_loose': 0 },
      packets: [[c(flags, { seq: 1000, ack: 9000 }), INVALID]],
    }),
  ),
  {
    name: '[A5] without loose pickup a SYN is NEW all the same',
    sysctl: { 'net/netfilter/nf_conntrack_tcp_loose': 0 },
    packets: [[c('S'), NEW]],
  },
  {
    name: '[A1] handshake, data both ways and the FIN exchange are ESTABLISHED after the SYN, up to the last ACK',
    packets: [
      ...HANDSHAKE,
      [c('PA', { seq: 1001, ack: 5001, payload: 100 }), ESTABLISHED],
      [s('PA', { seq: 5001, ack: 1101, payload: 300 }), ESTABLISHED],
      [c('FA', { seq: 1101, ack: 5301 }), ESTABLISHED],
      [s('FA', { seq: 5301, ack: 1102 }), ESTABLISHED],
      [c('A', { seq: 1102, ack: 5302 }), ESTABLISHED],
    ],
  },
  {
    name: '[A8] NEW means that no reply was seen: a repeated SYN stays NEW, also with another number',
    packets: [
      [c('S', { seq: 1000 }), NEW],
      [c('S', { seq: 1000 }), NEW],
      [c('S', { seq: 7000 }), NEW],
    ],
  },
  {
    name: '[A2] picked up in the middle: the ACK is NEW, the answer ESTABLISHED',
    packets: [
      [c('A', { seq: 1000, ack: 5000 }), NEW],
      [s('A', { seq: 5000, ack: 1000 }), ESTABLISHED],
    ],
  },
  {
    name: '[A7] what FORWARD drops leaves no entry: the same SYN is NEW every time, its SYN-ACK INVALID at the router',
    rules:
      '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A FORWARD -p tcp --dport 443 -j DROP\nCOMMIT\n',
    packets: [
      [c('S', { seq: 1000 }), 'NEW NEW dropped by filter FORWARD 1'],
      [c('S', { seq: 1000 }), 'NEW NEW dropped by filter FORWARD 1'],
      [s('SA', { seq: 5000, ack: 1001 }), 'INVALID INVALID ESTABLISHED delivered'],
    ],
  },
  {
    name: '[A6] [A17] an unsolicited SYN-ACK is INVALID and makes no entry: the SYN after it is an ordinary NEW',
    packets: [
      [s('SA', { seq: 5000, ack: 1001 }), INVALID],
      [c('S', { seq: 1000 }), NEW],
      [s('SA', { seq: 5000, ack: 1001 }), ESTABLISHED],
    ],
  },
  {
    name: '[A9] a SYN from the other side onto one under way (simultaneous open) is ESTABLISHED',
    packets: [
      [c('S', { seq: 1000 }), NEW],
      [s('S', { seq: 5000 }), ESTABLISHED],
    ],
  },
  {
    name: '[A10] a reset that answers the SYN is ESTABLISHED and closes: the next SYN is NEW again',
    packets: [
      [c('S', { seq: 1000 }), NEW],
      [s('RA', { seq: 0, ack: 1001 }), ESTABLISHED],
      [c('S', { seq: 2000 }), NEW],
    ],
  },
  {
    name: '[A6] a reset of the side that opened, before any reply, is NEW and takes the entry away',
    packets: [
      [c('S', { seq: 1000 }), NEW],
      [c('R', { seq: 1001 }), NEW],
      [s('SA', { seq: 5000, ack: 1001 }), INVALID],
    ],
  },
  {
    name: '[A11] [A18] numbers matter: data far ahead, an ACK of what was never sent, and a reset outside the window are INVALID',
    packets: [
      ...HANDSHAKE,
      [c('PA', { seq: 10_001_001, ack: 5001, payload: 10 }), INVALID],
      [c('A', { seq: 1001, ack: 900_000 }), INVALID],
      [s('R', { seq: 90_000_000 }), INVALID],
      [s('R', { seq: 5001 }), ESTABLISHED],
      [c('A', { seq: 1001, ack: 5001 }), ESTABLISHED],
    ],
  },
  {
    name: '[A18] a SYN-ACK that acknowledges something else is INVALID',
    packets: [
      [c('S', { seq: 1000 }), NEW],
      [s('SA', { seq: 5000, ack: 777_777 }), INVALID],
    ],
  },
  {
    name: '[A12] liberal tracking holds no number against a segment',
    sysctl: { 'net/netfilter/nf_conntrack_tcp_be_liberal': 1 },
    packets: [
      ...HANDSHAKE,
      [c('PA', { seq: 10_001_001, ack: 5001, payload: 10 }), ESTABLISHED],
      [c('A', { seq: 1001, ack: 900_000 }), ESTABLISHED],
    ],
  },
  {
    name: '[A19] data before the last ACK of the handshake is ESTABLISHED',
    packets: [
      [c('S', { seq: 1000 }), NEW],
      [s('SA', { seq: 5000, ack: 1001 }), ESTABLISHED],
      [s('PA', { seq: 5001, ack: 1001, payload: 20 }), ESTABLISHED],
    ],
  },
  {
    name: '[A14] a SYN inside the connection is ESTABLISHED from the side that opened, INVALID from the other',
    packets: [
      ...HANDSHAKE,
      [c('S', { seq: 9000 }), ESTABLISHED],
      [s('S', { seq: 9000 }), INVALID],
      [c('PA', { seq: 1001, ack: 5001, payload: 5 }), ESTABLISHED],
    ],
  },
  {
    name: '[A15] xmas, null and SYN+FIN inside the connection are INVALID and harm nothing',
    packets: [
      ...HANDSHAKE,
      [c('FPU', { seq: 1001, ack: 5001 }), INVALID],
      [c('', { seq: 1001, ack: 5001 }), INVALID],
      [c('SF', { seq: 1001, ack: 5001 }), INVALID],
      [c('A', { seq: 1001, ack: 5001 }), ESTABLISHED],
    ],
  },
  {
    name: '[A13] after the FIN exchange a SYN on the same ports is NEW',
    packets: [
      ...HANDSHAKE,
      [c('FA', { seq: 1001, ack: 5001 }), ESTABLISHED],
      [s('FA', { seq: 5001, ack: 1002 }), ESTABLISHED],
      [c('A', { seq: 1002, ack: 5002 }), ESTABLISHED],
      [c('S', { seq: 50_000 }), NEW],
    ],
  },
  {
    name: 'a reset while one side is closing is ESTABLISHED, whatever its number',
    packets: [
      ...HANDSHAKE,
      [c('FA', { seq: 1001, ack: 5001 }), ESTABLISHED],
      [c('RA', { seq: 900, ack: 5001 }), ESTABLISHED],
    ],
  },
  {
    name: 'a second SYN-ACK with another number is followed; the first one, come again, is not believed',
    packets: [
      [c('S', { seq: 1000 }), NEW],
      [s('SA', { seq: 5000, ack: 1001 }), ESTABLISHED],
      [c('S', { seq: 1000 }), ESTABLISHED],
      [s('SA', { seq: 88_000_000, ack: 1001 }), ESTABLISHED],
      [s('SA', { seq: 5000, ack: 1001 }), ESTABLISHED],
      [c('PA', { seq: 1001, ack: 88_000_001, payload: 10 }), ESTABLISHED],
    ],
  },
]
