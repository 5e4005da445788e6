import type { IpAddress } from '@/model/packet/address'
import type { Payload } from '@/model/packet/packet'
import type { Service } from '@/model/topology/topology'
import type { OutcomeCause } from '../trace'

/** What a program is told. A client program has at most one TCP connection and one UDP socket of its own. */
export type ProgramEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'data'; readonly payload: Payload }
  /** The other side has sent everything it had to say. */
  | { readonly kind: 'finished' }
  /** Both sides have closed in good order. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'datagram'; readonly payload: Payload }
  | { readonly kind: 'echo-reply'; readonly from: IpAddress; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly cause: OutcomeCause }
  | { readonly kind: 'timer'; readonly name: string }

/** What a program asks of its host. */
export type ProgramAction =
  | { readonly kind: 'connect'; readonly to: IpAddress; readonly port: number; readonly sourcePort?: number }
  | { readonly kind: 'send'; readonly payload: Payload }
  | { readonly kind: 'close' }
  | {
      readonly kind: 'datagram'
      readonly to: IpAddress
      readonly port: number
      readonly payload: Payload
      readonly sourcePort?: number
    }
  | { readonly kind: 'echo'; readonly to: IpAddress }
  | { readonly kind: 'timer'; readonly name: string; readonly afterMs: number }
  /** The person sees this; the program has ended. */
  | { readonly kind: 'done'; readonly works: boolean; readonly cause: OutcomeCause; readonly text: string }

export interface Reaction<State> {
  readonly state: State
  readonly actions: readonly ProgramAction[]
}

/** A client as a pure state machine. */
export interface ClientProgram<State = unknown> {
  readonly initial: State
  react(state: State, event: ProgramEvent): Reaction<State>
}

/** What a listening service does with one connection or datagram; the state is per connection. */
export interface ServerProgram<State = unknown> {
  readonly initial: State
  react(
    state: State,
    event: Extract<ProgramEvent, { kind: 'connected' | 'data' | 'finished' | 'datagram' }>,
    asks: ServerAsks,
  ): Reaction<State>
}

/** What a service may look up. */
export interface ServerAsks {
  lookupName(name: string): IpAddress | undefined
}

/** The programs of a run: clients by device, and what each listening service does. */
export interface Programs {
  readonly clients: readonly {
    readonly device: string
    readonly program: ClientProgram<never> | ClientProgram
  }[]
  server(service: Service): ServerProgram
}
