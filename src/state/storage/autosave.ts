import { get, set } from 'idb-keyval'
import { createStore } from 'zustand/vanilla'
import { decodeDesign, encodeDesign } from '@/model/project/document'
import { designStore, openDesign } from '../design-store'
import { viewStore } from '../view-store'

const DOCUMENT = 'highport document'
/** Where a document that cannot be read is kept, so that nothing is lost. */
const DAMAGED = 'highport damaged document'
/** A burst of edits is saved once. */
const QUIET_MS = 150

export interface SaveState {
  readonly status: 'saved' | 'saving' | 'failed'
  /** What the person should know: why saving or restoring failed. */
  readonly sentence: string | undefined
}

export const saveStore = createStore<SaveState>(() => ({ status: 'saved', sentence: undefined }))

/** Brings back what was saved; true where there was something. Damaged data is kept aside and told of. */
export async function restore(): Promise<boolean> {
  let stored: unknown
  try {
    stored = await get(DOCUMENT)
  } catch {
    saveStore.setState({
      status: 'failed',
      sentence: 'This browser lets nothing be saved here. Download the design to keep it.',
    })
    return false
  }
  if (stored === undefined) return false
  const decoded = decodeDesign(stored)
  if (decoded.ok) {
    openDesign(decoded.value)
    return true
  }
  await set(DAMAGED, stored).catch(() => undefined)
  const why = decoded.diagnostics[0]?.message ?? ''
  saveStore.setState({
    sentence: `The saved design cannot be read and is kept aside: ${why} The first story is open instead.`,
  })
  return false
}

/** Saves the design after each change. Returns what stops it. */
export function autosave(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = async () => {
    try {
      await set(DOCUMENT, encodeDesign(designStore.getState().design))
      saveStore.setState({ status: 'saved' })
    } catch {
      saveStore.setState({
        status: 'failed',
        sentence: 'The design could not be saved in this browser. Download it to keep it.',
      })
    }
  }
  const stop = designStore.subscribe(({ design }, before) => {
    if (design === before.design) return
    saveStore.setState({ status: 'saving' })
    clearTimeout(timer)
    timer = setTimeout(save, QUIET_MS)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}

const VIEW_KEY = 'highport view'

/** The theme is known before the first frame: it lives where reading does not wait. */
export function rememberTheme(): () => void {
  return viewStore.subscribe(({ theme }, before) => {
    if (theme === before.theme) return
    try {
      localStorage.setItem(VIEW_KEY, theme)
    } catch {
      // A theme that is forgotten is no loss worth a sentence.
    }
  })
}
