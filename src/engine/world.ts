import type { Packet } from '@/model/packet/packet'
import type { DeviceState } from './device-state'
import { newDeviceState } from './device-state'
import { type HostState, newHostState } from './host/host-state'
import type { Programs } from './host/program'
import type { Network } from './network'
import type { JourneyRole, Outcome } from './trace'

/** A client program as it runs. */
export interface RunningProgram {
  readonly device: string
  readonly state: unknown
  /** Key of its TCP socket, once it has one. */
  readonly socket?: string
  readonly outcome?: Outcome
}

/** Everything at one moment of simulated time. A value: a step makes the next one. */
export interface World {
  readonly network: Network
  readonly programs: Programs
  readonly devices: ReadonlyMap<string, DeviceState>
  readonly hosts: ReadonlyMap<string, HostState>
  /** By number of the connection. */
  readonly running: readonly RunningProgram[]
  readonly nextJourney: number
}

/** What can happen. Events of one moment happen in the order in which they were made. */
export type WorldEvent =
  /** A program starts. */
  | { readonly kind: 'start'; readonly connection: number }
  | {
      readonly kind: 'arrival'
      readonly device: string
      readonly iif: string
      readonly packet: Packet
      readonly journey: number
    }
  /** A packet that a device sent to itself. */
  | {
      readonly kind: 'local-delivery'
      readonly device: string
      readonly packet: Packet
      readonly journey: number
    }
  | { readonly kind: 'program-timer'; readonly connection: number; readonly name: string }
  | {
      readonly kind: 'tcp-timer'
      readonly device: string
      readonly socket: string
      readonly timer: number
      readonly what: 'retransmit' | 'give-up'
    }

export interface Emitted {
  readonly atMs: number
  readonly event: WorldEvent
}

/** A packet as it set out. */
export interface Departure {
  readonly index: number
  readonly from: string
  readonly packet: Packet
  readonly sentAtMs: number
  readonly role: JourneyRole
  readonly answers?: number
  readonly retry: number
  readonly connection: number
}

export function newWorld(network: Network, programs: Programs, random: () => number): World {
  const ids = [...network.devices.keys()]
  return {
    network,
    programs,
    devices: new Map(ids.map((id) => [id, newDeviceState()])),
    hosts: new Map(ids.map((id) => [id, newHostState(random)])),
    running: programs.clients.map(({ device, program }) => ({ device, state: program.initial })),
    nextJourney: 0,
  }
}
