import { Check, CornerUpLeft, X } from 'lucide-react'
import { Fragment, useDeferredValue, useLayoutEffect, useMemo, useRef } from 'react'
import { loggedName } from '@/dialects/log-lines/logged-packet'
import { readLog } from '@/dialects/log-lines/read'
import type { Design } from '@/model/project/design'
import { selectLogLine, setLogText, useLogReader } from '@/state/log-reader-store'
import { useRun } from '@/state/run-store'
import { selectRule, showTab, tabOf } from '@/state/view-store'
import { LoggedLine } from './LoggedLine'
import { fateOf, type LoggedRow, rowOf, shown, sightOf } from './logged-rows'
import './reader.css'

/** Rows on screen; the command line reads whole files. */
const ROWS_AT_MOST = 200
const REMARKS_AT_MOST = 20

/** Pasted log lines as packets, each with the rule of the design that decides it. */
export function LogReader() {
  const design = useRun((state) => state.design)
  const network = useRun((state) => state.network)
  const typed = useLogReader((state) => state.text)
  const text = useDeferredValue(typed)
  const device = useLogReader((state) => state.device)
  const selected = useLogReader((state) => state.line)
  const read = useMemo(() => readLog(text), [text])
  const rows = useMemo(
    () => read.lines.slice(0, ROWS_AT_MOST).map((line) => rowOf(network, line, device)),
    [network, read, device],
  )
  const remarks = read.diagnostics.filter(({ kind }) => kind !== 'syntax-error')
  return (
    <div className="log-reader">
      <textarea
        aria-label="Log lines"
        rows={3}
        spellCheck={false}
        placeholder="IN=wan OUT= SRC=198.51.100.7 DST=203.0.113.7 ... PROTO=TCP SPT=40000 DPT=22"
        value={typed}
        onChange={(event) => setLogText(event.target.value)}
      />
      {text.trim() === '' ? (
        <p className="t2 s12">
          Paste lines of a log: of netfilter, ipchains, a home router, pf, Cisco IOS or RouterOS. Each becomes
          a packet, and the rules of this design are asked about it.
        </p>
      ) : (
        rows.length === 0 && <p className="s12">No line here is a log line of a packet.</p>
      )}
      {rows.length > 0 && <Packets rows={rows} selected={selected} design={design} />}
      {read.lines.length > rows.length && (
        <p className="t2 s12">
          {(read.lines.length - rows.length).toLocaleString('en')} more packets are not shown: "highport log"
          reads whole files.
        </p>
      )}
      {remarks.length > 0 && (
        <ul className="log-remarks" aria-label="Lines that are not read">
          {remarks.slice(0, REMARKS_AT_MOST).map(({ line, message }) => (
            <li key={line} className="t2 s12">
              Line {line}: {shown(message)}
            </li>
          ))}
          {remarks.length > REMARKS_AT_MOST && (
            <li className="t2 s12">{remarks.length - REMARKS_AT_MOST} more lines are not read.</li>
          )}
        </ul>
      )}
    </div>
  )
}

interface PacketsProps {
  readonly rows: readonly LoggedRow[]
  readonly selected: number | undefined
  readonly design: Design
}

function Packets({ rows, selected, design }: PacketsProps) {
  return (
    <table className="log-packets" aria-label="Packets of the log lines">
      <thead>
        <tr>
          <th scope="col">line</th>
          <th scope="col">packet</th>
          <th scope="col">seen at</th>
          <th scope="col">decided</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={row.line.line}>
            <PacketRow row={row} isSelected={row.line.line === selected} />
            {row.line.line === selected && <DetailRow row={row} design={design} />}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

/** Right below the row that it is of, and brought into view. */
function DetailRow({ row, design }: { readonly row: LoggedRow; readonly design: Design }) {
  const detail = useRef<HTMLTableRowElement>(null)
  useLayoutEffect(() => {
    detail.current?.scrollIntoView({ block: 'nearest' })
    // Where both do not fit, the row itself stays.
    detail.current?.previousElementSibling?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <tr ref={detail} className="log-detail">
      <td colSpan={4}>
        <LoggedLine row={row} design={design} />
      </td>
    </tr>
  )
}

function PacketRow({ row, isSelected }: { readonly row: LoggedRow; readonly isSelected: boolean }) {
  const { line, met } = row
  const network = useRun((state) => state.network)
  const show = () => {
    selectLogLine(line.line, sightOf(network, row))
    if (!met.ok) return
    const { device, asked } = met.value
    const by = asked.ended && 'by' in asked.ended ? asked.ended.by : asked.deciding?.by
    if (!by) return
    showTab(device.id, tabOf(by.chain))
    selectRule(by.kind === 'rule' ? { device: device.id, chain: by.chain, rule: by.rule } : undefined)
  }
  return (
    <tr className={isSelected ? 'is-selected' : ''}>
      <td className="n">{line.line}</td>
      <td>
        <button type="button" className="mono" aria-pressed={isSelected} onClick={show}>
          {loggedName(line.facts)}
        </button>
      </td>
      <td>{met.ok ? met.value.device.name : ''}</td>
      <td>
        {met.ok ? (
          <FateCell row={row} />
        ) : (
          <span className="t2">{shown(met.diagnostics[0]?.message ?? '')}</span>
        )}
      </td>
    </tr>
  )
}

const ICONS = { accept: Check, drop: X, reject: CornerUpLeft } as const

function FateCell({ row }: { readonly row: LoggedRow }) {
  if (!row.met.ok) return null
  const { meaning, text } = fateOf(row.met.value.asked)
  const Icon = ICONS[meaning]
  return (
    <span className={meaning}>
      <Icon className="i" /> {text}
    </span>
  )
}
