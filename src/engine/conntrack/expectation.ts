import type { IpAddress } from '@/model/packet/address'
import type { ConntrackTable } from './table'
import type { Direction, Tuple } from './tuple'

/** A connection that a helper has read about: its first packet is RELATED to the one that it was read in. */
export interface Expectation {
  /** Id of that connection. */
  readonly master: number
  readonly protocol: number
  readonly src: IpAddress
  readonly dst: IpAddress
  readonly dport: number
  /** Simulated ms, exclusive. */
  readonly timeoutAtMs: number
  /** Of a translated master: the way the new connection goes in it, and the port that its peer listens on. */
  readonly nat?: { readonly direction: Direction; readonly port: number }
}

/** `nf_conntrack_ftp`: `max_expected` 1 for each connection, five minutes. */
export const EXPECTATION_MS = 300_000

function isSamePlace(a: Expectation, b: Expectation): boolean {
  return a.protocol === b.protocol && a.src === b.src && a.dst === b.dst && a.dport === b.dport
}

/**
 * The table with one more; undefined where a different connection expects the same. A connection expects one at a time,
 * the last one it spoke of.
 */
export function withExpectation(
  table: ConntrackTable,
  expected: Expectation,
  nowMs: number,
): ConntrackTable | undefined {
  const live = table.expectations.filter(({ timeoutAtMs }) => timeoutAtMs > nowMs)
  const others = live.filter(({ master }) => master !== expected.master)
  if (others.some((each) => isSamePlace(each, expected))) return undefined
  return { ...table, expectations: [...others, expected] }
}

/** What is expected with this tuple, whatever its source port, and the table in which it is expected no more. */
export function takeExpectation(
  table: ConntrackTable,
  { protocol, src, dst, dport }: Tuple,
  nowMs: number,
): { readonly expected: Expectation; readonly table: ConntrackTable } | undefined {
  const expected = table.expectations.find(
    (each) =>
      each.timeoutAtMs > nowMs &&
      each.protocol === protocol &&
      each.src === src &&
      each.dst === dst &&
      each.dport === dport,
  )
  if (!expected) return undefined
  const expectations = table.expectations.filter((each) => each !== expected)
  return { expected, table: { ...table, expectations } }
}
