import { get, set } from 'idb-keyval'
import { createStore } from 'zustand/vanilla'
import { decodeDesign, encodeDesign } from '@/model/project/document'
import { designStore, openDesign } from '../design-store'
import { tell } from '../notice-store'
import { viewStore } from '../view-store'

export const DOCUMENT = 'highport document'
/** Where a document that cannot be read is kept, so that nothing is lost. */
export const DAMAGED = 'highport damaged document'
/** A burst of edits is saved once. */
const QUIET_MS = 150

export interface SaveState {
  readonly status: 'saved' | 'saving' | 'failed'
}

export const saveStore = createStore<SaveState>(() => ({ status: 'saved' }))

/** Brings back what was saved; true where there was something. Damaged data is kept aside and told of. */
export async function restore(): Promise<boolean> {
  let stored: unknown
  try {
    stored = await get(DOCUMENT)
  } catch {
    saveStore.setState({ status: 'failed' })
    tell('This browser lets nothing be saved here. Download the design to keep it.')
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
  tell(`The saved design cannot be read and is kept aside: ${why} The first story is open instead.`)
  return false
}

/** Saves the design after each change, and at once where the page is left. Returns what stops it. */
export function autosave(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = async () => {
    timer = undefined
    const { design } = designStore.getState()
    try {
      await set(DOCUMENT, encodeDesign(design))
    } catch {
      if (saveStore.getState().status !== 'failed')
        tell('The design could not be saved in this browser. Download it to keep it.')
      saveStore.setState({ status: 'failed' })
      return
    }
    if (design === designStore.getState().design) saveStore.setState({ status: 'saved' })
  }
  const stop = designStore.subscribe(({ design }, before) => {
    if (design === before.design) return
    if (saveStore.getState().status !== 'failed') saveStore.setState({ status: 'saving' })
    clearTimeout(timer)
    timer = setTimeout(save, QUIET_MS)
  })
  const onLeave = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    void save()
  }
  globalThis.addEventListener?.('pagehide', onLeave)
  return () => {
    stop()
    clearTimeout(timer)
    globalThis.removeEventListener?.('pagehide', onLeave)
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
