import { Tabs } from 'radix-ui'
import { lazy, Suspense } from 'react'
import { type PanelTab, showPanelTab, useView } from '@/state/view-store'
import { FlowBar } from '../flow/FlowBar'
import { useMomentCounts } from '../log/moment-counts'
import { BindingsTable, ConntrackTable } from '../log/StateTables'
import { Ladder } from '../playback/Ladder'

const LogPanel = lazy(() => import('../log/LogPanel').then(({ LogPanel }) => ({ default: LogPanel })))

/** What the selected run did, in four readings; the flow bar stands beside their names. */
export function PlaybackPanels() {
  const tab = useView((view) => view.panelTab)
  const counts = useMomentCounts()
  const tabs: readonly { id: PanelTab; label: string; count?: number }[] = [
    { id: 'ladder', label: 'Ladder' },
    { id: 'log', label: 'Log', count: counts.log },
    { id: 'bindings', label: 'NAT bindings', count: counts.bindings },
    { id: 'conntrack', label: 'Connections', count: counts.conntrack },
  ]
  return (
    <Tabs.Root className="panel-body" value={tab} onValueChange={(value) => showPanelTab(value as PanelTab)}>
      <div className="panel-tabs">
        <Tabs.List aria-label="What the run did">
          {tabs.map(({ id, label, count }) => (
            <Tabs.Trigger key={id} value={id}>
              {label} {count !== undefined && <span className="count">{count}</span>}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <FlowBar />
      </div>
      <Tabs.Content value="ladder" className="panel-body" tabIndex={-1}>
        <Ladder />
      </Tabs.Content>
      <Tabs.Content value="log" className="panel-body" tabIndex={-1}>
        <Suspense>
          <LogPanel />
        </Suspense>
      </Tabs.Content>
      <Tabs.Content value="bindings" className="panel-body" tabIndex={-1}>
        <BindingsTable />
      </Tabs.Content>
      <Tabs.Content value="conntrack" className="panel-body" tabIndex={-1}>
        <ConntrackTable />
      </Tabs.Content>
    </Tabs.Root>
  )
}
