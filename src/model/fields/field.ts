import type { IpAddress } from '../packet/address'
import type { Packet } from '../packet/packet'
import type { Result } from '../result'
import type { ConnectionFacts } from './connection'

/**
 * A value of a field. IPv4 addresses and everything smaller are numbers; IPv6 addresses are bigints that lie above all
 * IPv4 ones (see packet/address.ts), so `<` orders the whole domain and one code path serves both families.
 */
export type Scalar = number | bigint

/** Both ends are inside. */
export interface Interval {
  readonly first: Scalar
  readonly last: Scalar
}

/** Connection states in the order of their numbers as field values. Source: conntrack(8), SEMANTICS 2. */
export const CT_STATES = ['new', 'established', 'related', 'invalid', 'untracked'] as const
export type CtState = (typeof CT_STATES)[number]

/** What an address is to a device. Source: iptables-extensions(8) addrtype; RFC 1122 3.2.1.3. */
export const ADDRESS_TYPES = ['unicast', 'local', 'broadcast', 'multicast', 'unspecified'] as const
export type AddressType = (typeof ADDRESS_TYPES)[number]

/** Bits under a mask: a value fits where `(value & mask) === bits`. Unsigned numbers of 32 bits at most. */
export interface MaskedBits {
  readonly bits: number
  readonly mask: number
}

/** Which way a packet goes in its connection; the entry is absent where it belongs to none. */
export interface PacketTracking {
  readonly direction: 'original' | 'reply'
  readonly entry?: ConnectionFacts
}

/** Everything that a rule may look at, at the moment it looks. Filtering is a pure function of this. */
export interface MatchContext {
  readonly packet: Packet
  /** Name of the interface the packet came in by; absent for packets made on the device. */
  readonly iif?: string
  /** Name of the interface it will leave by; known only after routing. */
  readonly oif?: string
  /** Absent where the device keeps no state. */
  readonly ctState?: CtState
  /** Absent where no tracker has looked at the packet. */
  readonly tracking?: PacketTracking
  /** The packet's mark on this device (`nfmark`); absent: 0, as packets come in. */
  readonly mark?: number
  /** What an address is to the device; absent where nobody asks on a device. */
  readonly addressType?: (address: IpAddress) => AddressType
}

/**
 * Words that follow the drawing instead of naming a number.
 * - `lan`: the prefixes of this device's inside interfaces ("LAN").
 * - `outside-address`: the addresses of this device's outside interfaces ("router's outside address").
 * - `addresses-of`: all addresses of another device ("Laptop").
 * - `ephemeral-of`: the range from which that device picks source ports ("ephemeral, Laptop").
 */
export type Token =
  | { readonly kind: 'lan' }
  | { readonly kind: 'outside-address' }
  | { readonly kind: 'addresses-of'; readonly device: string }
  | { readonly kind: 'ephemeral-of'; readonly device: string }

/** One alternative in a cell. */
export type Term =
  | ({ readonly kind: 'range' } & Interval)
  /** Of a field of bits. */
  | ({ readonly kind: 'masked' } & MaskedBits)
  /** An interface name; a trailing `+` makes it a prefix, as in iptables(8). */
  | { readonly kind: 'name'; readonly pattern: string }
  | { readonly kind: 'token'; readonly token: Token }
  /** A named set of the same design. */
  | { readonly kind: 'set'; readonly name: string }

/**
 * A field's value is one of the terms, or (negated) none of them. Where the packet has no such field the test does not
 * match, negated or not: `! --dport 80` still wants a port.
 */
export interface FieldTest {
  readonly kind: 'test'
  readonly field: FieldId
  readonly negated: boolean
  /** At least one. */
  readonly terms: readonly Term[]
}

/** A match that was read but not understood: kept, and answered as its rule assumes. */
export interface OpaqueTest {
  readonly kind: 'opaque'
  readonly dialect: string
  readonly text: string
}

/**
 * Several fields at once: their values together are one of the entries, or (negated) none of them. Where the packet lacks
 * one of the fields the test does not match, negated or not. Source: nft(8), "concatenations".
 */
export interface ConcatenationTest {
  readonly kind: 'concatenation'
  /** At least two. */
  readonly fields: readonly FieldId[]
  readonly negated: boolean
  /** One term for each of the fields, in their order. */
  readonly entries: readonly (readonly Term[])[]
}

/** At least one of the tests holds: `--ports` asks for a port at either end, `--ctstate NEW,DNAT` for a state or a status. */
export interface EitherTest {
  readonly kind: 'either'
  /** At least two. */
  readonly tests: readonly FieldTest[]
}

/** A rule matches when all of its conditions do; no condition means any packet. */
export type Condition = FieldTest | EitherTest | ConcatenationTest | OpaqueTest

/** The terms of a test with tokens and named sets looked up. Intervals are sorted and disjoint. */
export type ValueSet =
  | { readonly kind: 'intervals'; readonly intervals: readonly Interval[] }
  | { readonly kind: 'names'; readonly patterns: readonly string[] }
  | { readonly kind: 'bits'; readonly tests: readonly MaskedBits[] }

export const FIELD_IDS = [
  'family',
  'protocol',
  'src',
  'sport',
  'dst',
  'dport',
  'srcType',
  'dstType',
  'length',
  'hopLimit',
  'tos',
  'fragment',
  'packetType',
  'tcpFlags',
  'icmpType',
  'icmpv6Type',
  'ctState',
  'ctDirection',
  'ctStatus',
  'ctProtocol',
  'ctOriginalSrc',
  'ctOriginalDst',
  'ctReplySrc',
  'ctReplyDst',
  'ctOriginalSport',
  'ctOriginalDport',
  'ctReplySport',
  'ctReplyDport',
  'mark',
  'ctMark',
  'iif',
  'oif',
  'physIn',
  'physOut',
] as const
export type FieldId = (typeof FIELD_IDS)[number]

/** What text in a cell may refer to: devices by name for tokens, and named sets. */
export interface Names {
  /** Finds a device by its name, ignoring case. */
  deviceId(name: string): string | undefined
  deviceName(id: string): string | undefined
  /** What a named set holds; nothing where there is none of that name. */
  setHolds(name: string): 'addresses' | 'ports' | undefined
}

/** Looks tokens and named sets up in the drawing; an empty answer means that nothing is there (yet). */
export interface Resolver {
  token(token: Token): readonly Interval[]
  set(name: string): readonly Interval[] | undefined
}

/** One row of the table of what a rule can match on. Everything that lists fields reads the registry. */
export interface Field {
  readonly id: FieldId
  /** As the table heads and the Why panel write it: "destination port". */
  readonly label: string
  /** Shortest clear form, for narrow heads: "dport". */
  readonly short: string
  readonly domain:
    | { readonly kind: 'numbers'; readonly first: number; readonly last: number }
    | { readonly kind: 'addresses' }
    | { readonly kind: 'names' }
    /** 32 bits, tested under masks. */
    | { readonly kind: 'bits' }
  /** Protocols that carry the field; undefined for all. dport needs tcp, udp, sctp or udplite. */
  readonly protocols?: readonly number[]
  /** The packet's value; undefined where the packet has none. */
  read(context: MatchContext): Scalar | string | undefined
  /** Why there is no value, as a clause; where absent, that the packet has no such field. */
  readonly absent?: string
  /** Reads a cell. "any", "*" and "" give no terms. A leading "!" or "not " negates. */
  parse(text: string, names: Names): Result<{ readonly negated: boolean; readonly terms: readonly Term[] }>
  /** Writes terms as `parse` reads them, without the negation. */
  format(terms: readonly Term[], names: Names): string
  /** Writes one value of a packet ("62712", "SYN, ACK", "established"). */
  formatValue(value: Scalar | string): string
  /** Where the meaning is defined: an RFC and section, or a man page. */
  readonly source: string
}
