import { OUTCOMES } from '@/applications/outcomes'
import { BadCase, JsonReader } from '@/cli/replay/json-reader'
import { readNetwork } from '@/cli/replay/read-network'
import type { ClientProgram, ProgramAction, Programs, ServerProgram } from '@/engine/host/program'
import type { Network } from '@/engine/network'
import { run } from '@/engine/run'
import type { OutcomeCause } from '@/engine/trace'
import { type IpAddress, parseAddress } from '@/model/packet/address'
import type { Question, SocketAnswer, Try } from './question'

const HELLO = { bytes: 5, text: 'hello' } as const
const SEED = 1

/** A program that says back what it hears, as long as it hears something. */
const ECHO: ServerProgram<null> = {
  initial: null,
  react: (state, event) => ({
    state,
    actions:
      event.kind === 'data' || event.kind === 'datagram' ? [{ kind: 'send', payload: event.payload }] : [],
  }),
}

const done = (works: boolean, cause: OutcomeCause): ProgramAction => ({
  kind: 'done',
  works,
  cause,
  text: cause,
})

/** Connects, says hello, and is content with any answer. */
function client({ proto, port }: Try, to: IpAddress): ClientProgram<null> {
  const start: readonly ProgramAction[] =
    proto === 'tcp'
      ? [{ kind: 'connect', to, port }]
      : [
          { kind: 'datagram', to, port, payload: HELLO },
          { kind: 'timer', name: 'patience', afterMs: 1500 },
        ]
  const actions = (event: Parameters<ClientProgram<null>['react']>[1]): readonly ProgramAction[] => {
    switch (event.kind) {
      case 'start':
        return start
      case 'connected':
        return [{ kind: 'send', payload: HELLO }]
      case 'data':
      case 'datagram':
        return [done(true, 'works')]
      case 'failed':
        return [done(false, event.cause)]
      case 'timer':
        return [done(false, 'timed-out')]
      default:
        return []
    }
  }
  return { initial: null, react: (state, event) => ({ state, actions: actions(event) }) }
}

/** The outcomes by the engine, in the words of the kernel. */
export function engineAnswer({ topology, hosts, tries }: Question): SocketAnswer {
  try {
    const { network } = readNetwork(new JsonReader(topology), new JsonReader(hosts))
    return { outcomes: tries.map((each) => outcomeOf(network, each)) }
  } catch (error) {
    if (error instanceof BadCase) return { refused: error.message }
    throw error
  }
}

function outcomeOf(network: Network, tried: Try): string {
  const to = parseAddress(tried.to)
  if (!to.ok) throw new Error(`${tried.to} is no address`)
  const programs: Programs = {
    clients: [{ device: tried.from, program: client(tried, to.value) as ClientProgram }],
    server: () => ECHO as ServerProgram,
  }
  const [outcome] = run(network, programs, SEED).outcomes
  return wordOf(outcome?.cause ?? 'timed-out')
}

/** "works", or the name of the errno. */
export function wordOf(cause: OutcomeCause): string {
  return OUTCOMES.find((row) => row.cause === cause)?.errno ?? cause
}
