import { SlidersHorizontal } from 'lucide-react'
import { Popover } from 'radix-ui'
import { type KeyboardEvent, useId, useState } from 'react'
import type { FlowRequest } from '@/model/project/design'

const CONNECTIONS_AT_MOST = 5000

interface FlowOptionsProps {
  readonly flow: FlowRequest
  readonly onChange: (next: FlowRequest) => void
}

/** What seldom changes: how many connections at once, from which port, and whether the name is asked for first. */
export function FlowOptions({ flow, onChange }: FlowOptionsProps) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button type="button" className="btn quiet icon mini" aria-label="Options of the flow">
          <SlidersHorizontal className="i s12" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="pop flow-options"
          aria-label="Options of the flow"
          align="end"
          sideOffset={4}
          collisionPadding={8}
        >
          <NumberField
            label="Connections at once"
            value={`${flow.connections}`}
            placeholder="1"
            read={(text) => {
              const connections = text === '' ? 1 : wholeNumber(text, 1, CONNECTIONS_AT_MOST)
              if (connections === undefined)
                return `${text} is not a number of connections. Write 1 to ${CONNECTIONS_AT_MOST}.`
              onChange({ ...flow, connections })
              return undefined
            }}
          />
          <NumberField
            label="Source port"
            value={flow.sourcePort === undefined ? '' : `${flow.sourcePort}`}
            placeholder="the host picks"
            read={(text) => {
              const sourcePort = wholeNumber(text, 1, 65535)
              if (text !== '' && sourcePort === undefined)
                return `${text} is not a port. Ports are 1 to 65535; leave it empty to let the host pick.`
              const { sourcePort: _before, ...rest } = flow
              onChange({ ...rest, ...(sourcePort === undefined ? {} : { sourcePort }) })
              return undefined
            }}
          />
          <label>
            <span>Ask the name server first</span>
            <input
              type="checkbox"
              checked={flow.resolveFirst}
              onChange={(event) => onChange({ ...flow, resolveFirst: event.target.checked })}
            />
          </label>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

interface NumberFieldProps {
  readonly label: string
  readonly value: string
  readonly placeholder: string
  /** Takes the text, or returns the sentence that says why not. */
  readonly read: (text: string) => string | undefined
}

/** Enter or leaving the field takes the number; Escape keeps the old. */
function NumberField({ label, value, placeholder, read }: NumberFieldProps) {
  const id = useId()
  const [trouble, setTrouble] = useState<string>()
  const take = (text: string) => {
    if (text.trim() === value) setTrouble(undefined)
    else setTrouble(read(text.trim()))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') take(event.currentTarget.value)
    if (event.key === 'Escape') event.currentTarget.value = value
  }
  return (
    <div>
      <label>
        <span>{label}</span>
        <input
          key={value}
          inputMode="numeric"
          defaultValue={value}
          placeholder={placeholder}
          aria-invalid={trouble !== undefined}
          aria-describedby={trouble && id}
          onBlur={(event) => take(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      {trouble && (
        <p id={id} className="drop s12" role="alert">
          {trouble}
        </p>
      )}
    </div>
  )
}
