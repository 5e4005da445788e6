import type { ClientProgram, ProgramAction } from '@/engine/host/program'
import type { IpAddress } from '@/model/packet/address'
import type { Payload } from '@/model/packet/packet'
import type { Words } from './application'
import { wordFor } from './outcomes'

/** How long and how often a datagram is asked again. */
export interface Patience {
  readonly afterMs: number
  /** Tries in all. */
  readonly tries: number
}

export interface Asking {
  readonly to: IpAddress | undefined
  readonly port: number
  readonly payload: Payload
  readonly sourcePort?: number
  readonly patience: Patience
  readonly words: Words
  /** What an answer means. */
  answered(payload: Payload): ProgramAction
}

/** A client that sends a datagram and waits for one back, asking again when none comes. */
export function ask(asking: Asking): ClientProgram<{ readonly tries: number }> {
  const { to, port, payload, sourcePort, patience, words } = asking
  const send = (address: IpAddress): ProgramAction[] => [
    { kind: 'datagram', to: address, port, payload, ...(sourcePort === undefined ? {} : { sourcePort }) },
    { kind: 'timer', name: 'patience', afterMs: patience.afterMs },
  ]
  const fail = (cause: Parameters<typeof wordFor>[1]): ProgramAction => ({
    kind: 'done',
    works: false,
    cause,
    text: wordFor(words, cause),
  })
  return {
    initial: { tries: 1 },
    react(state, event) {
      switch (event.kind) {
        case 'start':
          return { state, actions: to === undefined ? [fail('name-not-resolved')] : send(to) }
        case 'datagram':
          return { state, actions: [asking.answered(event.payload)] }
        case 'timer':
          if (to === undefined || state.tries >= patience.tries)
            return { state, actions: [fail('timed-out')] }
          return { state: { tries: state.tries + 1 }, actions: send(to) }
        case 'failed':
          return { state, actions: [fail(event.cause)] }
        default:
          return { state, actions: [] }
      }
    },
  }
}
