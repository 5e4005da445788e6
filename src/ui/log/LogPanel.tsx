import { deciderName } from '@/analyses/explain-verdict/sentences'
import { deviceName } from '@/analyses/explain-verdict/walks'
import { homeRouterLine } from '@/dialects/log-lines/home-router'
import { netfilterLine } from '@/dialects/log-lines/netfilter'
import type { Network } from '@/engine/network'
import { goToStep, useCursor } from '@/state/playback/cursor'
import { type LoggedStep, logAt } from '@/state/playback/moment'
import { useCurrentTrace, useRun } from '@/state/run-store'
import { selectRule, showTab, tabOf } from '@/state/view-store'
import './log.css'

/** What the devices have written to their logs up to the cursor, each in its own format. */
export function LogPanel() {
  const trace = useCurrentTrace()
  const network = useRun((state) => state.network)
  const cursor = useCursor()
  const lines = trace ? logAt(trace, cursor.step) : []
  return (
    <section className="log-panel" aria-label="Log">
      {lines.length === 0 ? (
        <p className="t3 log-empty">
          Nothing is logged up to here. Rules write a line where their log is on.
        </p>
      ) : (
        <ol>
          {lines.map(({ step, line }) => (
            <li key={step}>
              <button
                type="button"
                onClick={() => {
                  goToStep(step)
                  if (line.by.kind !== 'rule') return
                  showTab(line.device, tabOf(line.by.chain))
                  selectRule({ device: line.device, chain: line.by.chain, rule: line.by.rule })
                }}
              >
                <span className="t3 s11">{deviceName(network, line.device)}</span>{' '}
                <span className="mono">{textOf(line, network)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

function textOf(line: LoggedStep, network: Network): string {
  const format = network.devices.get(line.device)?.firewall.logFormat
  const { prefix, packet, iif, oif } = line
  if (format === 'home-router') return homeRouterLine(packet, prefix === '' ? deciderName(line.by) : prefix)
  return netfilterLine(packet, {
    prefix,
    ...(iif === undefined ? {} : { iif }),
    ...(oif === undefined ? {} : { oif }),
  })
}
