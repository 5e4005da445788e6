import { useEffect, useId, useState } from 'react'

interface Props {
  readonly label: string
  readonly value: string
  readonly placeholder?: string
  readonly size?: number
  /** Takes the text; a sentence where it cannot be. */
  readonly onTake: (text: string) => string | undefined
}

/** A value that is taken on Enter or on leaving; what cannot be read stays on screen with the reason, and changes nothing. */
export function TextField({ label, value, placeholder, size = 14, onTake }: Props) {
  const [text, setText] = useState(value)
  const [trouble, setTrouble] = useState<string>()
  const id = useId()
  useEffect(() => {
    setText(value)
    setTrouble(undefined)
  }, [value])
  const take = () => {
    if (text !== value) setTrouble(onTake(text))
  }
  return (
    <span>
      <input
        aria-label={label}
        aria-invalid={trouble !== undefined}
        aria-describedby={trouble === undefined ? undefined : id}
        value={text}
        placeholder={placeholder}
        size={size}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take()
          if (event.key === 'Escape') {
            setText(value)
            setTrouble(undefined)
          }
        }}
      />
      {trouble && (
        <span id={id} className="field-trouble" role="alert">
          {' '}
          {trouble} Until then {value === '' ? 'it stays empty' : `${value} stays in force`}.
        </span>
      )}
    </span>
  )
}
