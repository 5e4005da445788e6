import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import type { Network } from '@/engine/network'
import type { Trace } from '@/engine/trace'
import type { Design } from '@/model/project/design'
import { currentDesign, designStore } from './design-store'
import { useView, viewStore } from './view-store'

/** Everything that follows from the design: compiled, and run. */
export interface RunState {
  readonly design: Design
  readonly network: Network
  /** By id of the flow. */
  readonly traces: ReadonlyMap<string, Trace>
}

/** Runs every flow of a design. What a run depends on is the drawing, the names, the sets and the request itself. */
function runAll(design: Design, before?: RunState): RunState {
  const network = before && sameDrawing(before.design, design) ? before.network : compileNetwork(design)
  const traces = design.flows.map((flow): [string, Trace] => {
    const known =
      network === before?.network && before.design.flows.includes(flow)
        ? before.traces.get(flow.id)
        : undefined
    return [flow.id, known ?? runFlow(network, design, flow)]
  })
  return { design, network, traces: new Map(traces) }
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

export const runStore = createStore<RunState>(() => runAll(currentDesign()))

designStore.subscribe(({ design }) => {
  const before = runStore.getState()
  if (design !== before.design) runStore.setState(runAll(design, before))
})

export function useRun<T>(selector: (state: RunState) => T): T {
  return useStore(runStore, selector)
}

/** The flow that is looked at: the selected one, or the first. */
export function currentFlowId(): string | undefined {
  const { flows } = currentDesign()
  const { flow } = viewStore.getState()
  return flows.some(({ id }) => id === flow) ? flow : flows[0]?.id
}

export function currentTrace(): Trace | undefined {
  return runStore.getState().traces.get(currentFlowId() ?? '')
}

export function useCurrentTrace(): Trace | undefined {
  const flow = useView((view) => view.flow)
  return useRun(({ design, traces }) => traces.get(flow ?? '') ?? traces.get(design.flows[0]?.id ?? ''))
}
