import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Trace } from '@/engine/trace'
import { currentDesign, designStore } from './design-store'
import { begin, type RunState, runSome } from './rerun'
import { useView, viewStore } from './view-store'

export const runStore = createStore<RunState>(() =>
  runSome(begin(currentDesign(), viewStore.getState().flow)),
)

let turn: ReturnType<typeof setTimeout> | undefined

function show(state: RunState): void {
  runStore.setState(state)
  clearTimeout(turn)
  if (state.waiting.length > 0) turn = setTimeout(() => show(runSome(runStore.getState())))
}

designStore.subscribe(({ design }) => {
  const before = runStore.getState()
  if (design !== before.design) show(runSome(begin(design, viewStore.getState().flow, before)))
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
