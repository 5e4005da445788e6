import { X } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { explain } from '@/analyses/explain-verdict/sentences'
import { walksOf } from '@/analyses/explain-verdict/walks'
import { useCursor } from '@/state/playback/cursor'
import { useCurrentTrace, useRun } from '@/state/run-store'
import { type PhoneTab, showPhoneTab, useView } from '@/state/view-store'
import { NetworkCanvas } from '../canvas/NetworkCanvas'
import { ChecksStrip } from '../checks/ChecksStrip'
import { PlaybackToolbar } from '../playback/PlaybackToolbar'
import { PortsRuler } from '../ports/PortsRuler'
import { RulesPanel } from '../rules/RulesPanel'
import { WhyPanel } from '../why/WhyPanel'
import { PlaybackPanels } from './PlaybackPanels'
import { StoryGoals, StoryStrip } from './StoryStrip'

const TABS: readonly { id: PhoneTab; label: string }[] = [
  { id: 'ladder', label: 'Ladder' },
  { id: 'rules', label: 'Rules' },
  { id: 'why', label: 'Why' },
  { id: 'ports', label: 'Ports' },
  { id: 'checks', label: 'Checks' },
]

/** Everything one under the other: the drawing, playback, the verdict in a line, and one panel at a time. */
export function PhoneLayout() {
  const tab = useView((view) => view.phoneTab)
  return (
    <>
      <NetworkCanvas />
      <PlaybackToolbar />
      <VerdictLine />
      <Tabs.Root
        style={{ display: 'contents' }}
        value={tab}
        onValueChange={(value) => showPhoneTab(value as PhoneTab)}
      >
        <div className="panel-tabs phone-tabs">
          <Tabs.List aria-label="Panels">
            {TABS.map(({ id, label }) => (
              <Tabs.Trigger key={id} value={id}>
                {label}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
        </div>
        {TABS.map(({ id }) => (
          <Tabs.Content key={id} value={id} className="phone-panel" tabIndex={-1}>
            {id === 'ladder' && <PlaybackPanels />}
            {id === 'rules' && (
              <>
                <StoryStrip />
                <RulesPanel />
              </>
            )}
            {id === 'why' && <WhyPanel />}
            {id === 'ports' && <PortsRuler />}
            {id === 'checks' && (
              <>
                <StoryGoals />
                <ChecksStrip />
              </>
            )}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </>
  )
}

function VerdictLine() {
  const trace = useCurrentTrace()
  const network = useRun((state) => state.network)
  const cursor = useCursor()
  const journey = trace?.journeys[cursor.journey]
  if (!trace || !journey) {
    return (
      <p className="phone-verdict">
        <span className="t3">
          {trace ? `The run ends with: ${trace.outcome.text}.` : 'Nothing runs yet.'}
        </span>
      </p>
    )
  }
  const explanation = explain(trace, network, journey, walksOf(trace, journey, cursor.step))
  const dropped = explanation.meaning === 'drop'
  return (
    <p className={`phone-verdict ${dropped ? 'drop-line' : ''}`}>
      {dropped && <X className="i drop b" />}
      <span>
        <b className={explanation.meaning === 'none' ? '' : explanation.meaning}>{explanation.headline}</b>{' '}
        <button type="button" className="link" onClick={() => showPhoneTab('why')}>
          Why
        </button>
      </span>
    </p>
  )
}
