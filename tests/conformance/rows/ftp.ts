import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, type Row } from './row'

/** The FTP helper: control connections from the client's port 40000 to the server's 21. */

const { client, server, wan } = ADDRESS[4]
const HELPER = '*raw\n-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\nCOMMIT\n'
const MASQUERADE = '*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n'

const ESTABLISHED = 'ESTABLISHED ESTABLISHED ESTABLISHED delivered'
const FROM_WAN = `${ESTABLISHED} as ${wan}:40000 > ${server}:21`
const TO_CLIENT = `${ESTABLISHED} as ${server}:21 > ${client}:40000`

/** A control connection as both ends see it; each line is sent after the one before has been acknowledged. */
function control(peer: string, lines: readonly (readonly ['C' | 'S', string, string?])[], shift = 0) {
  let [c, s] = [1000, 5000]
  let shifted = 0
  const segment = (from: 'C' | 'S', flags: string, payload?: string): PacketSpec => {
    const [seq, ack] = from === 'C' ? [c, s] : [s, c + shifted]
    const length = (payload?.length ?? 0) + (flags.includes('S') ? 1 : 0)
    if (from === 'C') c += length
    else s += length
    const ends =
      from === 'C'
        ? { from: 'client', src: client, dst: server, sport: 40_000, dport: 21 }
        : { from: 'server', src: server, dst: peer, sport: 21, dport: 40_000 }
    return { ...ends, proto: 'tcp', flags, seq, ack, ...(payload === undefined ? {} : { payload }) }
  }
  const [toServer, toClient] = peer === wan ? [FROM_WAN, TO_CLIENT] : [ESTABLISHED, ESTABLISHED]
  const rows: [PacketSpec, string][] = [
    [
      { ...segment('C', 'S'), ack: 0 },
      peer === wan ? FROM_WAN.replaceAll('ESTABLISHED', 'NEW') : 'NEW NEW NEW delivered',
    ],
    [segment('S', 'SA'), toClient],
    [segment('C', 'A'), toServer],
  ]
  for (const [from, line, expected] of lines) {
    rows.push([segment(from, 'PA', line), expected ?? (from === 'C' ? toServer : toClient)])
    if (from === 'C' && line.startsWith('PORT')) shifted = shift
    rows.push([segment(from === 'C' ? 'S' : 'C', 'A'), from === 'C' ? toClient : toServer])
  }
  return rows
}

const HELLO = [
  ['S', '220 ready\r\n'],
  ['C', 'USER me\r\n'],
  ['S', '230 in\r\n'],
] as const
const PORT = 'PORT 192,168,1,10,195,80\r\n'
const PASSIVE = '227 Entering Passive Mode (203,0,113,80,195,80).\r\n'
/** 195 * 256 + 80. */
const DATA_PORT = 50_000
const active = (more: Partial<PacketSpec> = {}): PacketSpec => ({
  from: 'server',
  proto: 'tcp',
  src: server,
  dst: client,
  sport: 20,
  dport: DATA_PORT,
  flags: 'S',
  seq: 1,
  ...more,
})
const passive = (more: Partial<PacketSpec> = {}): PacketSpec => ({
  from: 'client',
  proto: 'tcp',
  src: client,
  dst: server,
  sport: 41_000,
  dport: DATA_PORT,
  flags: 'S',
  seq: 1,
  ...more,
})
const answerTo = (syn: PacketSpec): PacketSpec => ({
  ...syn,
  from: syn.from === 'client' ? 'server' : 'client',
  src: syn.dst,
  dst: syn.src,
  sport: syn.dport ?? 0,
  dport: syn.sport ?? 0,
  flags: 'SA',
  seq: 9,
  ack: 2,
})
/** At the router alone is there a helper. */
const RELATED = 'NEW RELATED NEW delivered'
const UNRELATED = 'NEW NEW NEW delivered'

export const FTP_ROWS: readonly Row[] = [
  {
    name: '[F1] active: the data connection from the server to the port that PORT names is RELATED, repeats too, its answer ESTABLISHED',
    rules: HELPER,
    packets: [
      ...control(client, [...HELLO, ['C', PORT]]),
      [active(), RELATED],
      [active(), RELATED],
      [answerTo(active()), ESTABLISHED],
    ],
  },
  {
    name: '[F1] exactly that port, and once: another one is NEW, and so is a second connection',
    rules: HELPER,
    packets: [
      ...control(client, [...HELLO, ['C', PORT]]),
      [active({ dport: DATA_PORT + 1 }), UNRELATED],
      [active(), RELATED],
      [active({ sport: 1020 }), UNRELATED],
    ],
  },
  {
    name: '[F4] passive: the data connection from the client to the port that 227 names is RELATED, its answer ESTABLISHED',
    rules: HELPER,
    packets: [
      ...control(client, [...HELLO, ['C', 'PASV\r\n'], ['S', PASSIVE]]),
      [passive({ dport: DATA_PORT - 1 }), UNRELATED],
      [passive(), RELATED],
      [passive(), RELATED],
      [answerTo(passive()), ESTABLISHED],
    ],
  },
  {
    name: '[F2] without a helper data connections are NEW',
    packets: [
      ...control(client, [...HELLO, ['C', 'PASV\r\n'], ['S', PASSIVE]]),
      [passive(), UNRELATED],
      [active(), UNRELATED],
    ],
  },
  {
    name: '[F1b] PORT as the very first line of the client makes no expectation',
    rules: HELPER,
    packets: [
      ...control(client, [
        ['S', '220 ready\r\n'],
        ['C', PORT],
      ]),
      [active(), UNRELATED],
    ],
  },
  {
    name: '[F1b] 227 as the very first line of the server makes no expectation',
    rules: HELPER,
    packets: [
      ...control(client, [
        ['C', 'PASV\r\n'],
        ['S', PASSIVE],
      ]),
      [passive(), UNRELATED],
    ],
  },
  {
    name: '[F1] a line that begins in the middle of another one is not looked at',
    rules: HELPER,
    packets: [...control(client, [...HELLO, ['C', 'NOOP '], ['C', PORT]]), [active(), UNRELATED]],
  },
  {
    name: '[F1] only the last one of two PORT lines is expected',
    rules: HELPER,
    packets: [
      ...control(client, [...HELLO, ['C', PORT], ['S', '200 ok\r\n'], ['C', 'PORT 192,168,1,10,195,81\r\n']]),
      [active(), UNRELATED],
      [active({ dport: DATA_PORT + 1 }), RELATED],
    ],
  },
  {
    name: "[F1] a PORT with an address that is not the client's own makes no expectation",
    rules: HELPER,
    packets: [
      ...control(client, [...HELLO, ['C', 'PORT 192,168,1,11,195,80\r\n']]),
      [active(), UNRELATED],
      [active({ dst: '192.168.1.11' }), 'NEW NEW sent'],
    ],
  },
  {
    name: '[F1] a PORT that ends too early is lost behind the last rule',
    rules: HELPER,
    packets: [
      ...control(client, HELLO),
      [
        {
          ...passive({ sport: 40_000, dport: 21, flags: 'PA', seq: 1010, ack: 5020 }),
          payload: 'PORT 192,168',
        },
        'ESTABLISHED ESTABLISHED vanished',
      ],
    ],
  },
  {
    name: '[F1] EPRT and 229 say the same (RFC 2428)',
    rules: HELPER,
    packets: [
      ...control(client, [...HELLO, ['C', 'EPRT |1|192.168.1.10|50000|\r\n'], ['S', '200 ok\r\n']]),
      [active(), RELATED],
    ],
  },
  {
    name: '[F1] 229 names a port of the server',
    rules: HELPER,
    packets: [
      ...control(client, [
        ...HELLO,
        ['C', 'EPSV\r\n'],
        ['S', '229 Entering Extended Passive Mode (|||50000|)\r\n'],
      ]),
      [passive(), RELATED],
    ],
  },
  {
    name: '[F3] behind masquerade PORT is rewritten: the server acknowledges other numbers, and data to the gateway reaches the client',
    rules: `${HELPER}${MASQUERADE}`,
    packets: [
      ...control(
        wan,
        [...HELLO, ['C', PORT], ['S', '200 ok\r\n'], ['C', 'NOOP\r\n']],
        '203,0,113,1'.length - '192,168,1,10'.length,
      ),
      [active({ dst: wan }), `${RELATED} as ${server}:20 > ${client}:${DATA_PORT}`],
      [answerTo(active()), `${ESTABLISHED} as ${wan}:${DATA_PORT} > ${server}:20`],
    ],
  },
  {
    name: '[F3] behind masquerade a passive data connection is translated as its control connection is, whatever the rules say',
    rules: `${HELPER}*nat\n-A POSTROUTING -o wan0 -p tcp --dport 21 -j MASQUERADE\nCOMMIT\n`,
    packets: [
      ...control(wan, [...HELLO, ['C', 'PASV\r\n'], ['S', PASSIVE]]),
      [passive(), `${RELATED} as ${wan}:41000 > ${server}:${DATA_PORT}`],
    ],
  },
]
