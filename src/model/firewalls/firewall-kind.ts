import type { FieldId } from '../fields/field'
import type { Chain, ChainRef, Hook, Policy, Rule, Ruleset, TargetKind } from '../ruleset/ruleset'

export const FIREWALL_KIND_IDS = ['none', 'home-stateless', 'home-stateful', 'netfilter', 'ipchains'] as const
export type FirewallKindId = (typeof FIREWALL_KIND_IDS)[number]

/** Two tables, or one whose rows carry an inbound and an outbound target (home kinds only). */
export type FirewallForm = 'separate' | 'dual'

/** A group of rules that comes with a device and runs before the person's own. */
export interface BuiltinGroup {
  /** "black-list-defense". */
  readonly id: string
  readonly enabled: boolean
  /** Addresses on the list, as ranges. */
  readonly addresses: readonly { readonly first: number | bigint; readonly last: number | bigint }[]
}

/** The filter of one device as the person edits it. */
export interface Firewall {
  readonly kind: FirewallKindId
  readonly form: FirewallForm
  readonly ruleset: Ruleset
  readonly builtins: readonly BuiltinGroup[]
}

/** Where a base chain is asked. A guard names the side that the interface must be on. */
export interface Attachment {
  readonly hook: Hook
  readonly priority: number
  readonly iifSide?: 'inside' | 'outside'
  readonly oifSide?: 'inside' | 'outside'
}

/** One kind of firewall: which chains a device has, where they hook, whether it keeps state, how it speaks. */
export interface FirewallKind {
  readonly id: FirewallKindId
  /** "home packet filter". */
  readonly label: string
  /** Word on the badge: "stateless", "stateful", "no filter". */
  readonly badge: string
  /** Whether a connection-tracking table exists. */
  readonly keepsState: boolean
  /** Which nat switch values the kind allows on a router; the first is the default. */
  readonly nat: readonly NatMode[]
  /** An empty firewall of this kind with its default policies. */
  create(): Firewall
  /** Where the chain hangs on a device with (router) or without forwarding (host). */
  attachments(ref: ChainRef, chain: Chain, place: 'router' | 'host'): readonly Attachment[]
  /** Rows that belong to the kind: visible, locked, ahead of the person's own, in this order. */
  lockedRules(firewall: Firewall, ref: ChainRef): readonly Rule[]
  /** Fields that a rule of this kind can match on. */
  readonly fields: readonly FieldId[]
  readonly targets: readonly TargetKind[]
  readonly policies: readonly Policy[]
  /** The kind's own word for a target: ACCEPT, DENY; home kinds say allow and block in dual form. */
  word(target: TargetKind, form?: FirewallForm): string
  /** Id of the dialect of the lines it logs. */
  readonly logFormat: 'home-router' | 'netfilter' | 'ipchains'
}

/** off; NAPT with a binding table of its own (home kinds and none); nat tables (netfilter); masquerading (ipchains). */
export const NAT_MODES = ['off', 'napt', 'tables', 'masquerading'] as const
export type NatMode = (typeof NAT_MODES)[number]
