import type {
  ClientProgram,
  ProgramAction,
  ProgramEvent,
  Reaction,
  ServerProgram,
} from '@/engine/host/program'
import type { OutcomeCause } from '@/engine/trace'
import type { Payload } from '@/model/packet/packet'
import type { ClientRequest, Words } from './application'
import { wordFor } from './outcomes'

/** What a turn waits for where any answer will do. */
export const ANYTHING = Symbol('anything')

/** One turn of a conversation: what the client says, then what it waits to hear, by the labels of the payloads. */
export interface Turn {
  readonly says: readonly Payload[]
  readonly hears: readonly (string | typeof ANYTHING)[]
}

/** How long a client waits for the answer of a connection that stands, or for its end. Assumed: browsers and tools differ. */
const ANSWER_PATIENCE_MS = 30_000

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
  const failed = (cause: OutcomeCause): ProgramAction => ({
    kind: 'done',
    works: false,
    cause,
    text: wordFor(words, cause),
  })
  const neverCloses: ProgramAction = {
    kind: 'done',
    works: false,
    cause: 'partly',
    text: `${success}, but the connection never closes`,
  }
  return {
    initial: { turn: 0, heard: 0, loaded: false },
    react(state, event: ProgramEvent): Reaction<TalkState> {
      switch (event.kind) {
        case 'start':
          return { state, actions: [connectTo(request, words)] }
        case 'connected':
          return { state, actions: begin(turns, 0) }
        case 'data':
          return hear(state, event.payload, turns, words)
        case 'finished':
          return { state, actions: state.loaded ? [] : [failed('reset')] }
        case 'closed':
          return { state, actions: [{ kind: 'done', works: true, cause: 'works', text: success }] }
        case 'failed':
          return { state, actions: [state.loaded ? neverCloses : failed(event.cause)] }
        case 'timer':
          // Of an earlier turn: that one was answered in time.
          if (event.name !== patience(state.turn).name) return { state, actions: [] }
          return { state, actions: [state.loaded ? neverCloses : failed('timed-out')] }
        default:
          return { state, actions: [] }
      }
    },
  }
}

function patience(turn: number): Extract<ProgramAction, { kind: 'timer' }> {
  return { kind: 'timer', name: `turn ${turn}`, afterMs: ANSWER_PATIENCE_MS }
}

/** What the client does when it is its turn; after the last one it closes. */
function begin(turns: readonly Turn[], turn: number): ProgramAction[] {
  const says = turns[turn]?.says.map((payload): ProgramAction => ({ kind: 'send', payload }))
  return [...(says ?? [{ kind: 'close' }]), patience(turn)]
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

function hear(state: TalkState, payload: Payload, turns: readonly Turn[], words: Words): Reaction<TalkState> {
  const turn = turns[state.turn]
  const wanted = turn?.hears[state.heard]
  if (!turn || (wanted !== ANYTHING && payload.label !== wanted)) {
    const text = wordFor(words, 'protocol-error')
    return { state, actions: [{ kind: 'done', works: false, cause: 'protocol-error', text }] }
  }
  const heard = state.heard + 1
  if (heard < turn.hears.length) return { state: { ...state, heard }, actions: [] }
  const next = state.turn + 1
  return {
    state: { turn: next, heard: 0, loaded: next >= turns.length },
    actions: begin(turns, next),
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
