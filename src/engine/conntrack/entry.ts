import type { FtpHelperState } from './ftp-helper'
import type { SequenceShifts } from './sequence-adjustment'
import type { TcpTrack } from './tcp-track'
import type { Direction, Tuple } from './tuple'

/** What the tracker of a protocol remembers beside the tuples. */
export type ProtocolTrack =
  | TcpTrack
  /** `streamFromMs`: a flow that is answered and still there then counts as a stream. */
  | { readonly kind: 'udp'; readonly streamFromMs: number }
  | { readonly kind: 'icmp' }
  | { readonly kind: 'generic' }

/** What translation has done to a connection so far (IPS_*_NAT and IPS_*_NAT_DONE of linux/nf_conntrack_common.h). */
export interface NatStatus {
  /** The reply tuple's destination is not the original source. */
  readonly source: boolean
  readonly destination: boolean
  /** The nat chains were asked, whatever they said. */
  readonly sourceDone: boolean
  readonly destinationDone: boolean
}

export const NO_NAT: NatStatus = {
  source: false,
  destination: false,
  sourceDone: false,
  destinationDone: false,
}

/** One tracked connection. Translation is a reply tuple that is not the original turned round. A value. */
export interface ConntrackEntry {
  readonly id: number
  readonly original: Tuple
  readonly reply: Tuple
  readonly track: ProtocolTrack
  readonly seenReply: boolean
  readonly assured: boolean
  /** The packet that made it has left the last hook; only then is it in the table. */
  readonly confirmed: boolean
  readonly nat: NatStatus
  /** `ct mark`: set by rules, unsigned. */
  readonly mark: number
  /** A helper reads along. */
  readonly helper?: FtpHelperState
  /** A helper has changed lengths on the way. */
  readonly shifts?: SequenceShifts
  /** A helper has read about it before it came: it is RELATED until it is answered [F1]. */
  readonly expected?: true
  /** Simulated ms, exclusive: from then on it is gone. */
  readonly timeoutAtMs: number
  /** Journey of the packet that made it. */
  readonly createdBy: number
}

/** The tuple that a packet of that direction had when it reached the tracker. */
export function tupleIn(entry: ConntrackEntry, direction: Direction): Tuple {
  return direction === 'original' ? entry.original : entry.reply
}
