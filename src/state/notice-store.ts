import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { designStore } from './design-store'

/** A sentence about what was asked for and did not happen; absent once the design changes or the person has read it. */
export const noticeStore = createStore<{ readonly sentence: string | undefined }>(() => ({
  sentence: undefined,
}))

export function useNotice(): string | undefined {
  return useStore(noticeStore, ({ sentence }) => sentence)
}

/** Says what went wrong, where anybody can see it; nothing has changed then. */
export function tell(sentence: string | undefined): void {
  noticeStore.setState({ sentence })
}

designStore.subscribe(({ design }, before) => {
  if (design !== before.design) tell(undefined)
})
