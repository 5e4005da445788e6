import { lazy, Suspense } from 'react'
import { deciderName } from '@/analyses/explain-verdict/sentences'
import { deviceName } from '@/analyses/explain-verdict/walks'
import { logFormatOf } from '@/dialects/log-lines/lookup'
import type { Network } from '@/engine/network'
import { openLogReader, setLogDevice, useLogReader } from '@/state/log-reader-store'
import { goToStep, useCursor } from '@/state/playback/cursor'
import { type LoggedStep, logAt } from '@/state/playback/moment'
import { useCurrentTrace, useRun } from '@/state/run-store'
import { selectRule, showTab, tabOf } from '@/state/view-store'
import './log.css'

const LogReader = lazy(() => import('./LogReader').then(({ LogReader }) => ({ default: LogReader })))

/** What the devices have written to their logs up to the cursor, each in its own format; or lines from elsewhere, read. */
export function LogPanel() {
  const isReading = useLogReader((state) => state.isOpen)
  return (
    <section className="log-panel" aria-label="Log">
      <div className="log-head">
        <button
          type="button"
          className={`btn mini ${isReading ? 'on' : ''}`}
          aria-pressed={isReading}
          onClick={() => openLogReader(!isReading)}
        >
          Read log lines
        </button>
        {isReading && <SeenAt />}
      </div>
      {isReading ? (
        <Suspense>
          <LogReader />
        </Suspense>
      ) : (
        <WrittenLines />
      )}
    </section>
  )
}

/** Which device is asked about the packets. */
function SeenAt() {
  const devices = useRun((state) => state.design.devices)
  const device = useLogReader((state) => state.device)
  const candidates = devices.filter(({ kind, firewall }) => kind !== 'switch' && firewall.kind !== 'none')
  return (
    <label className="s12">
      Seen at{' '}
      <select value={device ?? ''} onChange={(event) => setLogDevice(event.target.value || undefined)}>
        <option value="">what the line tells</option>
        {candidates.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function WrittenLines() {
  const trace = useCurrentTrace()
  const network = useRun((state) => state.network)
  const cursor = useCursor()
  const lines = trace ? logAt(trace, cursor.step) : []
  if (lines.length === 0)
    return (
      <p className="t3 log-empty">Nothing is logged up to here. Rules write a line where their log is on.</p>
    )
  return (
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
  )
}

function textOf(line: LoggedStep, network: Network): string {
  const { prefix, packet, iif, oif, by } = line
  const device = network.devices.get(line.device)
  if (!device) return prefix
  const target =
    by.kind === 'rule'
      ? device.chain(by.chain)?.rules.find(({ rule }) => rule.id === by.rule)?.rule.target
      : undefined
  const format = logFormatOf(device.firewall.logFormat)
  return (
    format.write?.({
      packet,
      chain: by.chain.chain,
      action: target?.kind === 'jump' ? target.chain : device.firewall.word(target?.kind ?? 'continue'),
      rule: (by.kind === 'rule' && by.number) || 0,
      // Home routers give a reason for each line.
      prefix: prefix === '' && format.id === 'home-router' ? deciderName(by) : prefix,
      ...(iif === undefined ? {} : { iif }),
      ...(oif === undefined ? {} : { oif }),
    }) ?? ''
  )
}
