import { Check, Plus, ShieldCheck, TriangleAlert, X } from 'lucide-react'
import { droppedDiscovery } from '@/analyses/neighbor-discovery/neighbor-discovery'
import { describeFlow } from '@/applications/request'
import { commit, currentDesign } from '@/state/design-store'
import { currentFlowId, useRun } from '@/state/run-store'
import { selectFlow, useView } from '@/state/view-store'
import { Menu, MenuItem } from '../widgets/Menu'
import './checks.css'

/** The flows that must work or must be blocked, always re-run. */
export function ChecksStrip() {
  const design = useRun((state) => state.design)
  const traces = useRun((state) => state.traces)
  const network = useRun((state) => state.network)
  const selected = useView((view) => view.flow)
  const checks = design.flows.filter(({ expect }) => expect !== undefined)
  const results = checks.map((flow) => {
    const works = traces.get(flow.id)?.outcome.works ?? false
    return { flow, works, asWanted: works === (flow.expect === 'works') }
  })
  const keep = (expect: 'works' | 'blocked') => {
    const id = currentFlowId()
    const flows = currentDesign().flows.map((flow) => (flow.id === id ? { ...flow, expect } : flow))
    commit({ kind: 'set-flows', flows }, 'keep the flow as a check')
  }
  const remove = (id: string) =>
    commit({ kind: 'set-flows', flows: design.flows.filter((flow) => flow.id !== id) }, 'remove a check')
  const wanted = results.filter(({ asWanted }) => asWanted).length
  return (
    <section className="checks" aria-label="Checks">
      <h2>Checks</h2>
      <ul>
        {results.map(({ flow, works, asWanted }) => (
          <li
            key={flow.id}
            className={`check ${asWanted ? '' : 'bad'} ${flow.id === selected ? 'is-selected' : ''}`}
          >
            <button type="button" onClick={() => selectFlow(flow.id)} aria-pressed={flow.id === selected}>
              {!asWanted ? (
                <X className="i drop" />
              ) : works ? (
                <Check className="i accept" />
              ) : (
                <ShieldCheck className="i accept" />
              )}
              <span>{describeFlow(flow, design)}</span>{' '}
              <b className={asWanted ? 'accept' : 'drop'}>
                {works ? 'works' : flow.expect === 'blocked' ? 'blocked' : 'fails'}
              </b>
            </button>
            <button
              type="button"
              className="check-remove"
              aria-label={`Remove the check ${describeFlow(flow, design)}`}
              onClick={() => remove(flow.id)}
            >
              <X className="i s12" />
            </button>
          </li>
        ))}
        {droppedDiscovery(network).map(({ device, sentence }) => (
          <li key={`${device} ${sentence}`} className="check bad" title={sentence}>
            <span className="check-note">
              <TriangleAlert className="i drop" /> {network.devices.get(device)?.name}: {sentence}
            </span>
          </li>
        ))}
      </ul>
      <Menu
        trigger={
          <button
            type="button"
            className="btn quiet mini"
            aria-label="Keep as check"
            title="Keep the flow that is shown as a check"
            disabled={design.flows.length === 0}
          >
            <Plus className="i s12" /> Check
          </button>
        }
      >
        <MenuItem note="The flow in the bar above" onSelect={() => keep('works')}>
          It must work
        </MenuItem>
        <MenuItem note="The flow in the bar above" onSelect={() => keep('blocked')}>
          It must be blocked
        </MenuItem>
      </Menu>
      <span className="end t3 s11 nowrap wide">
        {wanted} of {results.length} as wanted
      </span>
    </section>
  )
}
