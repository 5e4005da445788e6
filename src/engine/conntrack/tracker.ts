import type { Packet } from '@/model/packet/packet'
import type { ConntrackSettings } from '../network'
import type { ConntrackEntry, ProtocolTrack } from './entry'
import { CONNTRACK_TIMEOUTS } from './timeouts'
import type { Direction } from './tuple'

/** What a tracker makes of one packet of an entry. */
export type Advance =
  /** Of the connection; the entry lives `timeoutMs` from now. */
  | {
      readonly kind: 'accept'
      readonly track: ProtocolTrack
      readonly timeoutMs: number
      readonly assured: boolean
    }
  /** Of the connection, but nothing is believed of it: state and timeout stay. */
  | { readonly kind: 'ignore'; readonly track: ProtocolTrack }
  /** Cannot be of the connection; the packet is INVALID, and at most what is known of the numbers changes. */
  | { readonly kind: 'invalid'; readonly track?: ProtocolTrack; readonly timeoutMs?: number }
  /** Of the connection, which ends with it. */
  | { readonly kind: 'destroy'; readonly track: ProtocolTrack }
  /** The connection is over and this packet begins another one on the same tuple. */
  | { readonly kind: 'reopen' }

export interface TrackerContext {
  readonly direction: Direction
  readonly nowMs: number
  readonly settings: ConntrackSettings
}

/** The state machine of one protocol. Pure: entries are values. */
export interface Tracker {
  /** The state before the first packet of a tuple is looked at; undefined where the packet cannot start an entry. */
  start(packet: Packet, context: TrackerContext): ProtocolTrack | undefined
  /** The first packet goes through here too, with the entry that `start` began. */
  advance(entry: ConntrackEntry, packet: Packet, context: TrackerContext): Advance
}

/** Defaults of the kernel. */
export const CONNTRACK_SETTINGS: ConntrackSettings = {
  tcpLoose: true,
  tcpBeLiberal: false,
  timeouts: CONNTRACK_TIMEOUTS,
}
