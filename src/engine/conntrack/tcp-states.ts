import { TCP_FLAG, type TcpPacket } from '@/model/packet/packet'
import type { Direction } from './tuple'

/** States of the tracker. Names as conntrack(8) prints them; they are not the states of a host's socket. */
export const TCP_TRACK_STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const
export type TcpTrackState = (typeof TCP_TRACK_STATES)[number]

/** Seconds until an entry in the state is forgotten. Source: nf_conntrack-sysctl.rst, defaults. */
export const TCP_TIMEOUT_S: Readonly<Record<TcpTrackState, number>> = {
  NONE: 120,
  SYN_SENT: 120,
  SYN_RECV: 60,
  ESTABLISHED: 432_000,
  FIN_WAIT: 120,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  TIME_WAIT: 120,
  CLOSE: 10,
  SYN_SENT2: 120,
}

/** A flow picked up in its middle is trusted only this long before it is answered [A2]. */
export const TCP_UNACKNOWLEDGED_S = 300

type FlagRow = 'syn' | 'syn-ack' | 'fin' | 'ack' | 'rst'

/** `-` invalid, `=` ignored: the packet is of the connection and changes nothing. */
type Cell = TcpTrackState | '-' | '='

const SHORT: Readonly<Record<string, Cell>> = {
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  ES: 'ESTABLISHED',
  FW: 'FIN_WAIT',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  S2: 'SYN_SENT2',
  '-': '-',
  '=': '=',
}

function row(cells: string): readonly Cell[] {
  return cells
    .trim()
    .split(/\s+/)
    .map((cell) => SHORT[cell] ?? '-')
}

/**
 * The tracker's table: row by the flags of the packet, column by the state before, in the order of TCP_TRACK_STATES.
 * Source: the measured behaviour of SEMANTICS 2; RFC 9293 section 3.3.2 for the states it follows.
 */
const TABLE: Readonly<Record<Direction, Readonly<Record<FlagRow, readonly Cell[]>>>> = {
  original: {
    //              NONE SS  SR  ES  FW  CW  LA  TW  CL  S2
    syn: row('      SS   SS  =   =   =   =   =   SS  SS  S2'),
    'syn-ack': row('-    -   SR  -   -   -   -   -   -   SR'),
    fin: row('      -    -   FW  FW  LA  LA  LA  TW  CL  - '),
    ack: row('      ES   -   ES  ES  CW  CW  TW  TW  CL  - '),
    rst: row('      -    CL  CL  CL  CL  CL  CL  CL  CL  CL'),
  },
  reply: {
    syn: row('      -    S2  -   -   -   -   -   SS  -   S2'),
    'syn-ack': row('-    SR  =   =   =   =   =   =   =   SR'),
    fin: row('      -    -   FW  FW  LA  LA  LA  TW  CL  - '),
    ack: row('      -    =   SR  ES  CW  CW  TW  TW  CL  = '),
    rst: row('      -    CL  CL  CL  CL  CL  CL  CL  CL  CL'),
  },
}

/** Combinations of SYN, ACK, FIN, RST, URG that a connection can have; PSH, ECE and CWR do not matter [A4]. */
const KNOWN_COMBINATIONS = new Set(
  [
    ['SYN'],
    ['SYN', 'URG'],
    ['SYN', 'ACK'],
    ['RST'],
    ['RST', 'ACK'],
    ['FIN', 'ACK'],
    ['FIN', 'ACK', 'URG'],
    ['ACK'],
    ['ACK', 'URG'],
  ].map((names) => names.reduce((byte, name) => byte | TCP_FLAG[name as keyof typeof TCP_FLAG], 0)),
)
const LOOKED_AT = TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.FIN | TCP_FLAG.RST | TCP_FLAG.URG

function flagRow(flags: number): FlagRow | undefined {
  if (!KNOWN_COMBINATIONS.has(flags & LOOKED_AT)) return undefined
  if (flags & TCP_FLAG.RST) return 'rst'
  if (flags & TCP_FLAG.SYN) return flags & TCP_FLAG.ACK ? 'syn-ack' : 'syn'
  return flags & TCP_FLAG.FIN ? 'fin' : 'ack'
}

/** The state after a packet; 'invalid' where it cannot be of the connection, 'ignored' where it changes nothing. */
export function nextTcpState(
  state: TcpTrackState,
  packet: TcpPacket,
  direction: Direction,
): TcpTrackState | 'invalid' | 'ignored' {
  const line = flagRow(packet.flags)
  if (!line) return 'invalid'
  const cell = TABLE[direction][line][TCP_TRACK_STATES.indexOf(state)] ?? '-'
  if (cell === '-') return 'invalid'
  return cell === '=' ? 'ignored' : cell
}
