import type { IpAddress } from '@/model/packet/address'
import type { Packet, Payload } from '@/model/packet/packet'
import { PersistentMap } from '../persistent-map'
import type { OutcomeCause } from '../trace'
import { NO_PORT_MEMORY, type PortMemory } from './ports'

/** States of RFC 9293 section 3.3.2 that a socket here can be in. */
export type TcpState =
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'LAST-ACK'
  | 'CLOSING'
  | 'TIME-WAIT'
  | 'CLOSED'

/** Who owns a socket: a client program by its number, or a service of the host. */
export type Owner =
  | { readonly kind: 'client'; readonly connection: number }
  | { readonly kind: 'server'; readonly service: string; readonly state: unknown }

export interface TcpSocket {
  readonly key: string
  readonly owner: Owner
  readonly connection: number
  readonly state: TcpState
  readonly local: { readonly address: IpAddress; readonly port: number }
  readonly remote: { readonly address: IpAddress; readonly port: number }
  /** Next sequence number to send, oldest one not acknowledged, next one expected. 32 bits. */
  readonly sndNxt: number
  readonly sndUna: number
  readonly rcvNxt: number
  /** Segments sent and not acknowledged, oldest first. */
  readonly unacknowledged: readonly Packet[]
  /** How often the timer sent the oldest again: the place in the schedule of waits. */
  readonly retries: number
  /** How often the oldest was sent again in all: a SYN-ACK also goes again when the SYN does. */
  readonly repeats: number
  /** What an ICMP error said of a standing connection: believed only when it is given up (RFC 1122 4.2.3.9). */
  readonly hint?: OutcomeCause
  /** Of TIME-WAIT: simulated milliseconds at which the socket is gone. */
  readonly untilMs?: number
  /** A timer that fires with another number was set for an older state of affairs. */
  readonly timer: number
}

/** A UDP socket hears its peer only, as after connect(). */
export interface UdpSocket {
  readonly connection: number
  readonly local: { readonly address: IpAddress; readonly port: number }
  readonly remote: { readonly address: IpAddress; readonly port: number }
  /** How many datagrams it has sent. */
  readonly sent: number
}

export interface EchoWait {
  readonly connection: number
  readonly to: IpAddress
  readonly sentAtMs: number
}

/** What a host's stack remembers. A value. */
export interface HostState {
  readonly tcp: PersistentMap<TcpSocket>
  /** By local port. */
  readonly udp: PersistentMap<UdpSocket>
  /** By ICMP identifier. */
  readonly echoes: PersistentMap<EchoWait>
  readonly ports: PortMemory
  readonly nextIpId: number
  readonly nextTimer: number
}

export function newHostState(random: () => number): HostState {
  return {
    tcp: PersistentMap.empty(),
    udp: PersistentMap.empty(),
    echoes: PersistentMap.empty(),
    ports: NO_PORT_MEMORY,
    nextIpId: Math.floor(random() * 65536),
    nextTimer: 1,
  }
}

export function socketKey(local: TcpSocket['local'], remote: TcpSocket['remote']): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`
}

/** How many sequence numbers a segment takes. */
export function segmentLength(packet: { readonly flags: number; readonly payload?: Payload }): number {
  return (packet.payload?.bytes ?? 0) + (packet.flags & 2 ? 1 : 0) + (packet.flags & 1 ? 1 : 0)
}
