import { useId } from 'react'
import type { Guess } from '@/model/inference/guess'
import type { InferredDrawing } from '@/model/inference/infer-drawing'

interface GuessesProps {
  readonly drawing: InferredDrawing
  readonly onAnswer: (id: string, answer: string) => void
}

/** What the rules do not say outright: each guess with its reason, to be changed before anything is drawn. */
export function Guesses({ drawing: { guesses, leftOut, design }, onAnswer }: GuessesProps) {
  return (
    <section className="guesses" aria-label="Guesses">
      <p className="t2 s12">
        {design.devices.length} devices are drawn around these rules. What the rules do not say is guessed;
        change what is wrong.
      </p>
      <ul>
        {guesses.map((guess) => (
          <GuessRow key={guess.id} guess={guess} onAnswer={(answer) => onAnswer(guess.id, answer)} />
        ))}
      </ul>
      {leftOut.map((sentence) => (
        <p key={sentence} className="reject s12">
          {sentence}
        </p>
      ))}
    </section>
  )
}

interface RowProps {
  readonly guess: Guess
  readonly onAnswer: (answer: string) => void
}

function GuessRow({ guess: { label, value, choices, reason, place, trouble }, onAnswer }: RowProps) {
  const id = useId()
  const field = {
    id,
    value,
    'aria-describedby': `${id}-why`,
    onChange: (event: { target: { value: string } }) => onAnswer(event.target.value),
  }
  return (
    <li>
      <label htmlFor={id}>{label}</label>
      {choices ? (
        <select {...field}>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input {...field} className="mono" spellCheck={false} aria-invalid={trouble !== undefined} />
      )}
      <span id={`${id}-why`} className="why">
        {trouble === undefined ? (
          <>
            {reason} <span className="t3">Later: {place}.</span>
          </>
        ) : (
          <span className="drop">{trouble}</span>
        )}
      </span>
    </li>
  )
}
