import type { IpAddress } from '../packet/address'

/** One direction of a connection, as packets in it are when they reach the tracker. */
export interface ConnectionEnds {
  readonly protocol: number
  readonly src: IpAddress
  readonly dst: IpAddress
  /** Of ICMP the identifier; 0 where the protocol has no ports. */
  readonly sport: number
  /** Of ICMP type * 256 + code. */
  readonly dport: number
}

/** What a rule can ask of the connection that a packet belongs to. */
export interface ConnectionFacts {
  readonly original: ConnectionEnds
  readonly reply: ConnectionEnds
  readonly mark: number
  readonly expected?: boolean
  readonly seenReply: boolean
  readonly assured: boolean
  readonly confirmed: boolean
  readonly nat: {
    readonly source: boolean
    readonly destination: boolean
    readonly sourceDone: boolean
    readonly destinationDone: boolean
  }
}

/** Bits of a connection's status. Source: linux/nf_conntrack_common.h (IPS_*). */
export const CT_STATUS = {
  expected: 1,
  'seen-reply': 2,
  assured: 4,
  confirmed: 8,
  snat: 16,
  dnat: 32,
} as const
const [SRC_NAT_DONE, DST_NAT_DONE] = [0x80, 0x100]

export function statusOf({ expected, seenReply, assured, confirmed, nat }: ConnectionFacts): number {
  return (
    (expected ? CT_STATUS.expected : 0) |
    (seenReply ? CT_STATUS['seen-reply'] : 0) |
    (assured ? CT_STATUS.assured : 0) |
    (confirmed ? CT_STATUS.confirmed : 0) |
    (nat.source ? CT_STATUS.snat : 0) |
    (nat.destination ? CT_STATUS.dnat : 0) |
    (nat.sourceDone ? SRC_NAT_DONE : 0) |
    (nat.destinationDone ? DST_NAT_DONE : 0)
  )
}

/** Why a field of a connection has no value, as a clause. */
export const NO_CONNECTION = 'the packet belongs to no connection'
