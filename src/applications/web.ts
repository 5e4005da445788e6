import type {
  ClientProgram,
  ProgramAction,
  ProgramEvent,
  Reaction,
  ServerProgram,
} from '@/engine/host/program'
import type { Payload } from '@/model/packet/packet'
import type { ClientRequest, Words } from './application'
import { wordFor } from './outcomes'

/** One line of a conversation: what the client says, then what it waits to hear, by the labels of the payloads. */
export interface Turn {
  readonly says: readonly Payload[]
  readonly hears: readonly string[]
}

interface TalkState {
  readonly turn: number
  readonly heard: number
  readonly loaded: boolean
}

/**
 * A client that opens a TCP connection, takes its turns, and closes. It works when the connection is closed in good
 * order after the last turn (R002).
 */
export function talk(
  request: ClientRequest,
  turns: readonly Turn[],
  success: string,
  words: Words,
): ClientProgram<TalkState> {
  const done = (works: boolean, cause: Parameters<typeof wordFor>[1], text: string): ProgramAction => ({
    kind: 'done',
    works,
    cause,
    text,
  })
  return {
    initial: { turn: 0, heard: 0, loaded: false },
    react(state, event: ProgramEvent): Reaction<TalkState> {
      switch (event.kind) {
        case 'start':
          return { state, actions: [connectTo(request, words)] }
        case 'connected':
          return { state, actions: say(turns[0]) }
        case 'data':
          return hear(state, event.payload, turns, words)
        case 'finished':
          return { state, actions: state.loaded ? [] : [done(false, 'reset', wordFor(words, 'reset'))] }
        case 'closed':
          return { state, actions: [done(true, 'works', success)] }
        case 'failed':
          return state.loaded
            ? { state, actions: [done(false, 'partly', `${success}, but the connection never closes`)] }
            : { state, actions: [done(false, event.cause, wordFor(words, event.cause))] }
        default:
          return { state, actions: [] }
      }
    },
  }
}

export function connectTo({ destination, sourcePort }: ClientRequest, words: Words): ProgramAction {
  if (destination.address === undefined) {
    return {
      kind: 'done',
      works: false,
      cause: 'name-not-resolved',
      text: wordFor(words, 'name-not-resolved'),
    }
  }
  return {
    kind: 'connect',
    to: destination.address,
    port: destination.port,
    ...(sourcePort === undefined ? {} : { sourcePort }),
  }
}

function say(turn: Turn | undefined): ProgramAction[] {
  return (turn?.says ?? []).map((payload) => ({ kind: 'send', payload }))
}

function hear(state: TalkState, payload: Payload, turns: readonly Turn[], words: Words): Reaction<TalkState> {
  const turn = turns[state.turn]
  const wanted = turn?.hears[state.heard]
  if (!turn || wanted === undefined || payload.label !== wanted) {
    return {
      state,
      actions: [
        { kind: 'done', works: false, cause: 'protocol-error', text: wordFor(words, 'protocol-error') },
      ],
    }
  }
  const heard = state.heard + 1
  if (heard < turn.hears.length) return { state: { ...state, heard }, actions: [] }
  const next = state.turn + 1
  const last = next >= turns.length
  return {
    state: { turn: next, heard: 0, loaded: last },
    actions: last ? [{ kind: 'close' }] : say(turns[next]),
  }
}

/** A server that answers what it hears by the table, and closes when the client has. */
export function answering(
  answers: Readonly<Record<string, readonly Payload[]>>,
  otherwise: readonly Payload[],
): ServerProgram<null> {
  return {
    initial: null,
    react(state, event) {
      if (event.kind === 'finished') return { state, actions: [{ kind: 'close' }] }
      if (event.kind !== 'data') return { state, actions: [] }
      const replies = answers[event.payload.label ?? ''] ?? otherwise
      return { state, actions: replies.map((payload) => ({ kind: 'send', payload })) }
    },
  }
}
