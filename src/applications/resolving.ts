import type { ClientProgram, ProgramAction, Reaction } from '@/engine/host/program'
import { parseAddress } from '@/model/packet/address'
import type { Application, ClientRequest } from './application'
import { dns } from './dns'
import { wordFor } from './outcomes'

type State =
  | { readonly phase: 'asking'; readonly inner: unknown }
  | { readonly phase: 'running'; readonly inner: unknown; readonly program: ClientProgram }

/** Timers of the question are told from those of the application by this before their names. */
const OWN_TIMER = 'resolving '

/** A client that asks the name server first and then runs the application against the answer. */
export function resolvingFirst(application: Application, request: ClientRequest): ClientProgram<State> {
  const { destination, nameServer } = request
  const asking = dns.client({ destination, ...(nameServer === undefined ? {} : { nameServer }) })
  const begin = (text: string): Reaction<State> | undefined => {
    const address = parseAddress(text)
    if (!address.ok) return undefined
    const program = application.client({
      ...request,
      destination: { ...destination, address: address.value },
    })
    const reaction = program.react(program.initial, { kind: 'start' })
    return { state: { phase: 'running', inner: reaction.state, program }, actions: reaction.actions }
  }
  const ours = (action: ProgramAction): ProgramAction => {
    switch (action.kind) {
      case 'timer':
        return { ...action, name: `${OWN_TIMER}${action.name}` }
      case 'done':
        return {
          ...action,
          cause: 'name-not-resolved',
          text: wordFor(application.words, 'name-not-resolved'),
        }
      default:
        return action
    }
  }
  return {
    initial: { phase: 'asking', inner: asking.initial },
    react(state, event) {
      if (state.phase === 'running') {
        if (event.kind === 'timer' && event.name.startsWith(OWN_TIMER)) return { state, actions: [] }
        const reaction = state.program.react(state.inner, event)
        return { state: { ...state, inner: reaction.state }, actions: reaction.actions }
      }
      const begun = event.kind === 'datagram' ? begin(event.payload.text ?? '') : undefined
      if (begun) return begun
      const reaction = asking.react(state.inner, event)
      return { state: { ...state, inner: reaction.state }, actions: reaction.actions.map(ours) }
    },
  }
}
