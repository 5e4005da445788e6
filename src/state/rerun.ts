import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import type { Network } from '@/engine/network'
import type { Trace } from '@/engine/trace'
import type { Design, FlowRequest } from '@/model/project/design'
import { isUntouched } from './untouched'

/** Everything that follows from the design: compiled, and run. */
export interface RunState {
  readonly design: Design
  readonly network: Network
  /** By id of the flow. */
  readonly traces: ReadonlyMap<string, Trace>
  /** Flows that are still to run in this design, the next one first; until then their trace is of the design before. */
  readonly waiting: readonly FlowRequest[]
}

/**
 * Steps recorded in one turn of the event loop, some milliseconds of work; what is left of a design
 * with many flows runs in the turns after it. Counted, not timed: the same design runs in the same turns everywhere.
 */
const STEPS_A_TURN = 2000

/** Takes over what an edit cannot have changed and puts the other flows in line: the one that is looked at, then new ones. */
export function begin(design: Design, shown: string | undefined, before?: RunState): RunState {
  const isSameDrawing = before !== undefined && sameDrawing(before.design, design)
  const network = isSameDrawing ? before.network : compileNetwork(design)
  const traces = new Map<string, Trace>()
  const waiting: FlowRequest[] = []
  for (const flow of design.flows) {
    const known = before?.design.id === design.id ? before.traces.get(flow.id) : undefined
    if (known) traces.set(flow.id, known)
    const isCurrent =
      known !== undefined &&
      before?.design.flows.includes(flow) &&
      !before.waiting.includes(flow) &&
      isUntouched(known, before, { design, network })
    if (!isCurrent) waiting.push(flow)
  }
  const place = ({ id }: FlowRequest) => (id === shown ? 0 : traces.has(id) ? 2 : 1)
  return { design, network, traces, waiting: waiting.sort((a, b) => place(a) - place(b)) }
}

/** Runs flows until the line is empty or the turn is over. */
export function runSome(state: RunState): RunState {
  const { design, network } = state
  const traces = new Map(state.traces)
  let done = 0
  let steps = 0
  while (done < state.waiting.length && steps < STEPS_A_TURN) {
    const flow = state.waiting[done++] as FlowRequest
    const trace = runFlow(network, design, flow)
    traces.set(flow.id, trace)
    steps += trace.recorded.length
  }
  return { design, network, traces, waiting: state.waiting.slice(done) }
}

function sameDrawing(a: Design, b: Design): boolean {
  return (
    a.devices === b.devices &&
    a.links === b.links &&
    a.names === b.names &&
    a.sets === b.sets &&
    a.seed === b.seed
  )
}
