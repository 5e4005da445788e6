import type { ClientProgram, ProgramAction, Reaction } from '@/engine/host/program'
import { parseAddress } from '@/model/packet/address'
import type { Application, ClientRequest } from './application'
import { dns } from './dns'
import { wordFor } from './outcomes'

type State =
  | { readonly phase: 'asking'; readonly inner: unknown }
  | { readonly phase: 'running'; readonly inner: unknown; readonly program: ClientProgram }

/** A client that asks the name server first and then runs the application against the answer. */
export function resolvingFirst(application: Application, request: ClientRequest): ClientProgram<State> {
  const asking = dns.client({ ...request, sourcePort: undefined as never })
  const begin = (address: string): Reaction<State> => {
    const parsed = parseAddress(address)
    const destination = parsed.ok ? { ...request.destination, address: parsed.value } : request.destination
    const program = application.client({ ...request, destination })
    const reaction = program.react(program.initial, { kind: 'start' })
    return { state: { phase: 'running', inner: reaction.state, program }, actions: reaction.actions }
  }
  return {
    initial: { phase: 'asking', inner: asking.initial },
    react(state, event) {
      if (state.phase === 'running') {
        if (event.kind === 'timer' && event.name === 'patience' && application.protocol === 'tcp')
          return { state, actions: [] }
        const reaction = state.program.react(state.inner, event)
        return { state: { ...state, inner: reaction.state }, actions: reaction.actions }
      }
      if (
        event.kind === 'datagram' &&
        event.payload.text !== undefined &&
        parseAddress(event.payload.text).ok
      ) {
        return begin(event.payload.text)
      }
      const reaction = asking.react(state.inner, event)
      const actions = reaction.actions.map(
        (action): ProgramAction =>
          action.kind === 'done'
            ? { ...action, cause: 'name-not-resolved', text: wordFor(application.words, 'name-not-resolved') }
            : action,
      )
      return { state: { ...state, inner: reaction.state }, actions }
    },
  }
}
