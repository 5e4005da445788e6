import { useEffect, useState } from 'react'
import { APPLICATIONS } from '@/applications/index'
import { applicationOf } from '@/applications/lookup'
import { describeFlow, parseRequest } from '@/applications/request'
import type { Design, FlowRequest } from '@/model/project/design'
import { commit } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { selectFlow, useView } from '@/state/view-store'
import { FlowOptions } from './FlowOptions'
import './flow.css'

/** What runs: from where, which application, to whom. Choosing is running. */
export function FlowBar() {
  const design = useRun((state) => state.design)
  const selected = useView((view) => view.flow)
  const flow = design.flows.find(({ id }) => id === selected) ?? design.flows[0] ?? emptyFlow(design)
  const [trouble, setTrouble] = useState<string>()
  useEffect(() => setTrouble(undefined), [flow.id])
  const change = (wanted: FlowRequest) => {
    const next = { ...wanted, name: '' }
    if (next.to.trim() !== '') {
      const read = parseRequest(next, design)
      setTrouble(read.ok ? undefined : read.diagnostics[0]?.message)
      if (!read.ok) return
    }
    setTrouble(putFlow(design, flow, next))
  }
  return (
    <section className="flow-bar" aria-label="Flow">
      <Cell
        label="From"
        value={design.devices.find(({ id }) => id === flow.from)?.name ?? ''}
        choices={design.devices.filter(({ kind }) => kind !== 'switch').map(({ name }) => name)}
        onChange={(text) => {
          const device = design.devices.find(({ name }) => name.toLowerCase() === text.trim().toLowerCase())
          if (!device)
            setTrouble(`There is no device named ${text.trim() || '(nothing)'}. Choose one of the drawing.`)
          else change({ ...flow, from: device.id })
        }}
      />
      <Cell
        label="Application"
        value={flow.application}
        choices={APPLICATIONS.map(({ id }) => id)}
        onChange={(text) => {
          const application = applicationOf(text.trim().toLowerCase())
          if (!application)
            setTrouble(
              `${text.trim() || 'Nothing'} cannot be run. Choose ${APPLICATIONS.map(({ id }) => id).join(', ')}.`,
            )
          else
            change({
              ...flow,
              application: application.id,
              to: flow.to.replace(
                /^https?:\/\//i,
                application.id === 'https' || application.id === 'http' ? `${application.id}://` : '',
              ),
            })
        }}
      />
      <Cell
        label="To"
        value={flow.port === undefined ? flow.to : `${flow.to}:${flow.port}`}
        choices={[...design.names.map(({ name }) => name), ...design.devices.map(({ name }) => name)]}
        placeholder={applicationOf(flow.application)?.placeholder ?? ''}
        onChange={(text) => {
          const scheme = /^\s*(https?):\/\//i.exec(text)?.[1]?.toLowerCase()
          const { port: _port, ...rest } = flow
          const next = { ...rest, ...(scheme ? { application: scheme } : {}), to: text.trim(), name: '' }
          const read = parseRequest(next, design)
          setTrouble(read.ok ? undefined : read.diagnostics[0]?.message)
          if (read.ok) setTrouble(putFlow(design, flow, { ...next, application: read.value.application.id }))
        }}
      />
      <FlowOptions flow={flow} onChange={change} />
      {trouble && (
        <p className="flow-trouble drop" role="alert">
          {trouble}
        </p>
      )}
    </section>
  )
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
