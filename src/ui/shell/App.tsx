import { lazy, Suspense, useEffect } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { redo, undo } from '@/state/design-store'
import { openDialog, useView } from '@/state/view-store'
import { NetworkCanvas } from '../canvas/NetworkCanvas'
import { ChecksStrip } from '../checks/ChecksStrip'
import { PlaybackToolbar } from '../playback/PlaybackToolbar'
import { PortsRuler } from '../ports/PortsRuler'
import { RulesPanel } from '../rules/RulesPanel'
import { WhyPanel } from '../why/WhyPanel'
import { useNarrow } from '../widgets/use-narrow'
import { useRememberedLayout } from './layout-memory'
import { Narration } from './Narration'
import { Notice } from './Notice'
import { PhoneLayout } from './PhoneLayout'
import { PlaybackPanels } from './PlaybackPanels'
import { SaveConflict } from './SaveConflict'
import { StoryStrip } from './StoryStrip'
import { TopBar } from './TopBar'
import './app.css'

const ImportDialog = lazy(() =>
  import('../text/ImportDialog').then(({ ImportDialog }) => ({ default: ImportDialog })),
)
const ExportDialog = lazy(() =>
  import('../text/ExportDialog').then(({ ExportDialog }) => ({ default: ExportDialog })),
)
const RenameDialog = lazy(() =>
  import('./RenameDialog').then(({ RenameDialog }) => ({ default: RenameDialog })),
)
const HelpDialog = lazy(() => import('./HelpDialog').then(({ HelpDialog }) => ({ default: HelpDialog })))

export function App() {
  const dialog = useView((view) => view.dialog)
  const isNarrow = useNarrow()
  useGlobalKeys()
  const close = () => openDialog(undefined)
  return (
    <div className={`app ${isNarrow ? 'is-phone' : ''}`}>
      <TopBar />
      {isNarrow ? <PhoneLayout /> : <DesktopLayout />}
      <Notice />
      <SaveConflict />
      <Narration />
      <Suspense>
        {dialog === 'import' && <ImportDialog onClose={close} />}
        {dialog === 'export' && <ExportDialog onClose={close} />}
        {dialog === 'help' && <HelpDialog onClose={close} />}
        {dialog === 'rename' && <RenameDialog onClose={close} />}
      </Suspense>
    </div>
  )
}

const COLUMNS = ['left', 'side']
const HALVES = ['canvas', 'playback']

function DesktopLayout() {
  const side = innerWidth < 1440 ? 608 : 672
  const columns = useRememberedLayout('highport columns', COLUMNS)
  const halves = useRememberedLayout('highport left', HALVES)
  return (
    <>
      <main className="app-main">
        <Group orientation="horizontal" {...columns}>
          <Panel id="left" minSize={420}>
            <Group orientation="vertical" {...halves}>
              <Panel id="canvas" defaultSize="46" minSize={160}>
                <NetworkCanvas />
              </Panel>
              <Separator className="splitter horizontal" aria-label="Size of the drawing" />
              <Panel id="playback" minSize={140}>
                <div className="panel play">
                  <PlaybackToolbar />
                  <PlaybackPanels />
                </div>
              </Panel>
            </Group>
          </Panel>
          <Separator className="splitter vertical" aria-label="Width of the rules" />
          <Panel id="side" defaultSize={side} minSize={480} maxSize={1400}>
            <div className="side">
              <StoryStrip />
              <RulesPanel />
              <WhyPanel />
            </div>
          </Panel>
        </Group>
      </main>
      <PortsRuler />
      <ChecksStrip />
    </>
  )
}

/** Where Ctrl Z takes back what is being typed. */
const TEXT_FIELDS =
  'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable=true]'

/** Keys that work wherever the focus is, unless text is being typed. */
function useGlobalKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest(TEXT_FIELDS) !== null
      const command = event.ctrlKey || event.metaKey
      const key = event.key.toLowerCase()
      if (command && !typing && (key === 'z' || key === 'y')) {
        event.preventDefault()
        if (key === 'y' || event.shiftKey) redo()
        else undo()
      } else if (event.key === 'F6') {
        event.preventDefault()
        focusNextRegion(event.shiftKey ? -1 : 1)
      } else if (event.key === '?' && !typing) openDialog('help')
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** Moves the focus to the first control of the next landmark. */
function focusNextRegion(by: 1 | -1): void {
  const regions = [
    ...document.querySelectorAll<HTMLElement>('section[aria-label], [role=toolbar][aria-label]'),
  ].filter((region) => region.offsetParent !== null)
  const here = regions.findLastIndex((region) => region.contains(document.activeElement))
  for (let tries = 1; tries <= regions.length; tries++) {
    const region = regions[(here + by * tries + regions.length * 2) % regions.length]
    const target = region?.querySelector<HTMLElement>(
      'button:not([disabled]), [tabindex="0"], input, select, a[href]',
    )
    if (target) {
      target.focus()
      return
    }
  }
}
