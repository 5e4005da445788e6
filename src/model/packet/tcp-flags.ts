import { TCP_FLAG } from './packet'

/** In the order in which people read them: the opening flag first, FIN-ACK and not ACK-FIN. */
export const TCP_FLAG_NAMES = ['SYN', 'FIN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const
export type TcpFlagName = (typeof TCP_FLAG_NAMES)[number]

/** Letters of packet listings; URG is U, ECE is E, CWR is C. */
const LETTER: Readonly<Record<TcpFlagName, string>> = {
  SYN: 'S',
  ACK: 'A',
  FIN: 'F',
  RST: 'R',
  PSH: 'P',
  URG: 'U',
  ECE: 'E',
  CWR: 'C',
}

export function tcpFlagNames(byte: number): TcpFlagName[] {
  return TCP_FLAG_NAMES.filter((name) => byte & TCP_FLAG[name])
}

/** "SYN, ACK"; "none" for the null packet. */
export function formatTcpFlags(byte: number): string {
  return tcpFlagNames(byte).join(', ') || 'none'
}

/** "SA". */
export function flagLetters(byte: number): string {
  return tcpFlagNames(byte)
    .map((name) => LETTER[name])
    .join('')
}

/** Reads flag letters in any order and case; undefined where a letter is no flag. */
export function parseFlagLetters(text: string): number | undefined {
  let byte = 0
  for (const letter of text.toUpperCase()) {
    const name = TCP_FLAG_NAMES.find((candidate) => LETTER[candidate] === letter)
    if (!name) return undefined
    byte |= TCP_FLAG[name]
  }
  return byte
}

/** `(flags & mask) == value`, as iptables(8) `--tcp-flags` says it. */
export interface FlagTest {
  readonly mask: number
  readonly value: number
}

/** What `--syn` looks at: SYN set, ACK, RST and FIN clear. Source: SEMANTICS [E1]. */
export const SYN_ONLY: FlagTest = {
  mask: TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST | TCP_FLAG.FIN,
  value: TCP_FLAG.SYN,
}
