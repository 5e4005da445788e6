import { deliver } from './host/input'
import { tellClient } from './host/programs'
import { tcpTimer } from './host/tcp'
import { depart, type Moment, receive } from './moment'
import type { RecordedStep } from './recording'
import type { Departure, Emitted, World, WorldEvent } from './world'

/** What a step is given from outside: simulated milliseconds, and randomness (0 inclusive to 1 exclusive). */
export interface Given {
  readonly now: number
  readonly random: () => number
}

export interface Stepped {
  readonly world: World
  readonly trace: readonly RecordedStep[]
  readonly emitted: readonly Emitted[]
  readonly departures: readonly Departure[]
}

/** One event changes the world: the next world, what happened, what will happen, and the packets that set out. */
export function step(
  world: World,
  event: WorldEvent,
  given: Given,
  connectionOf: (journey: number) => number,
): Stepped {
  const moment: Moment = {
    world,
    nowMs: given.now,
    random: given.random,
    trace: [],
    emitted: [],
    departures: [],
    sendOut: (device, packet, sending) => depart(moment, device, packet, sending),
    tell: (connection, what, answers) => tellClient(moment, connection, what, answers),
  }
  switch (event.kind) {
    case 'start':
      tellClient(moment, event.connection, { kind: 'start' })
      break
    case 'program-timer':
      tellClient(moment, event.connection, { kind: 'timer', name: event.name })
      break
    case 'tcp-timer':
      tcpTimer(moment, event.device, event.socket, event.timer, event.what)
      break
    case 'arrival': {
      const connection = connectionOf(event.journey)
      const taken = receive(moment, event.device, event.iif, event.packet, event.journey, connection)
      if (taken) deliver(moment, event.device, taken, event.journey, connection)
      break
    }
    case 'local-delivery':
      deliver(moment, event.device, event.packet, event.journey, connectionOf(event.journey))
      break
  }
  return { world: moment.world, trace: moment.trace, emitted: moment.emitted, departures: moment.departures }
}
