import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { LESSONS } from '@/lessons'
import { applyEdit } from '@/model/edits/apply'
import type { Edit } from '@/model/edits/edit'
import type { Design } from '@/model/project/design'
import { emptyDesign } from '@/model/project/document'

/** What takes a step back: edits, the first to apply first, or the whole design that was there before another was opened. */
type Inverse = readonly Edit[] | { readonly whole: Design }

/** One step of history. */
interface Change {
  readonly label: string
  readonly gesture?: string
  readonly inverse: Inverse
}

export interface DesignState {
  readonly design: Design
  readonly past: readonly Change[]
  readonly future: readonly Change[]
}

const first = LESSONS[0]

/** The document and its history. The only place where the design changes. */
export const designStore = createStore<DesignState>(() => ({
  design: first ? first.start() : emptyDesign('design', 'New design'),
  past: [],
  future: [],
}))

export function useDesign<T>(selector: (state: DesignState) => T): T {
  return useStore(designStore, selector)
}

export function currentDesign(): Design {
  return designStore.getState().design
}

/**
 * Makes an edit, as one step of undo. Edits that name the same gesture one after the other become one step. Returns the
 * sentence that says why nothing happened, if so.
 */
export function commit(edit: Edit, label: string, gesture?: string): string | undefined {
  const { design, past } = designStore.getState()
  const applied = applyEdit(design, edit)
  if (!applied.ok) return applied.diagnostics.map(({ message }) => message).join(' ')
  const { design: next, inverse } = applied.value
  if (next === design) return undefined
  const last = past.at(-1)
  const before = gesture !== undefined && last?.gesture === gesture ? last.inverse : undefined
  const merges = before !== undefined && !('whole' in before)
  const change: Change = {
    label,
    ...(gesture === undefined ? {} : { gesture }),
    inverse: merges ? [inverse, ...before] : [inverse],
  }
  designStore.setState({ design: next, past: [...(merges ? past.slice(0, -1) : past), change], future: [] })
  return undefined
}

/** Takes a step back; what comes with the design does the step again. */
function replay(design: Design, change: Inverse): { design: Design; inverse: Inverse } {
  if ('whole' in change) return { design: change.whole, inverse: { whole: design } }
  let next = design
  const inverse: Edit[] = []
  for (const edit of change) {
    const applied = applyEdit(next, edit)
    if (!applied.ok) throw new Error(`history does not fit the design: ${applied.diagnostics[0]?.message}`)
    next = applied.value.design
    inverse.unshift(applied.value.inverse)
  }
  return { design: next, inverse }
}

export function undo(): void {
  const { design, past, future } = designStore.getState()
  const change = past.at(-1)
  if (!change) return
  const taken = replay(design, change.inverse)
  designStore.setState({
    design: taken.design,
    past: past.slice(0, -1),
    future: [...future, { label: change.label, inverse: taken.inverse }],
  })
}

export function redo(): void {
  const { design, past, future } = designStore.getState()
  const change = future.at(-1)
  if (!change) return
  const taken = replay(design, change.inverse)
  designStore.setState({
    design: taken.design,
    past: [...past, { label: change.label, inverse: taken.inverse }],
    future: future.slice(0, -1),
  })
}

/** Another document: history starts anew. */
export function openDesign(design: Design): void {
  designStore.setState({ design, past: [], future: [] })
}

/** Another document in place of this one, as one step: undo brings this one back with its history. */
export function replaceDesign(design: Design, label: string): void {
  const { design: before, past } = designStore.getState()
  designStore.setState({ design, past: [...past, { label, inverse: { whole: before } }], future: [] })
}
