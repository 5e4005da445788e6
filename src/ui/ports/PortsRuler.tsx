import { Check, X } from 'lucide-react'
import { Fragment, useMemo } from 'react'
import { walksOf } from '@/analyses/explain-verdict/walks'
import { acceptedPorts, type PortVerdict, portVerdicts } from '@/analyses/open-ports/open-ports'
import { formatPortRange, PORT_BANDS } from '@/model/packet/port'
import { settingsOf } from '@/model/topology/host-profiles'
import { resolverFor } from '@/model/topology/names'
import { useCurrentTrace, useRun } from '@/state/run-store'
import './ports.css'

/** 0 to 1023 takes this share of the width; the rest is linear. */
const LOW_SHARE = 0.14

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
  const reading = useReply()
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
        {reading ? reading.summary : 'Run a TCP or UDP flow to see its ports.'}
        <br />
        <span className="t3 s11">0-1023 is drawn wider</span>
      </p>
    </section>
  )
}

interface Reading {
  readonly client: string
  readonly range: { readonly first: number; readonly last: number }
  readonly picked: number | undefined
  readonly verdicts: readonly PortVerdict[]
  readonly pickedVerdict: PortVerdict | undefined
  readonly summary: React.ReactNode
}

/** The reply of the selected flow at the filter that it meets last: what would become of it at every port. */
function useReply(): Reading | undefined {
  const trace = useCurrentTrace()
  const { network, design } = useRun((state) => state)
  return useMemo(() => {
    const port = trace?.steps.find((step) => step.kind === 'socket' && step.event === 'port-picked')
    if (!trace || port?.kind !== 'socket') return undefined
    const client = design.devices.find(({ id }) => id === port.device)
    if (!client) return undefined
    const range = settingsOf(client).ephemeralPorts
    const reply = trace.journeys.find(({ role }) => role === 'reply')
    const walk =
      reply &&
      walksOf(trace, reply, trace.steps.length).find(
        ({ tried, by }) => tried.length > 0 || by.kind === 'policy',
      )
    const device = walk && network.devices.get(walk.device)
    const chain = walk && device?.chain(walk.chain)
    const base = { client: client.name, range, picked: port.port }
    if (!walk || !device || !chain) {
      return {
        ...base,
        verdicts: [],
        pickedVerdict: undefined,
        summary: <span>No filter decides about a reply to {client.name} in this run.</span>,
      }
    }
    const verdicts = portVerdicts(device, chain, walk.context, resolverFor(design, walk.device))
    const count = range.last - range.first + 1
    const open = acceptedPorts(verdicts, range)
    const pickedVerdict = verdicts.find(
      ({ first, last }) => port.port !== undefined && port.port >= first && port.port <= last,
    )
    const summary = (
      <>
        <b>
          {open.toLocaleString('en')} of {count.toLocaleString('en')}
        </b>{' '}
        ports that {client.name} may pick are open to the reply.
      </>
    )
    return { ...base, verdicts, pickedVerdict, summary }
  }, [trace, network, design])
}

function Marks({ client, range, picked, verdicts, pickedVerdict }: Reading) {
  const named = verdicts.filter(({ rule }) => rule !== undefined).slice(0, 6)
  const pickedDrops = pickedVerdict !== undefined && pickedVerdict.verdict !== 'accept'
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
      {named.map(({ first, last, verdict, rule }) => {
        const meaning = verdict === 'accept' ? 'accept' : 'drop'
        const wide = last > first
        return (
          <Fragment key={first}>
            <i
              className={`tick ${meaning} ${wide ? 'wide' : ''}`}
              style={
                wide
                  ? { left: `${placeOfPort(first)}%`, right: `${100 - placeOfPort(last + 1)}%` }
                  : { left: `${placeOfPort(first)}%` }
              }
            />
            <span
              className={`ticklab ${meaning}`}
              style={{
                left: `${wide ? (placeOfPort(first) + placeOfPort(last + 1)) / 2 : placeOfPort(first)}%`,
              }}
              title={`rule ${rule} ${verdict}s`}
            >
              {verdict === 'accept' ? <Check className="i" /> : <X className="i" />}
              {formatPortRange({ first, last })}
            </span>
          </Fragment>
        )
      })}
      {picked !== undefined && (
        <>
          <i
            className={`tick picked ${pickedDrops ? 'drop' : 'accept'}`}
            style={{ left: `${placeOfPort(picked)}%` }}
          />
          <span
            className={`ticklab strong ${pickedDrops ? 'drop' : 'accept'}`}
            style={{ left: `${Math.min(97, placeOfPort(picked))}%` }}
          >
            {pickedDrops ? <X className="i" /> : <Check className="i" />}
            {picked}
          </span>
        </>
      )}
    </>
  )
}
