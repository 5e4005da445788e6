/** A replay case as JSON, as docs/cli.md describes it, as far as the comparison writes one. */
export interface Case {
  readonly name?: string
  readonly topology: { readonly hosts: Readonly<Record<string, HostSpec>> }
  readonly hosts: Readonly<Record<string, HostRules>>
  readonly packets: readonly PacketSpec[]
  readonly options?: { readonly stack_answers?: boolean; readonly seed?: number }
}

export interface HostSpec {
  readonly interfaces: Readonly<
    Record<
      string,
      { readonly addr: string | readonly string[]; readonly link: string; readonly mtu?: number }
    >
  >
  readonly routes?: readonly string[]
  readonly forward?: boolean
}

export interface HostRules {
  readonly ruleset?: Ruleset | readonly Ruleset[]
  readonly sysctl?: Readonly<Record<string, number | string>>
  readonly listen?: readonly string[]
}

export interface Ruleset {
  readonly tool: string
  readonly text: string
}

export interface PacketSpec {
  readonly from: string
  readonly inject?: 'local' | 'wire'
  /** Of `wire`: the interface whose link it is put on, where no route leads to the destination. */
  readonly out?: string
  readonly proto: string | number
  readonly src: string
  readonly dst: string
  readonly sport?: number
  readonly dport?: number
  readonly flags?: string
  readonly seq?: number
  readonly ack?: number
  readonly window?: number
  readonly tcp_options?: {
    readonly wscale?: number
    readonly sack_ok?: true
    readonly sack?: readonly (readonly [number, number])[]
  }
  readonly ttl?: number
  /** The checksum of the transport header is wrong. */
  readonly bad_checksum?: true
  readonly tos?: number
  readonly id?: number
  /** Don't-fragment: set where absent, but not on fragments. */
  readonly df?: boolean
  /** The packet is a fragment of the one that its `id` names. */
  readonly fragment?: { readonly offset: number; readonly more: boolean }
  readonly payload?: string | number
  readonly icmp_type?: number
  readonly icmp_code?: number
  readonly icmp_id?: number
  readonly icmp_seq?: number
  readonly inner?: Omit<PacketSpec, 'from'>
  readonly wait?: number
}

/** What the engine or the kernel answers. */
export interface Answer {
  readonly packets?: readonly PacketAnswer[]
  /** The tool's own words, where it does not load the text. */
  readonly refused?: string
  /** Of a case that cannot be asked. */
  readonly error?: string
  readonly diagnostics?: readonly { readonly host: string; readonly kind: string; readonly message: string }[]
}

export interface PacketAnswer {
  readonly verdict: string
  readonly at: Place
  readonly rule?: RuleAnswer
  readonly received?: Header
  readonly hops: readonly HopAnswer[]
  readonly generated?: readonly (PacketAnswer & { readonly from: string; readonly packet: Header })[]
}

export interface Place {
  readonly host: string
  readonly iif?: string
  readonly oif?: string
}

export type RuleAnswer = {
  readonly table: string
  readonly chain: string
  readonly rule?: number
  readonly policy?: true
}

export interface HopAnswer extends Place {
  readonly state?: string
  readonly dir?: string
  readonly path: readonly RuleAnswer[]
  readonly end: string
}

export type Header = Readonly<Record<string, unknown>>
