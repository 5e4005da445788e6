import { useEffect, useMemo, useState } from 'react'
import { APPLICATIONS } from '@/applications/index'
import { applicationOf } from '@/applications/lookup'
import { describeFlow, parseRequest } from '@/applications/request'
import type { Design, FlowRequest } from '@/model/project/design'
import { commit } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { selectFlow, useView } from '@/state/view-store'
import { FlowOptions } from './FlowOptions'
import './flow.css'

/** What was asked for and cannot run yet: it stays in the fields, and the next change builds on it. */
interface Draft {
  readonly of: FlowRequest
  readonly request: FlowRequest
  /** Absent where nothing is wrong but the destination is still to be written. */
  readonly sentence: string | undefined
}

/** What runs: from where, which application, to whom. Choosing is running. */
export function FlowBar() {
  const design = useRun((state) => state.design)
  const selected = useView((view) => view.flow)
  const flow = useMemo(
    () => design.flows.find(({ id }) => id === selected) ?? design.flows[0] ?? emptyFlow(design),
    [design, selected],
  )
  const [kept, setDraft] = useState<Draft>()
  const draft = kept?.of === flow ? kept : undefined
  const shown = draft?.request ?? flow
  const say = (sentence: string) => setDraft({ of: flow, request: shown, sentence })
  const change = (wanted: FlowRequest) => {
    const request = { ...wanted, name: '' }
    const read = parseRequest(request, design)
    if (read.ok) {
      const refused = putFlow(design, flow, { ...request, application: read.value.application.id })
      setDraft(refused === undefined ? undefined : { of: flow, request, sentence: refused })
      return
    }
    const begun = request.to === '' && shown.to === ''
    setDraft({ of: flow, request, sentence: begun ? undefined : read.diagnostics[0]?.message })
  }
  return (
    <section className="flow-bar" aria-label="Flow">
      <Cell
        label="From"
        value={design.devices.find(({ id }) => id === shown.from)?.name ?? ''}
        choices={design.devices.filter(({ kind }) => kind !== 'switch').map(({ name }) => name)}
        onChange={(text) => {
          const device = design.devices.find(({ name }) => name.toLowerCase() === text.trim().toLowerCase())
          if (device) change({ ...shown, from: device.id })
          else say(`There is no device named ${text.trim() || '(nothing)'}. Choose one of the drawing.`)
        }}
      />
      <Cell
        label="Application"
        value={shown.application}
        choices={APPLICATIONS.map(({ id }) => id)}
        onChange={(text) => {
          const application = applicationOf(text.trim().toLowerCase())
          const all = APPLICATIONS.map(({ id }) => id).join(', ')
          if (application) change(withApplication(shown, application.id))
          else say(`${text.trim() || 'Nothing'} cannot be run. Choose ${all}.`)
        }}
      />
      <Cell
        label="To"
        value={shown.port === undefined ? shown.to : `${shown.to}:${shown.port}`}
        choices={[...design.names.map(({ name }) => name), ...design.devices.map(({ name }) => name)]}
        placeholder={applicationOf(shown.application)?.placeholder ?? ''}
        onChange={(text) => {
          const { port: _port, ...rest } = shown
          change({ ...rest, to: text.trim() })
        }}
      />
      <FlowOptions flow={shown} onChange={change} />
      {draft?.sentence && (
        <p className="flow-trouble drop" role="alert">
          {draft.sentence}
        </p>
      )}
    </section>
  )
}

const SCHEME = /^https?:\/\//i

/** The same destination for another application: an address of a page changes its scheme or loses it. */
function withApplication(flow: FlowRequest, application: string): FlowRequest {
  const pages = application === 'https' || application === 'http'
  return { ...flow, application, to: flow.to.replace(SCHEME, pages ? `${application}://` : '') }
}

function emptyFlow(design: Design): FlowRequest {
  const from = design.devices.find(({ kind }) => kind === 'client') ?? design.devices[0]
  return {
    id: '',
    name: '',
    from: from?.id ?? '',
    application: 'https',
    to: '',
    connections: 1,
    resolveFirst: false,
  }
}

/** A check stays what it is: a changed request becomes a flow of its own, unless the flow is no check. */
function putFlow(design: Design, flow: FlowRequest, next: FlowRequest): string | undefined {
  const known = design.flows.some(({ id }) => id === flow.id)
  const scratch = design.flows.find(({ expect }) => expect === undefined)
  const target = known && flow.expect === undefined ? flow : scratch
  const { expect: _expect, ...request } = next
  const id = target?.id ?? freshId(design)
  const made: FlowRequest = { ...request, id }
  const flows = target ? design.flows.map((each) => (each.id === id ? made : each)) : [...design.flows, made]
  const trouble = commit({ kind: 'set-flows', flows }, `run: ${describeFlow(made, design)}`)
  selectFlow(id)
  return trouble
}

function freshId(design: Design): string {
  for (let number = 1; ; number++) {
    const id = `flow-${number}`
    if (!design.flows.some((flow) => flow.id === id)) return id
  }
}

interface CellProps {
  readonly label: string
  readonly value: string
  readonly choices: readonly string[]
  readonly placeholder?: string
  readonly onChange: (text: string) => void
}

/** A text field with suggestions; Enter or leaving it takes the text, Escape keeps the old. */
function Cell({ label, value, choices, placeholder = '', onChange }: CellProps) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const list = `flow-${label.toLowerCase()}`
  const take = () => {
    if (text !== value) onChange(text)
  }
  return (
    <>
      <input
        aria-label={label}
        list={list}
        className={label === 'To' ? 'mono' : ''}
        size={Math.max(label === 'To' ? 14 : 5, Math.min(26, text.length + 1))}
        value={text}
        placeholder={placeholder}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take()
          if (event.key === 'Escape') setText(value)
        }}
      />
      <datalist id={list}>
        {[...new Set(choices)].map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    </>
  )
}
