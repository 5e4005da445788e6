import type { Condition, FieldId, Term } from '../fields/field'
import type { IpAddress } from '../packet/address'

/**
 * Where base chains hang on a packet's way through a device (nft(8), "ADDRESS FAMILIES"):
 *
 *   ingress -> prerouting -> [routing] -> input -> (local process)
 *                                |
 *                                +-> forward -> postrouting -> egress
 *   (local process) -> [routing] -> output -> postrouting -> egress
 */
export const HOOKS = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress'] as const
export type Hook = (typeof HOOKS)[number]

/** Kernel priorities of the stages on a hook, lower runs first. Source: linux/netfilter_ipv4.h. */
export const PRIORITY = {
  raw: -300,
  conntrack: -200,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
} as const

/** How a reject answers. The names are iptables-extensions(8)'s; each family takes the nearest where it has none of its own. */
export const REJECT_KINDS = [
  'icmp-port-unreachable',
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-proto-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
  'icmp6-policy-fail',
  'icmp6-reject-route',
  'tcp-reset',
] as const
export type RejectKind = (typeof REJECT_KINDS)[number]

/** Where a translation sends an address and port. Absent parts are kept. */
export interface NatTo {
  readonly addresses?: { readonly first: IpAddress; readonly last: IpAddress }
  readonly ports?: { readonly first: number; readonly last: number }
  /** `--random`, `--random-fully`. */
  readonly random?: boolean
}

/**
 * How a rule changes a mark: the bits of `mask` are cleared, then those of `flip` turned over. Every form of MARK and
 * CONNMARK is one of these (`--set-xmark FLIP/MASK`).
 */
export interface MarkChange {
  readonly flip: number
  readonly mask: number
}

/** Helpers that the tracker has: each reads the connections of one protocol for those that belong to them. */
export const HELPERS = ['ftp'] as const
export type HelperName = (typeof HELPERS)[number]

/** What a rule does when it matches; all but a choice among others. */
export type PlainTarget =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: RejectKind }
  | { readonly kind: 'jump'; readonly chain: string }
  /** Like jump, but leaves no return address. */
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'return' }
  /** Writes a line and goes on with the next rule. */
  | { readonly kind: 'log'; readonly prefix: string }
  | { readonly kind: 'snat'; readonly to: NatTo }
  | { readonly kind: 'dnat'; readonly to: NatTo }
  | { readonly kind: 'masquerade'; readonly to: NatTo }
  | { readonly kind: 'redirect'; readonly to: NatTo }
  | { readonly kind: 'notrack' }
  | ({ readonly kind: 'mark' } & MarkChange)
  /** Changes the mark of the packet's connection; a packet without one passes by unchanged. */
  | ({ readonly kind: 'connmark' } & MarkChange)
  /** The mark of the packet becomes the connection's: bits of `to` are cleared there, those of `from` turned over as here. */
  | { readonly kind: 'save-mark'; readonly from: number; readonly to: number }
  /** The other way round. */
  | { readonly kind: 'restore-mark'; readonly from: number; readonly to: number }
  /** By and up to 255, never below 0. */
  | { readonly kind: 'hop-limit'; readonly change: 'set' | 'increase' | 'decrease'; readonly by: number }
  /** The byte of the IP header changes as a mark does. */
  | ({ readonly kind: 'tos' } & MarkChange)
  /** The segment size that a SYN announces; without a size what the way can carry. */
  | { readonly kind: 'mss'; readonly size?: number }
  /** Told to a program that listens to the group (`NFLOG`). */
  | { readonly kind: 'nflog'; readonly prefix: string; readonly group: number }
  /** Source or destination, whichever the chain translates, moves into this network and keeps its host part. */
  | { readonly kind: 'netmap'; readonly onto: { readonly first: IpAddress; readonly last: IpAddress } }
  /** The connection that this packet begins gets a helper (`CT --helper`); goes on with the next rule. */
  | { readonly kind: 'helper'; readonly name: HelperName }
  /** No target: counts the packet and goes on. */
  | { readonly kind: 'continue' }
  /** Read but not understood; the rule never decides, and the trace says so. */
  | { readonly kind: 'opaque'; readonly dialect: string; readonly text: string }

/** One entry of a map: one term for each of its fields, in their order, and what to do then. */
export interface MapEntry {
  readonly key: readonly Term[]
  readonly target: PlainTarget
}

/**
 * Does what the first entry says that holds the packet's values. Where none does, or the packet lacks a field, the rule
 * does not match. Source: nft(8), "verdict maps" and "dnat to ... map"; [e11 C2].
 */
export interface MapTarget {
  readonly kind: 'map'
  /** At least one. */
  readonly fields: readonly FieldId[]
  readonly entries: readonly MapEntry[]
}

export type Target = PlainTarget | MapTarget

export type TargetKind = Target['kind']

export interface Rule {
  readonly kind: 'rule'
  /** Stable: survives edits, moves, and the way through text. Unique in its chain. */
  readonly id: string
  readonly enabled: boolean
  /** What the person calls it; may be empty. */
  readonly name: string
  readonly match: readonly Condition[]
  readonly target: Target
  /** A log line is written before the target acts (the log column). */
  readonly log: boolean
  /** What that line begins with; absent: nothing. */
  readonly logPrefix?: string
  /**
   * What the person takes conditions for whose answer is neither in the packet nor in the tables (-m limit, -m time):
   * absent, they are taken not to match.
   */
  readonly assume?: 'matches'
  /** Where it was read: 1-based line of the imported text. */
  readonly sourceLine?: number
}

/** A title between rules. It has no number and no effect. */
export interface Separator {
  readonly kind: 'separator'
  readonly id: string
  readonly title: string
}

export type Row = Rule | Separator

export const POLICIES = ['accept', 'drop', 'reject'] as const
/** What a base chain decides when no rule does. */
export type Policy = (typeof POLICIES)[number]

export const CHAIN_TYPES = ['filter', 'nat', 'route'] as const
/** `nat` chains see the first packet of a connection alone and may translate it. */
export type ChainType = (typeof CHAIN_TYPES)[number]

/** A list of rules. Base chains are hooked and have a policy; user chains are reached by jump or goto. */
export interface Chain {
  /** Unique in its table: "FORWARD", "inbound". */
  readonly name: string
  /** Absent on a user chain. Home chains have a policy and hang where their firewall kind says. */
  readonly base?: {
    readonly hook?: Hook
    readonly priority?: number
    readonly policy: Policy
    /** Absent: as iptables' table of that name has it. Source: nft(8), "CHAINS". */
    readonly type?: ChainType
  }
  readonly rows: readonly Row[]
}

/** Which packets a table sees; `inet` is both. Source: nft(8). */
export type TableFamily = 'ip' | 'ip6' | 'inet'

export interface Table {
  /** "filter", "nat", "raw", "mangle" for netfilter; "filter" for the other kinds. */
  readonly name: string
  readonly family: TableFamily
  readonly chains: readonly Chain[]
}

/** Values shared by rules, by name. */
export interface NamedSet {
  readonly name: string
  readonly holds: 'addresses' | 'ports'
  readonly terms: readonly Extract<Term, { kind: 'range' }>[]
}

/** All tables of one device. */
export interface Ruleset {
  readonly tables: readonly Table[]
}

/** Names one chain of a device. */
export interface ChainRef {
  readonly family: TableFamily
  readonly table: string
  readonly chain: string
}
