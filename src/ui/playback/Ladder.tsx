import { CornerUpLeft, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { goToEnd, goToJourney, useCursor } from '@/state/playback/cursor'
import { useCurrentTrace, useRun } from '@/state/run-store'
import {
  foldRepeats,
  foldText,
  formatSeconds,
  type LadderArrow,
  type LadderColumn,
  type LadderRow,
  ladderColumns,
  ladderRows,
} from './ladder-rows'
import './ladder.css'

/** One column a device, one row a packet; a click goes there. */
export function Ladder() {
  const trace = useCurrentTrace()
  const network = useRun((state) => state.network)
  const cursor = useCursor()
  const [unfolded, setUnfolded] = useState(false)
  const current = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (cursor.journey >= 0) current.current?.scrollIntoView({ block: 'nearest' })
  }, [cursor.journey])

  if (!trace || trace.journeys.length === 0) {
    return (
      <section className="ladder" aria-label="Ladder">
        <p className="ladder-empty t3">
          {trace?.outcome.text ?? 'Choose what to run in the bar above: from where, what, and to whom.'}
        </p>
      </section>
    )
  }
  const columns = ladderColumns(trace, network)
  const rows = ladderRows(trace, columns)
  const { shown, hidden } = unfolded ? { shown: rows, hidden: [] } : foldRepeats(rows, cursor.journey)
  const ended = cursor.step >= trace.steps.length - 1
  return (
    <section className="ladder" aria-label="Ladder">
      <div className="ladder-heads" aria-hidden="true">
        {columns.map(({ device, name }, index) => (
          <span key={device} style={{ left: placeOf(index, columns) }}>
            {name}
          </span>
        ))}
      </div>
      <div className="ladder-body">
        {columns.map(({ device }, index) => (
          <i key={device} className="life" style={{ left: placeOf(index, columns) }} />
        ))}
        <ol className="ladder-rows" onKeyDown={moveFocus}>
          {shown.map((row) => (
            <li key={row.journey}>
              <Row
                row={row}
                columns={columns}
                cursor={cursor.journey}
                innerRef={row.journey === cursor.journey ? current : undefined}
              />
            </li>
          ))}
          {hidden.length > 0 && (
            <li>
              <button type="button" className="ev fold later" onClick={() => setUnfolded(true)}>
                <span className="id">{(hidden[0]?.journey ?? 0) + 1}</span>
                <span className="tm">{formatSeconds(hidden[0]?.atMs ?? 0)}</span>
                <span className="outc t3">{foldText(hidden)}</span>
              </button>
            </li>
          )}
          <li>
            <button type="button" className={`ev ${ended ? '' : 'later'}`} onClick={goToEnd}>
              <span className="tm only">{formatSeconds(trace.endsAtMs)}</span>
              <span className="outc">
                <b className={trace.outcome.works ? 'accept' : 'drop'}>{trace.outcome.text}</b>{' '}
                <span className="t3">what the person at {personAt(columns)} sees</span>
              </span>
            </button>
          </li>
        </ol>
      </div>
    </section>
  )
}

const personAt = (columns: readonly LadderColumn[]) => columns[0]?.name ?? 'the client'

/** Columns stand between 15 and 93 % of the width. */
function placeOf(index: number, columns: readonly LadderColumn[]): string {
  const share = columns.length < 2 ? 0 : index / (columns.length - 1)
  return `calc((var(--ladder-first) + (100% - var(--ladder-first) - var(--ladder-last)) * ${share.toFixed(4)}))`
}

function moveFocus(event: KeyboardEvent<HTMLOListElement>): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (by === 0) return
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button')]
  const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + by]
  if (next) {
    event.preventDefault()
    next.focus()
  }
}

interface RowProps {
  readonly row: LadderRow
  readonly columns: readonly LadderColumn[]
  readonly cursor: number
  readonly innerRef: React.Ref<HTMLButtonElement> | undefined
}

function Row({ row, columns, cursor, innerRef }: RowProps) {
  const now = row.journey === cursor
  const kind = row.end?.kind
  const meaning =
    kind === 'delivered' || kind === undefined
      ? 'pass'
      : kind === 'rejected' || kind === 'no-listener'
        ? 'reject'
        : 'drop'
  const state = now ? `now ${meaning}` : row.journey > cursor ? 'later' : ''
  return (
    <button
      type="button"
      ref={innerRef}
      className={`ev ${state}`}
      aria-current={now ? 'step' : undefined}
      onClick={() => goToJourney(row.journey)}
    >
      <span className="id">{row.journey + 1}</span>
      <span className="tm">{formatSeconds(row.atMs)}</span>
      {row.arrows.map((arrow) => (
        <Arrow key={`${arrow.from}-${arrow.to}`} arrow={arrow} columns={columns} />
      ))}
      {[...new Set(row.translated)]
        .filter((column) => row.end?.text === '' || column !== row.end?.column)
        .map((column) => (
          <span key={column} className="mk dia" style={{ left: placeOf(column, columns) }} />
        ))}
      {row.end && row.end.text !== '' && row.end.column >= 0 && (
        <End row={row} end={row.end} columns={columns} />
      )}
    </button>
  )
}

function Arrow({
  arrow,
  columns,
}: {
  readonly arrow: LadderArrow
  readonly columns: readonly LadderColumn[]
}) {
  const right = arrow.to > arrow.from
  const [near, far] = right ? [arrow.from, arrow.to] : [arrow.to, arrow.from]
  const left = placeOf(near, columns)
  const width = `calc(${placeOf(far, columns).slice(5, -1)} - (${left.slice(5, -1)}))`
  return (
    <span className="seg-arrow" style={{ left, width }}>
      <span className="lab">
        {arrow.changed === undefined ? arrow.label : <Changed label={arrow.label} changed={arrow.changed} />}
      </span>
      <i className={`ar ${right ? 'r' : 'l'} ${arrow.dead ? 'dead' : ''}`} />
    </span>
  )
}

/** "SYN 203.0.113.7:62712 > 443": the new address in the colour of translation. */
function Changed({ label, changed }: { readonly label: string; readonly changed: string }) {
  const space = label.lastIndexOf(' ', label.indexOf('>') - 2)
  return (
    <>
      {label.slice(0, space + 1)}
      <span className="translate">{changed}</span>:{label.slice(space + 1)}
    </>
  )
}

function End({
  row,
  end,
  columns,
}: {
  readonly row: LadderRow
  readonly end: NonNullable<LadderRow['end']>
  readonly columns: readonly LadderColumn[]
}) {
  const last = row.arrows.at(-1)
  const goesLeft = last !== undefined && last.to < last.from
  const rejected = end.kind === 'rejected' || end.kind === 'no-listener'
  const place = placeOf(end.column, columns)
  const side =
    goesLeft || end.column === columns.length - 1
      ? { right: `calc(100% - ${place.slice(5, -1)} + 11px)` }
      : { left: `calc(${place.slice(5, -1)} + 11px)` }
  return (
    <>
      <span className={`mk ${rejected ? 'reject' : 'drop'}`} style={{ left: place }}>
        {rejected ? <CornerUpLeft className="i" /> : <X className="i" />}
      </span>
      <span className={`by ${rejected ? 'reject' : 'drop'}`} style={side}>
        {end.text}
      </span>
    </>
  )
}
