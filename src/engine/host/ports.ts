import type { PortRange } from '@/model/packet/port'
import type { HostProfile } from '@/model/topology/host-profile'
import { PersistentMap } from '../persistent-map'

/** What a host remembers about picking. */
export interface PortMemory {
  /** Where the last pick was, per destination or in all. */
  readonly last: PersistentMap<number>
  /** Protocols of which a first port was picked: what is pinned for a story is given out once. */
  readonly started: readonly ('tcp' | 'udp')[]
}

export const NO_PORT_MEMORY: PortMemory = { last: PersistentMap.empty(), started: [] }

export interface PickRequest {
  readonly profile: HostProfile
  /** Pinned for a story: taken while it lies in the range and is free. */
  readonly firstPort?: number
  /** Destination address and port: Linux starts at another place for each [G7]. */
  readonly destination: string
  readonly memory: PortMemory
  isFree(port: number): boolean
  readonly random: () => number
}

/** A free port of the profile's range, or undefined where every one is taken (EADDRNOTAVAIL). */
export function pickEphemeralPort(request: PickRequest): { port: number; memory: PortMemory } | undefined {
  const { profile, firstPort, isFree } = request
  const range = profile.ephemeralPorts
  const pinned =
    firstPort !== undefined && inRange(range, firstPort) && isFree(firstPort) ? firstPort : undefined
  const port = pinned ?? firstFree(request)
  if (port === undefined) return undefined
  return { port, memory: { ...request.memory, last: request.memory.last.with(memoryKey(request), port) } }
}

function firstFree(request: PickRequest): number | undefined {
  for (const port of candidates(request)) if (request.isFree(port)) return port
  return undefined
}

const inRange = ({ first, last }: PortRange, port: number) => port >= first && port <= last

/** Sequential pickers go on from their last port whatever the destination; Linux keeps a place per destination. */
function memoryKey({ profile, destination }: PickRequest): string {
  return profile.picker === 'linux-parity' ? destination : ''
}

/** The ports of the range in the order in which this picker tries them; mostly only the first is asked for. */
function* candidates(request: PickRequest): Generator<number> {
  const { profile, memory, random } = request
  const { first, last } = profile.ephemeralPorts
  const size = last - first + 1
  const before = memory.last.get(memoryKey(request))
  const wrap = (offset: number) => first + (((offset % size) + size) % size)
  switch (profile.picker) {
    case 'sequential':
    case 'random': {
      const goesOn = profile.picker === 'sequential' && before !== undefined
      const start = goesOn ? before - first + 1 : Math.floor(random() * size)
      for (let i = 0; i < size; i++) yield wrap(start + i)
      return
    }
    case 'linux-parity': {
      // Ports of the low end's parity first, rising by 2 to 14, then round; the other half when that one is full [G7].
      const half = Math.ceil(size / 2)
      const rise = 1 + Math.floor(random() * 7)
      const start =
        before === undefined ? Math.floor(random() * half) : Math.floor((before - first) / 2) + rise
      for (const parity of [0, 1]) {
        for (let i = 0; i < half; i++) {
          const port = first + parity + 2 * ((start + i) % half)
          if (port <= last) yield port
        }
      }
    }
  }
}

/** Whether a program may listen on (or send from) a port; the reason where it may not (R029, R048). */
export function bindRefusal(profile: HostProfile, port: number, privileged: boolean): string | undefined {
  if (privileged || port >= profile.lowestUnprivilegedPort) return undefined
  return `port ${port} is below ${profile.lowestUnprivilegedPort}: a program needs privileges for it`
}
