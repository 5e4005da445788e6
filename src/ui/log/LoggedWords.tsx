import { type KeyboardEvent, useId, useState } from 'react'
import type { LogLine, LogToken } from '@/dialects/log-lines/log-line'
import { shown } from './logged-rows'

/** A log line word by word. A word that is pointed at or has the focus is explained below it (R081). */
export function LoggedWords({ line, label }: { readonly line: LogLine; readonly label: string }) {
  const [focused, setFocused] = useState(0)
  const [pointed, setPointed] = useState<number>()
  const explanation = useId()
  const { text, tokens } = line
  const token = tokens[pointed ?? focused]
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -tokens.length, End: tokens.length }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const next = Math.min(tokens.length - 1, Math.max(0, focused + by))
    event.currentTarget.querySelectorAll<HTMLElement>('[data-word]')[next]?.focus()
  }
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <p className="logged-words mono" role="group" aria-label={label} onKeyDown={onKey}>
        {pieces(text, tokens).map(({ at, piece, index }) =>
          index === undefined ? (
            <span key={at}>{shown(piece)}</span>
          ) : (
            <button
              key={at}
              type="button"
              data-word
              tabIndex={index === focused ? 0 : -1}
              className={index === (pointed ?? focused) ? 'is-explained' : ''}
              aria-describedby={index === focused ? explanation : undefined}
              onFocus={() => setFocused(index)}
              onPointerEnter={() => setPointed(index)}
              onPointerLeave={() => setPointed(undefined)}
            >
              {shown(piece)}
            </button>
          ),
        )}
      </p>
      <p className="logged-meaning" id={explanation}>
        {token ? (
          <>
            <bdi className="mono">{shown(text.slice(token.from, token.to))}</bdi> {token.means}
          </>
        ) : (
          'No word of this line is known.'
        )}
      </p>
    </>
  )
}

interface Piece {
  readonly at: number
  readonly piece: string
  /** Place among the tokens; absent for what stands between them. */
  readonly index?: number
}

/** The line cut at its tokens. The rest of a very long line is left out. */
function pieces(text: string, tokens: readonly LogToken[]): Piece[] {
  const cut: Piece[] = []
  let at = 0
  tokens.forEach(({ from, to }, index) => {
    if (from > at) cut.push({ at, piece: text.slice(at, from) })
    cut.push({ at: from, piece: text.slice(from, to), index })
    at = to
  })
  const rest = text.slice(at)
  const kept = rest.length > REST_AT_MOST ? `${rest.slice(0, REST_AT_MOST)}…` : rest
  return kept === '' ? cut : [...cut, { at, piece: kept }]
}

const REST_AT_MOST = 200
