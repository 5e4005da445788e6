import type { ClientProgram, ServerProgram } from '@/engine/host/program'
import type { OutcomeCause } from '@/engine/trace'
import type { IpAddress } from '@/model/packet/address'

/** Whom a request means, read from what a person typed. */
export interface Destination {
  /** As it was typed, for people: "twitter.com", "104.244.42.1". */
  readonly host: string
  /** Absent where the name must be asked for, or means nothing here. */
  readonly address?: IpAddress
  readonly port: number
}

/** What a client program is made from. */
export interface ClientRequest {
  readonly destination: Destination
  readonly sourcePort?: number
  /** Where the host asks for names. */
  readonly nameServer?: IpAddress
}

/** Words for the causes; what is not here is said in the words of every program. */
export type Words = Partial<Record<OutcomeCause, string>>

/** Traffic that people run. A member is one file and one line in the registry. */
export interface Application {
  readonly id: string
  readonly label: string
  /** "Laptop {verb} https://twitter.com". */
  readonly verb: string
  readonly protocol: 'tcp' | 'udp' | 'icmp'
  /** Absent where a request must name a port, or there are none. */
  readonly defaultPort?: number
  readonly placeholder: string
  /** What a person sees when it works. */
  readonly success: string
  readonly words: Words
  client(request: ClientRequest): ClientProgram
  /** What a listening service of this kind does; absent where another application's service answers. */
  readonly server?: ServerProgram
}
