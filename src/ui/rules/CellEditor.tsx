import { CircleX } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import type { Diagnostic } from '@/model/result'
import type { Suggestion } from './suggestions'

interface Props {
  readonly label: string
  readonly value: string
  readonly suggestions: readonly Suggestion[]
  /** Takes the text; the diagnostic where it can not be. */
  readonly onTake: (text: string) => Diagnostic | undefined
  /** `next`: to the cell after this one. */
  readonly onDone: (go: 'stay' | 'next' | 'previous') => void
}

const SHOWN_AT_MOST = 8

/** A cell being edited: the last good value stays in force until what is typed can be read. */
export function CellEditor({ label, value, suggestions, onTake, onDone }: Props) {
  const [text, setText] = useState(value)
  const [trouble, setTrouble] = useState<Diagnostic>()
  const [chosen, setChosen] = useState(-1)
  const [open, setOpen] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  useEffect(() => {
    input.current?.select()
  }, [])
  const shown = open ? narrowed(suggestions, text, value) : []

  const take = (written: string, go: 'stay' | 'next' | 'previous'): void => {
    const wrong = onTake(written)
    setTrouble(wrong)
    setText(written)
    if (!wrong) onDone(go)
  }
  const takeTyped = (go: 'stay' | 'next' | 'previous') => take(shown[chosen]?.text ?? text, go)
  return (
    <span className="cell-editor">
      <input
        ref={input}
        role="combobox"
        aria-label={label}
        aria-expanded={shown.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 ? `${list}-${chosen}` : undefined}
        aria-invalid={trouble !== undefined}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setTrouble(undefined)
          setChosen(-1)
          setOpen(true)
        }}
        onBlur={() => {
          if (text === value) onDone('stay')
          else if (trouble) onDone('stay')
          else take(text, 'stay')
        }}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === 'Enter') takeTyped('stay')
          else if (event.key === 'Tab') {
            event.preventDefault()
            takeTyped(event.shiftKey ? 'previous' : 'next')
          } else if (event.key === 'Escape') onDone('stay')
          else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault()
            setOpen(true)
            const count = narrowed(suggestions, text, value).length
            setChosen((at) => (count === 0 ? -1 : (at + (event.key === 'ArrowDown' ? 1 : count)) % count))
          }
        }}
      />
      {shown.length > 0 && (
        <ul className="pop completion" id={list} aria-label={`Values for ${label}`}>
          {shown.map((each, index) => (
            <li
              key={`${each.text} ${each.note}`}
              id={`${list}-${index}`}
              aria-selected={index === chosen}
              className={`opt ${index === chosen ? 'on' : ''}`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(each.text, 'stay')}
            >
              <span>{each.text}</span>
              <span className="end">{each.note}</span>
            </li>
          ))}
        </ul>
      )}
      {trouble && (
        <span className="cell-trouble" role="alert">
          <CircleX className="i drop" />
          <span>
            <Marked text={text} diagnostic={trouble} /> {trouble.message} Until then{' '}
            <span className="mono">{value}</span> stays in force.
          </span>
        </span>
      )}
    </span>
  )
}

/** The typed text with the wrong part underlined. */
function Marked({
  text,
  diagnostic: { column, length },
}: {
  readonly text: string
  readonly diagnostic: Diagnostic
}) {
  const from = Math.min(text.length, column - 1)
  const to = length > 0 ? from + length : text.length
  return (
    <span className="mono">
      {text.slice(0, from)}
      <span className="wrong">{text.slice(from, to)}</span>
      {text.slice(to)}
    </span>
  )
}

function narrowed(suggestions: readonly Suggestion[], text: string, value: string): readonly Suggestion[] {
  const typed = text === value ? '' : text.trim().toLowerCase()
  const words = (each: Suggestion) => `${each.text} ${each.note}`.toLowerCase()
  const starting = suggestions.filter((each) => each.text.toLowerCase().startsWith(typed))
  const holding = suggestions.filter((each) => !starting.includes(each) && words(each).includes(typed))
  return [...starting, ...holding].filter((each) => each.text.toLowerCase() !== typed).slice(0, SHOWN_AT_MOST)
}
