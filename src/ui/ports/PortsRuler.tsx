import { Check, X } from 'lucide-react'
import { Fragment, useMemo } from 'react'
import type { PortVerdict } from '@/analyses/open-ports/open-ports'
import { type ReplyPorts, replyPorts } from '@/analyses/open-ports/reply-ports'
import { formatPortRange, PORT_BANDS } from '@/model/packet/port'
import { useCurrentTrace, useRun } from '@/state/run-store'
import './ports.css'

/** 0 to 1023 takes this share of the width; the rest is linear. */
const LOW_SHARE = 0.14

/** More than this many marks are one grey bar to the eye. */
const TICKS_AT_MOST = 200
const VERBS = { accept: 'accepts', drop: 'drops', reject: 'rejects' } as const
/** A label needs this much of the width, in percent. */
const LABEL_ROOM = 8

/** Where a port lies on the scale, in percent. */
export function placeOfPort(port: number): number {
  return (
    100 *
    (port <= 1024
      ? (port / 1024) * LOW_SHARE
      : LOW_SHARE + ((port - 1024) / (65536 - 1024)) * (1 - LOW_SHARE))
  )
}

/** All ports on one line: the bands, what the client picks from, what it picked, and what the deciding rules let reach it. */
export function PortsRuler() {
  const reading = useReplyPorts()
  const bands = PORT_BANDS.map(({ id, first, last }) => ({
    id,
    last,
    left: placeOfPort(first),
    right: 100 - placeOfPort(last + 1),
  }))
  return (
    <section className="ruler" aria-label="Ports">
      <h2 className="s12">Ports</h2>
      <div className="scale">
        {bands.map(({ id, last, left, right }, index) => (
          <span
            key={id}
            className={`band ${index === 0 ? 'first' : ''}`}
            style={{ left: `${left}%`, right: `${right}%` }}
          >
            {id}
            <span>{last}</span>
          </span>
        ))}
        {reading && <Marks {...reading} />}
      </div>
      <p className="s12 ruler-note">
        {reading ? <Summary {...reading} /> : 'Run a TCP or UDP flow to see its ports.'}
        <br />
        <span className="t3 s11">0-1023 is drawn wider</span>
      </p>
    </section>
  )
}

/** What the ruler says of the selected run, in a sentence. */
function Summary({ client, range, picked, reading, open }: ReplyPorts) {
  switch (reading) {
    case 'filtered':
      return (
        <>
          <b>
            {open.toLocaleString('en')} of {(range.last - range.first + 1).toLocaleString('en')}
          </b>{' '}
          ports that {client} may pick are open to the reply.
        </>
      )
    case 'unfiltered':
      return <>No filter was asked about the reply to {client}.</>
    case 'translated':
      return (
        <>
          The filters see a translated port, not {picked} that {client} picked.
        </>
      )
    case 'no-reply':
      return <>No reply was sent to {client} in this run.</>
  }
}

function useReplyPorts(): ReplyPorts | undefined {
  const trace = useCurrentTrace()
  const { network, design } = useRun((state) => state)
  return useMemo(() => trace && replyPorts(design, network, trace), [trace, network, design])
}

function middleOf({ first, last }: PortVerdict): number {
  return last > first ? (placeOfPort(first) + placeOfPort(last + 1)) / 2 : placeOfPort(first)
}

/** The ranges whose labels do not lie over the label of the picked port or of a range before them. */
function withRoom(ranges: readonly PortVerdict[], picked: number): ReadonlySet<PortVerdict> {
  const places = [placeOfPort(picked)]
  const free = new Set<PortVerdict>()
  for (const range of ranges) {
    const place = middleOf(range)
    if (places.some((other) => Math.abs(other - place) < LABEL_ROOM)) continue
    places.push(place)
    free.add(range)
  }
  return free
}

/** A rule that drops almost every port is a policy in the form of a rule; it would only cover the others. */
function worthAMark({ first, last, verdict, rule }: PortVerdict): boolean {
  return rule !== undefined && (verdict === 'accept' || last - first < 400)
}

function Marks({ client, range, picked, verdicts }: ReplyPorts) {
  const named = verdicts.filter(worthAMark).slice(0, TICKS_AT_MOST)
  const labelled = withRoom(named, picked)
  const fate = verdicts.find(({ first, last }) => picked >= first && picked <= last)?.verdict
  const pickedMeaning = fate === undefined ? '' : fate
  return (
    <>
      <i
        className="range"
        style={{ left: `${placeOfPort(range.first)}%`, right: `${100 - placeOfPort(range.last + 1)}%` }}
      />
      <span
        className="rangelab"
        style={
          range.first > 12_000
            ? { right: `calc(${100 - placeOfPort(range.first)}% + 8px)` }
            : { left: `calc(${placeOfPort(range.last + 1)}% + 8px)` }
        }
      >
        {client} picks <span className="mono">{formatPortRange(range)}</span>
      </span>
      {named.map((range) => {
        const { first, last, verdict, rule } = range
        const wide = last > first
        const title = `ports ${formatPortRange(range)}: rule ${rule} ${VERBS[verdict]}`
        return (
          <Fragment key={first}>
            <i
              className={`tick ${verdict} ${wide ? 'wide' : ''}`}
              style={
                wide
                  ? { left: `${placeOfPort(first)}%`, right: `${100 - placeOfPort(last + 1)}%` }
                  : { left: `${placeOfPort(first)}%` }
              }
              title={title}
            />
            {labelled.has(range) && (
              <span className={`ticklab ${verdict}`} style={{ left: `${middleOf(range)}%` }} title={title}>
                {verdict === 'accept' ? <Check className="i" /> : <X className="i" />}
                {formatPortRange(range)}
              </span>
            )}
          </Fragment>
        )
      })}
      <i className={`tick picked ${pickedMeaning}`} style={{ left: `${placeOfPort(picked)}%` }} />
      <span
        className={`ticklab strong ${pickedMeaning}`}
        style={{ left: `${Math.min(97, placeOfPort(picked))}%` }}
      >
        {fate && (fate === 'accept' ? <Check className="i" /> : <X className="i" />)}
        {picked}
      </span>
    </>
  )
}
