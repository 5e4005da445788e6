import type { ClientProgram } from '@/engine/host/program'
import type { Network } from '@/engine/network'
import { run } from '@/engine/run'
import type { Journey, Outcome, OutcomeCause, Trace } from '@/engine/trace'
import type { Design, FlowRequest } from '@/model/project/design'
import type { Application, Destination } from './application'
import { serverFor } from './lookup'
import { wordFor } from './outcomes'
import { parseRequest } from './request'
import { resolvingFirst } from './resolving'

/** More than this many at once teach nothing more. */
const CONNECTIONS_LIMIT = 5000

/** Runs what a flow asks for. The same design and flow give the same trace. */
export function runFlow(network: Network, design: Design, flow: FlowRequest): Trace {
  const device = network.devices.get(flow.from)
  if (!device) return refused(flow, 'bad-request', 'the device that runs it is gone')
  const request = parseRequest(flow, design)
  if (!request.ok)
    return refused(flow, 'bad-request', request.diagnostics[0]?.message ?? 'the request cannot be read')
  const { application, destinations } = request.value
  const times = Math.min(Math.max(1, Math.floor(flow.connections)), CONNECTIONS_LIMIT)
  const program = (destination: Destination): ClientProgram => {
    const one = {
      destination,
      ...(flow.sourcePort === undefined ? {} : { sourcePort: flow.sourcePort }),
      ...(device.nameServer === undefined ? {} : { nameServer: device.nameServer }),
    }
    const first = flow.resolveFirst && application.id !== 'dns'
    return first ? (resolvingFirst(application, one) as ClientProgram) : application.client(one)
  }
  const clients = destinations.flatMap((destination) =>
    Array.from({ length: times }, () => ({ device: device.id, program: program(destination) })),
  )
  const record = run(network, { clients, server: serverFor }, network.seed)
  return {
    flow: flow.id,
    recorded: record.recorded,
    get steps() {
      return record.steps
    },
    journeys: record.journeys,
    outcome: withCulprit(combine(application, record.outcomes), record.journeys),
    endsAtMs: record.endsAtMs,
  }
}

function refused(flow: FlowRequest, cause: OutcomeCause, text: string): Trace {
  return {
    flow: flow.id,
    recorded: [],
    steps: [],
    journeys: [],
    outcome: { works: false, cause, text },
    endsAtMs: 0,
  }
}

/** What the person sees of several connections: all work, none does, or some do (R010). */
function combine(application: Application, outcomes: readonly (Outcome | undefined)[]): Outcome {
  const known = outcomes.map(
    (each): Outcome =>
      each ?? { works: false, cause: 'too-long', text: wordFor(application.words, 'too-long') },
  )
  const failed = known.find(({ works }) => !works)
  const worked = known.find(({ works }) => works)
  if (failed && worked) {
    return {
      works: false,
      cause: 'partly',
      text: application.words.partly ?? `works in part: ${failed.text}`,
    }
  }
  return (
    failed ??
    worked ?? { works: false, cause: 'bad-request', text: wordFor(application.words, 'bad-request') }
  )
}

/** Points at the journey whose end explains a failure: the first that did not arrive, else the last of all. */
function withCulprit(outcome: Outcome, journeys: readonly Journey[]): Outcome {
  if (outcome.works) return outcome
  const lost = journeys.find(({ disposition }) => disposition.kind !== 'delivered')
  const journey = lost ?? journeys.at(-1)
  return journey ? { ...outcome, journey: journey.index } : outcome
}
