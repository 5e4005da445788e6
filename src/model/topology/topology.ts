import type { Firewall, NatMode } from '../firewalls/firewall-kind'
import type { IpAddress } from '../packet/address'

export const NODE_KINDS = ['client', 'router', 'server', 'internet', 'switch'] as const
export type NodeKindId = (typeof NODE_KINDS)[number]

/** An address with the length of its link's prefix: 192.168.1.10/24. */
export interface InterfaceAddress {
  readonly address: IpAddress
  readonly prefixLength: number
}

export interface Interface {
  readonly id: string
  /** Unique in its device: "eth0", "lan", "wan". */
  readonly name: string
  readonly addresses: readonly InterfaceAddress[]
  /** Which side of a filter or NAT it is on. Hosts have only outside interfaces. */
  readonly side: 'inside' | 'outside'
  /** Bytes that its link takes at once, with the IP header; absent: as many as there are. */
  readonly mtu?: number
}

/** A network that is reached through a neighbor. The default route has a prefix length of 0. */
export interface Route {
  readonly id: string
  readonly destination: { readonly address: IpAddress; readonly prefixLength: number }
  readonly via: IpAddress
}

/** A program that waits for packets. */
export interface Service {
  readonly id: string
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly tls: boolean
}

/** Sends what arrives at the outside address to a host inside. Port ranges are inclusive and of equal length. */
export interface PortMapping {
  readonly id: string
  readonly enabled: boolean
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly outside: { readonly first: number; readonly last: number }
  readonly insideAddress: IpAddress
  /** First port at the inside host. */
  readonly insidePort: number
}

/** How the operating system of a host behaves; the values come from the profile of that id, the rest overrides it. */
export interface HostSettings {
  readonly profile: string
  /** Source ports that the host picks from, inclusive. */
  readonly ephemeralPorts?: { readonly first: number; readonly last: number }
  /** Source port of the next connection, pinned for a story. */
  readonly firstPort?: number
  /** Programs that connect run with privileges: root, or CAP_NET_BIND_SERVICE on Linux. */
  readonly privileged?: boolean
}

export interface Device {
  readonly id: string
  readonly kind: NodeKindId
  readonly name: string
  /** Top left corner in canvas units. */
  readonly position: { readonly x: number; readonly y: number }
  readonly interfaces: readonly Interface[]
  readonly routes: readonly Route[]
  readonly host: HostSettings
  readonly services: readonly Service[]
  readonly firewall: Firewall
  readonly nat: { readonly mode: NatMode; readonly mappings: readonly PortMapping[] }
  /** The server it asks for names. */
  readonly nameServer?: IpAddress
}

export interface Endpoint {
  readonly device: string
  readonly interface: string
}

export interface Link {
  readonly id: string
  readonly ends: readonly [Endpoint, Endpoint]
}
