import type { PacketSpec } from '../../kernel/case'
import { fromClient as c, type Row, fromServer as s } from './row'

/** Windows, scaled and not, selective acknowledgments. The client starts at 1000, the server at 5000. */

type Sent = readonly [PacketSpec, string]
type Options = PacketSpec['tcp_options']
const all = (state: string) => `${state} ${state} ${state} delivered`
const ESTABLISHED = all('ESTABLISHED')
const INVALID = all('INVALID')
const options = (given: Options) => (given === undefined ? {} : { tcp_options: given })

/** A handshake and one more ACK of the server, which allows `window`. */
function begun(given: {
  readonly client?: Options
  readonly server?: Options
  readonly window: number
}): Sent[] {
  return [
    [c('S', { seq: 1000, ...options(given.client) }), all('NEW')],
    [s('SA', { seq: 5000, ack: 1001, window: 500, ...options(given.server) }), ESTABLISHED],
    [c('A', { seq: 1001, ack: 5001 }), ESTABLISHED],
    [s('A', { seq: 5001, ack: 1001, window: given.window }), ESTABLISHED],
  ]
}
const data = (seq: number, payload: number) => c('PA', { seq, ack: 5001, payload })

export const TCP_WINDOW_ROWS: readonly Row[] = [
  {
    name: '[A11] a window that both sides scale is 128 times as wide',
    packets: [
      ...begun({ client: { wscale: 7 }, server: { wscale: 7 }, window: 1000 }),
      [data(1001 + 127_000, 10), ESTABLISHED],
      [data(1001 + 900_000, 10), INVALID],
    ],
  },
  {
    name: '[A11] a scale of more than 14 is taken for 14',
    packets: [
      ...begun({ client: { wscale: 20 }, server: { wscale: 20 }, window: 1000 }),
      [data(1001 + 1000 * 16_384, 10), ESTABLISHED],
      [data(1001 + 1000 * 16_384 * 8, 10), INVALID],
    ],
  },
  ...[
    { name: 'the client', client: { wscale: 7 } },
    { name: 'the server', server: { wscale: 7 } },
  ].map(
    ({ name, ...given }): Row => ({
      name: `[A11] a scale that ${name} alone offers counts for neither`,
      packets: [...begun({ ...given, window: 1000 }), [data(1001 + 127_000, 10), INVALID]],
    }),
  ),
  {
    name: '[A11] the window of a SYN is never scaled',
    packets: [
      [c('S', { seq: 1000, tcp_options: { wscale: 7 } }), all('NEW')],
      [s('SA', { seq: 5000, ack: 1001, window: 500, tcp_options: { wscale: 7 } }), ESTABLISHED],
      [c('A', { seq: 1001, ack: 5001 }), ESTABLISHED],
      [data(1001 + 10_000, 10), INVALID],
    ],
  },
  {
    name: '[A18] a selective acknowledgment of what was never sent is INVALID',
    packets: [
      ...begun({ client: { sack_ok: true }, server: { sack_ok: true }, window: 64_240 }),
      [s('A', { seq: 5001, ack: 1001, tcp_options: { sack: [[5000, 90_000]] } }), INVALID],
      [data(1001, 100), ESTABLISHED],
      [s('A', { seq: 5001, ack: 1001, tcp_options: { sack: [[1050, 1101]] } }), ESTABLISHED],
    ],
  },
  {
    name: '[A18] without the permission in the SYN a selective acknowledgment is not read',
    packets: [
      ...begun({ window: 64_240 }),
      [s('A', { seq: 5001, ack: 1001, tcp_options: { sack: [[5000, 90_000]] } }), ESTABLISHED],
    ],
  },
  {
    name: '[A11] somewhat more than the window is let through, and its acknowledgment too; far more is INVALID',
    packets: [
      ...begun({ window: 100 }),
      [data(1001, 450), ESTABLISHED],
      [data(1451, 120), ESTABLISHED],
      [data(1571, 30), ESTABLISHED],
      [s('A', { seq: 5001, ack: 1601, window: 100 }), ESTABLISHED],
      [data(9000, 30), INVALID],
    ],
  },
  {
    name: '[A11] what is before the window, long acknowledged, is let through and changes nothing',
    packets: [
      ...begun({ window: 100 }),
      [data(1001, 100), ESTABLISHED],
      [s('A', { seq: 5001, ack: 1101, window: 100 }), ESTABLISHED],
      [data(900, 10), ESTABLISHED],
      [data(1101, 10), ESTABLISHED],
    ],
  },
  {
    name: '[A18] a SYN-ACK with a wrong acknowledgment is INVALID, and its number is taken for that of the server all the same',
    packets: [
      [c('S', { seq: 1000 }), all('NEW')],
      [s('SA', { seq: 90_000_000, ack: 777_777 }), INVALID],
      [s('SA', { seq: 5000, ack: 1001 }), ESTABLISHED],
      [c('A', { seq: 1001, ack: 5001 }), INVALID],
      [c('A', { seq: 1001, ack: 90_000_001 }), INVALID],
      [s('PA', { seq: 5001, ack: 1001, payload: 10 }), ESTABLISHED],
      [s('PA', { seq: 90_000_001, ack: 1001, payload: 10 }), ESTABLISHED],
    ],
  },
  {
    name: '[A18] resets of both sides outside the window are INVALID, and the connection goes on',
    packets: [
      ...begun({ window: 64_240 }),
      [s('R', { seq: 90_000_000 }), INVALID],
      [c('R', { seq: 90_000_000 }), INVALID],
      [data(1001, 10), ESTABLISHED],
    ],
  },
]
