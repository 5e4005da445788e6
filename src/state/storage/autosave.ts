import { get, set, update } from 'idb-keyval'
import { createStore } from 'zustand/vanilla'
import type { Design } from '@/model/project/design'
import { decodeDesign, encodeDesign } from '@/model/project/document'
import { currentDesign, designStore, openDesign, replaceDesign } from '../design-store'
import { tell } from '../notice-store'
import { viewStore } from '../view-store'

export const DOCUMENT = 'highport document'
/** Where a document that cannot be read is kept, so that nothing is lost. */
export const DAMAGED = 'highport damaged document'
/** Which save is the last one, of whichever tab. */
export const LAST_SAVE = 'highport last save'
/** A burst of edits is saved once. */
const QUIET_MS = 150

export interface SaveState {
  /** `elsewhere`: another tab has saved since; nothing is saved from here until the person has chosen. */
  readonly status: 'saved' | 'saving' | 'failed' | 'elsewhere'
}

export const saveStore = createStore<SaveState>(() => ({ status: 'saved' }))

const isElsewhere = () => saveStore.getState().status === 'elsewhere'

/** The last save that this tab has read or made. */
let known: string | undefined
/** Tells other tabs of a save; a browser without the channel finds out when it saves. */
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('highport saves')

/** Brings back what was saved; true where there was something. Damaged data is kept aside and told of. */
export async function restore(): Promise<boolean> {
  let stored: unknown
  try {
    known = await get<string>(LAST_SAVE)
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
  const saveSoon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      timer = undefined
      void save()
    }, QUIET_MS)
  }
  const stop = designStore.subscribe(({ design }, before) => {
    if (design === before.design || isElsewhere()) return
    if (saveStore.getState().status !== 'failed') saveStore.setState({ status: 'saving' })
    saveSoon()
  })
  const onLeave = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    void save()
  }
  const onOther = ({ data }: MessageEvent<unknown>) => {
    if (data !== known) saveStore.setState({ status: 'elsewhere' })
  }
  globalThis.addEventListener?.('pagehide', onLeave)
  channel?.addEventListener('message', onOther)
  return () => {
    stop()
    clearTimeout(timer)
    globalThis.removeEventListener?.('pagehide', onLeave)
    channel?.removeEventListener('message', onOther)
  }
}

/** Saves what is open, unless another tab has saved since this one last did. */
async function save(): Promise<void> {
  const { design } = designStore.getState()
  try {
    if (!(await claim())) {
      saveStore.setState({ status: 'elsewhere' })
      return
    }
    await write(design)
  } catch {
    if (saveStore.getState().status !== 'failed')
      tell('The design could not be saved in this browser. Download it to keep it.')
    saveStore.setState({ status: 'failed' })
    return
  }
  if (design === designStore.getState().design) saveStore.setState({ status: 'saved' })
}

async function write(design: Design): Promise<void> {
  await set(DOCUMENT, encodeDesign(design))
  channel?.postMessage(known)
}

/** Makes this tab's save the last one; false where another tab has made one that this tab does not know. */
async function claim(): Promise<boolean> {
  const mine = [...crypto.getRandomValues(new Uint32Array(4))].join('-')
  let claimed = false
  await update<string>(LAST_SAVE, (last) => {
    claimed = last === known
    return claimed || last === undefined ? mine : last
  })
  if (claimed) known = mine
  return claimed
}

/** What this tab holds becomes what is saved; the other tab finds out as this one did. */
export async function keepThisOne(): Promise<void> {
  known = await get<string>(LAST_SAVE)
  saveStore.setState({ status: 'saving' })
  await save()
}

/** What the other tab saved is opened here; what was open comes back by undo. */
export async function takeTheOther(): Promise<void> {
  const last = await get<string>(LAST_SAVE)
  const decoded = decodeDesign(await get(DOCUMENT))
  if (!decoded.ok) {
    tell(`What the other tab saved cannot be read: ${decoded.diagnostics[0]?.message ?? ''}`)
    return
  }
  known = last
  if (decoded.value.id !== currentDesign().id) viewStore.setState({ tabs: {}, rule: undefined })
  replaceDesign(decoded.value, 'take what another tab saved')
  saveStore.setState({ status: 'saved' })
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
