import { type LayoutStorage, useDefaultLayout } from 'react-resizable-panels'

/** Where sizes that a person chose are kept; a browser that keeps nothing starts with the default ones each time. */
const storage: LayoutStorage = {
  getItem: (key) => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  },
  setItem: (key, value) => {
    try {
      localStorage.setItem(key, value)
    } catch {
      // Sizes that are forgotten are no loss worth a sentence.
    }
  },
}

/** The remembered sizes of a group of panels. Only what a person did is remembered: the default follows the window. */
export function useRememberedLayout(id: string, panelIds: string[]) {
  return { id, ...useDefaultLayout({ id, panelIds, storage, onlySaveAfterUserInteractions: true }) }
}
