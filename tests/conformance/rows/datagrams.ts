import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, fromClient, fromServer, type Row } from './row'

/** Conntrack of UDP, ICMP and everything else. */

const { client, server } = ADDRESS[4]
const ask = (more: Partial<PacketSpec> = {}): PacketSpec => {
  const { flags: _, ...packet } = fromClient('')
  return { ...packet, proto: 'udp', dport: 53, ...more }
}
const answer = (more: Partial<PacketSpec> = {}): PacketSpec => {
  const { flags: _, ...packet } = fromServer('')
  return { ...packet, proto: 'udp', sport: 53, ...more }
}
const icmp = (from: 'client' | 'server', icmp_type: number, more: Partial<PacketSpec> = {}): PacketSpec => ({
  from,
  proto: 'icmp',
  src: from === 'client' ? client : server,
  dst: from === 'client' ? server : client,
  icmp_type,
  icmp_code: 0,
  icmp_id: 77,
  ...more,
})
const all = (state: string) => `${state} ${state} ${state} delivered`
const quoted = ({ from: _, ...packet }: PacketSpec) => packet

export const DATAGRAM_ROWS: readonly Row[] = [
  {
    name: '[E11] 8/0 is type and code, 3 any code, echo-request any code of 8',
    rules:
      '*filter\n-A FORWARD -p icmp --icmp-type 8/0 -j DROP\n-A FORWARD -p icmp --icmp-type 3 -j DROP\n-A FORWARD -p icmp --icmp-type echo-request -j DROP\nCOMMIT\n',
    packets: [
      [icmp('client', 8), 'NEW NEW dropped by filter FORWARD 1'],
      [icmp('client', 8, { icmp_code: 5 }), 'NEW NEW dropped by filter FORWARD 3'],
      [icmp('client', 3, { icmp_code: 9 }), 'INVALID INVALID dropped by filter FORWARD 2'],
    ],
  },
  {
    name: '[A16] a wrong checksum is INVALID, and passed on where rules let it',
    packets: [
      [fromClient('S', { bad_checksum: true }), 'NEW INVALID INVALID delivered'],
      [ask({ bad_checksum: true }), 'NEW INVALID INVALID delivered'],
    ],
  },
  {
    name: '[C3] UDP is NEW until a reply is seen, ESTABLISHED both ways after it',
    packets: [
      [ask(), all('NEW')],
      [ask(), all('NEW')],
      [answer(), all('ESTABLISHED')],
      [ask(), all('ESTABLISHED')],
    ],
  },
  {
    name: '[C1] an echo reply with the same id is ESTABLISHED, any number of times; another id or an unsolicited one is INVALID',
    packets: [
      [icmp('server', 0), all('INVALID')],
      [icmp('client', 8), all('NEW')],
      [icmp('server', 0), all('ESTABLISHED')],
      [icmp('server', 0), all('ESTABLISHED')],
      [icmp('server', 0, { icmp_id: 78 }), all('INVALID')],
    ],
  },
  ...[13, 15, 17].map(
    (type): Row => ({
      name: `[C2] ICMP type ${type} starts an entry`,
      packets: [
        [icmp('client', type), all('NEW')],
        [icmp('server', type + 1), all('ESTABLISHED')],
      ],
    }),
  ),
  ...[0, 9, 10, 14, 16, 18, 30, 42].map(
    (type): Row => ({
      name: `[C2] ICMP type ${type} without a flow is INVALID`,
      packets: [[icmp('client', type), all('INVALID')]],
    }),
  ),
  ...[3, 4, 5, 11, 12].map(
    (icmp_type): Row => ({
      name: `[C3] ICMP error ${icmp_type} about a known flow is RELATED, about an unknown one INVALID`,
      packets: [
        [ask(), all('NEW')],
        [icmp('server', icmp_type, { inner: quoted(ask()) }), all('RELATED')],
        [icmp('server', icmp_type, { inner: quoted(ask({ sport: 41_000 })) }), all('INVALID')],
      ],
    }),
  ),
  {
    name: '[C3] an ICMP error does not end a flow',
    packets: [
      [ask(), all('NEW')],
      [icmp('server', 3, { icmp_code: 3, inner: quoted(ask()) }), all('RELATED')],
      [answer(), all('ESTABLISHED')],
    ],
  },
  {
    name: '[e11 E1] an error sent to somebody else than the source of what it quotes is INVALID there',
    packets: [
      [ask(), all('NEW')],
      [{ ...icmp('client', 3, { inner: quoted(ask()) }) }, all('INVALID')],
    ],
  },
  {
    name: 'another protocol is NEW, and ESTABLISHED once it was answered',
    packets: [
      [{ from: 'client', proto: 47, src: client, dst: server, payload: 8 }, all('NEW')],
      [{ from: 'server', proto: 47, src: server, dst: client, payload: 8 }, all('ESTABLISHED')],
    ],
  },
]
