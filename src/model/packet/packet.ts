import type { Family, IpAddress } from './address'

/** IANA protocol numbers that the model names. */
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132, udplite: 136 } as const

/** Bits of the TCP flag byte, RFC 9293 section 3.1 and RFC 3168 (ECE, CWR). */
export const TCP_FLAG = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const

interface IpHeader {
  readonly family: Family
  readonly src: IpAddress
  readonly dst: IpAddress
  /** IPv4 TTL, IPv6 hop limit. */
  readonly hopLimit: number
  /** IPv4 TOS byte, IPv6 traffic class. */
  readonly tos: number
  /** IPv4 identification; 0 where the sender does not number its packets. */
  readonly id: number
  /** IPv4 don't-fragment bit. */
  readonly dontFragment: boolean
  /** Present only on a fragment. `offset` is in bytes. */
  readonly fragment?: { readonly offset: number; readonly more: boolean }
  /** IANA protocol number of the transport header. */
  readonly protocol: number
  /** A wrong transport checksum: conntrack calls the packet INVALID [A16]. */
  readonly badChecksum?: boolean
  /** What the payload is, in words a person reads ("TLS ClientHello", "GET /"). Never matched on. */
  readonly payload?: Payload
}

/** What follows the transport header. */
export interface Payload {
  readonly bytes: number
  /** A name for the person reading the ladder. */
  readonly label?: string
  /** The text itself where something reads it (FTP commands, DNS names). */
  readonly text?: string
}

/** RFC 7323 section 2 and RFC 2018. The first two stand in a SYN alone. */
export interface TcpOptions {
  /** Windows are offered in units of two to this power. */
  readonly windowScale?: number
  readonly sackPermitted?: true
  /** Blocks that came out of order: sequence numbers of their first byte and of the one behind them. */
  readonly sack?: readonly (readonly [first: number, next: number])[]
}

export interface TcpPacket extends IpHeader {
  readonly kind: 'tcp'
  readonly sport: number
  readonly dport: number
  /** The flag byte, see TCP_FLAG. */
  readonly flags: number
  /** 32-bit unsigned. */
  readonly seq: number
  readonly ack: number
  readonly window: number
  /** Length of TCP options in bytes (a SYN carries some). */
  readonly optionBytes: number
  /** What of them the tracker reads; absent: nothing. */
  readonly options?: TcpOptions
}

export interface UdpPacket extends IpHeader {
  readonly kind: 'udp'
  readonly sport: number
  readonly dport: number
}

/** ICMP (protocol 1) and ICMPv6 (58). */
export interface IcmpPacket extends IpHeader {
  readonly kind: 'icmp'
  readonly type: number
  readonly code: number
  /** Identifier of echo and its kin; it takes the port's place in a conntrack tuple. */
  readonly icmpId?: number
  readonly icmpSeq?: number
  /** The packet that an ICMP error quotes. */
  readonly quoted?: Packet
}

export interface OtherPacket extends IpHeader {
  readonly kind: 'other'
}

/** A network-layer unit with its headers. Immutable: a translation makes a new one. */
export type Packet = TcpPacket | UdpPacket | IcmpPacket | OtherPacket
