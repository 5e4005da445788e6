import { TCP_FLAG } from '@/model/packet/packet'
import { CONNTRACK_TIMEOUTS, type ConntrackTimeouts } from './timeouts'
import type { Direction } from './tuple'

/** States of the tracker, in the order of the columns below. Names as conntrack(8) prints them; not a socket's states. */
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

/** Seconds until an entry in the state is forgotten; both states before anything is known have the default for ever. */
export function tcpTimeout(state: TcpTrackState, timeouts: ConntrackTimeouts): number {
  switch (state) {
    case 'NONE':
    case 'SYN_SENT2':
      return CONNTRACK_TIMEOUTS.tcp_timeout_syn_sent
    default:
      return timeouts[`tcp_timeout_${state.toLowerCase() as Lowercase<typeof state>}`]
  }
}

/** `nf_conntrack_tcp_max_retrans`. */
export const TCP_MAX_RETRANSMISSIONS = 3

/** Rows of the table: what the flags of a segment come to. */
export type FlagClass = 'syn' | 'syn-ack' | 'fin' | 'ack' | 'rst' | 'none'

export function flagClass(flags: number): FlagClass {
  if (flags & TCP_FLAG.RST) return 'rst'
  if (flags & TCP_FLAG.SYN) return flags & TCP_FLAG.ACK ? 'syn-ack' : 'syn'
  if (flags & TCP_FLAG.FIN) return 'fin'
  return flags & TCP_FLAG.ACK ? 'ack' : 'none'
}

const { SYN, ACK, FIN, RST, URG } = TCP_FLAG
/** Combinations of SYN, ACK, FIN, RST, URG that a connection can have; PSH, ECE and CWR do not matter [A4]. */
const KNOWN_COMBINATIONS: ReadonlySet<number> = new Set([
  SYN,
  SYN | URG,
  SYN | ACK,
  RST,
  RST | ACK,
  FIN | ACK,
  FIN | ACK | URG,
  ACK,
  ACK | URG,
])

/** Whether a segment with these flags can belong to a connection at all [A4, A15]. */
export function isKnownCombination(flags: number): boolean {
  return KNOWN_COMBINATIONS.has(flags & (SYN | ACK | FIN | RST | URG))
}

/** The next state, or that the segment cannot be of the connection, or that it is let through and changes nothing. */
export type Transition = TcpTrackState | 'invalid' | 'ignore'

const CELLS: Readonly<Record<string, Transition>> = {
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  ES: 'ESTABLISHED',
  FW: 'FIN_WAIT',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  S2: 'SYN_SENT2',
  IV: 'invalid',
  IG: 'ignore',
}

const row = (text: string): readonly Transition[] =>
  text
    .trim()
    .split(/\s+/)
    .map((cell) => CELLS[cell] ?? 'invalid')

/** State x flags x direction. Source: the facts of tcp_conntracks in linux/net/netfilter/nf_conntrack_proto_tcp.c; [A1-A19]. */
const TABLE: Readonly<Record<Direction, Readonly<Record<FlagClass, readonly Transition[]>>>> = {
  original: {
    //             NO SS SR ES FW CW LA TW CL S2
    syn: row('     SS SS IG IG IG IG IG SS SS S2'),
    'syn-ack': row('IV IV SR IV IV IV IV IV IV SR'),
    fin: row('     IV IV FW FW LA LA LA TW CL IV'),
    ack: row('     ES IV ES ES CW CW TW TW CL IV'),
    rst: row('     IV CL CL CL CL CL CL CL CL CL'),
    none: row('    IV IV IV IV IV IV IV IV IV IV'),
  },
  reply: {
    //             NO SS SR ES FW CW LA TW CL S2
    syn: row('     IV S2 IV IV IV IV IV SS IV S2'),
    'syn-ack': row('IV SR IG IG IG IG IG IG IG SR'),
    fin: row('     IV IV FW FW LA LA LA TW CL IV'),
    ack: row('     IV IG SR ES CW CW TW TW CL IG'),
    rst: row('     IV CL CL CL CL CL CL CL CL CL'),
    none: row('    IV IV IV IV IV IV IV IV IV IV'),
  },
}

export function transition(state: TcpTrackState, flags: FlagClass, direction: Direction): Transition {
  return TABLE[direction][flags][TCP_TRACK_STATES.indexOf(state)] ?? 'invalid'
}
