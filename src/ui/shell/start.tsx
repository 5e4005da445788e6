import type { Root } from 'react-dom/client'
import { LESSONS } from '@/lessons'
import { currentDesign, designStore } from '@/state/design-store'
import { showTrace } from '@/state/playback/cursor'
import { currentTrace, runStore } from '@/state/run-store'
import { autosave, rememberTheme, restore } from '@/state/storage/autosave'
import { type Theme, viewStore } from '@/state/view-store'
import { App } from './App'

/** Restores what was open, or opens the first story, and shows it. */
export async function start(root: Root): Promise<void> {
  applyTheme()
  const restored = await restore()
  const first = LESSONS[0]
  const { devices } = currentDesign()
  viewStore.setState({
    device:
      restored || !first ? (devices.find(({ kind }) => kind === 'router') ?? devices[0])?.id : first.device,
    flow: restored || !first ? currentDesign().flows[0]?.id : first.flow,
  })
  followDesign()
  followTrace()
  autosave()
  root.render(<App />)
}

/** When the selected device is gone or another design is there, by undo for one, its router is selected. */
function followDesign(): void {
  designStore.subscribe(({ design: { id, devices } }, before) => {
    const { device } = viewStore.getState()
    if (devices.some((each) => each.id === device)) return
    if (device === undefined && id === before.design.id) return
    const next = devices.find(({ kind }) => kind === 'router') ?? devices[0]
    viewStore.setState({ device: next?.id, link: undefined, rule: undefined })
  })
}

/** Playback follows whatever trace is shown. */
function followTrace(): void {
  let before = currentTrace()
  showTrace(before, undefined)
  const follow = () => {
    const trace = currentTrace()
    if (trace === before) return
    showTrace(trace, before)
    before = trace
  }
  runStore.subscribe(follow)
  viewStore.subscribe(follow)
  designStore.subscribe(follow)
}

function applyTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const stored = document.documentElement.dataset.chosen as Theme | undefined
  if (stored) viewStore.setState({ theme: stored })
  const apply = () => {
    const { theme } = viewStore.getState()
    document.documentElement.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
  }
  apply()
  dark.addEventListener('change', apply)
  viewStore.subscribe(apply)
  rememberTheme()
}
