import type { AddressType, Condition, FieldId, MatchContext, Names, Scalar } from '@/model/fields/field'
import type { BuiltinGroup, FirewallKind } from '@/model/firewalls/firewall-kind'
import type { Family, IpAddress } from '@/model/packet/address'
import type {
  ChainRef,
  ChainType,
  Hook,
  PlainTarget,
  Policy,
  Rule,
  Table,
  Target,
} from '@/model/ruleset/ruleset'
import type { HostProfile } from '@/model/topology/host-profile'
import type { NodeKindId, PortMapping, Service } from '@/model/topology/topology'
import type { ConntrackTimeouts } from './conntrack/timeouts'
import type { FieldValues } from './filter/field-values'
import type { FailedCondition } from './trace'

/** One condition ready to be asked. `test` says whether it matches; undefined: nobody can tell (opaque). */
export interface CompiledCondition {
  readonly field: FieldId | 'either' | 'concatenation' | 'opaque'
  /** The condition as it stands in the rule. */
  readonly condition: Condition
  readonly negated: boolean
  test(context: MatchContext): boolean | undefined
  /** The same, of values that were read once for the whole chain. */
  holds(values: FieldValues): boolean | undefined
  /** The packet's own value, for the reason. */
  read(context: MatchContext): Scalar | string | undefined
  /** Why it is not met, for a context in which `test` is not true. The same value gives the same object. */
  explain(context: MatchContext): FailedCondition
}

export interface CompiledRule {
  readonly rule: Rule
  /** 1-based number in its chain as the tool lists it; locked rules have none. Turned-off rules have none. */
  readonly number?: number
  readonly locked: boolean
  /** Where the target is a map, the last of them asks whether it has an entry. */
  readonly conditions: readonly CompiledCondition[]
  readonly target: Target
  /** What the map says of a packet that meets the conditions; absent where the target is no map. */
  readonly lookup?: (values: FieldValues) => PlainTarget
}

/** A chain made ready. Compiling is per chain and cached on the identity of the chain object and what it refers to. */
export interface CompiledChain {
  readonly ref: ChainRef
  readonly policy?: Policy
  /** Of a base chain that says so. */
  readonly type?: ChainType
  /** Places in the registry of all fields that its rules ask for. */
  readonly asks: readonly number[]
  /** Enabled rules only, in order; locked ones first. */
  readonly rules: readonly CompiledRule[]
}

/** A base chain where it hangs, sorted by priority on its hook. */
export interface Stage {
  readonly hook: Hook
  readonly priority: number
  readonly iifSide?: 'inside' | 'outside'
  readonly oifSide?: 'inside' | 'outside'
  readonly table: Table
  readonly chain: CompiledChain
}

/** What sysctl sets of the tracker. Source: nf_conntrack-sysctl.rst. */
export interface ConntrackSettings {
  /** `nf_conntrack_tcp_loose`: flows may be picked up in their middle. */
  readonly tcpLoose: boolean
  /** `nf_conntrack_tcp_be_liberal`: sequence numbers outside the window do not make a packet INVALID. */
  readonly tcpBeLiberal: boolean
  readonly timeouts: ConntrackTimeouts
}

export interface NetworkInterface {
  readonly id: string
  readonly name: string
  readonly side: 'inside' | 'outside'
  readonly addresses: readonly { readonly address: IpAddress; readonly prefixLength: number }[]
  /** Bytes that its link takes at once, with the IP header; absent: as many as there are. */
  readonly mtu?: number
  /** Id of the link it is plugged into; absent when it is not. */
  readonly link?: string
}

export interface NetworkRoute {
  readonly first: IpAddress
  readonly last: IpAddress
  readonly prefixLength: number
  /** Absent for an attached prefix. */
  readonly via?: IpAddress
  readonly interface: string
}

export interface NetworkDevice {
  readonly id: string
  readonly kind: NodeKindId
  readonly name: string
  /** Whether it passes on what is for others, by address family. */
  readonly forwards: Readonly<Record<Family, boolean>>
  readonly interfaces: readonly NetworkInterface[]
  /** Longest prefix first. */
  readonly routes: readonly NetworkRoute[]
  readonly firewall: FirewallKind
  readonly builtins: readonly BuiltinGroup[]
  readonly stages: readonly Stage[]
  /** All chains of the device by table family, table and name, for jumps. */
  chain(ref: ChainRef): CompiledChain | undefined
  /** What an address is to the device; there where a rule of it asks. */
  readonly addressType?: (address: IpAddress) => AddressType
  /** conntrack runs on this device. */
  readonly tracks: boolean
  /**
   * conntrack is in use by its rules or translation: fragments are put together before any rule is asked [E7]. Without
   * it each is looked at alone.
   */
  readonly defragments: boolean
  /** Settings of the tracker; the kernel's defaults where absent. */
  readonly conntrack?: Partial<ConntrackSettings>
  /** `rp_filter` by name of interface, and of `all`: 0 off, 1 strict, 2 loose. Absent: off. */
  readonly reversePathFilter?: Readonly<Record<string, number>>
  readonly nat: {
    readonly mode: 'off' | 'napt' | 'tables' | 'masquerading'
    readonly mappings: readonly PortMapping[]
  }
  readonly profile: HostProfile
  readonly firstPort?: number
  /** Programs that connect may use every source port. */
  readonly privileged: boolean
  readonly services: readonly Service[]
  readonly nameServer?: IpAddress
}

/** Where a frame goes: the interfaces on one broadcast domain, and the links it crosses. */
export interface Neighbor {
  readonly device: string
  readonly interface: string
  /** Link ids in the order of travel, with the switch crossed after each but the last. */
  readonly path: readonly { readonly link: string; readonly to: string }[]
}

/** The design made ready to run. Built by `compileNetwork(design)`; unchanged parts are shared between compilations. */
export interface Network {
  readonly devices: ReadonlyMap<string, NetworkDevice>
  /** Names of devices, for the words of reasons. */
  readonly names: Names
  /** Who answers for `address` on the broadcast domain of that interface. */
  neighbor(device: string, interfaceName: string, address: IpAddress): Neighbor | undefined
  /** Resolves a host name of the design. */
  lookupName(name: string): IpAddress | undefined
  readonly seed: number
}
