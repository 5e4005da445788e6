import { formatAddress, type IpAddress } from '../packet/address'
import { type Prefix, parseInterfaceAddress } from '../packet/prefix'

/** One thing that the rules do not say outright, with what speaks for it. */
export interface Guess {
  /** The same for the same thing, whatever is answered. */
  readonly id: string
  readonly label: string
  /** In force, or as the person wrote it where that cannot be read. */
  readonly value: string
  /** Absent: any text that reads. */
  readonly choices?: readonly string[]
  /** A sentence. */
  readonly reason: string
  /** Where it is changed once it is drawn. */
  readonly place: string
  /** What is wrong with the answer; the guess stays in force. */
  readonly trouble?: string
}

/** What the person wrote in place of guesses, by their ids. */
export type Answers = Readonly<Record<string, string>>

type Question = Omit<Guess, 'value' | 'choices' | 'trouble'>

/** What is read from an answer, or the sentence that says why nothing is. */
export type Read<T> = { readonly value: T } | { readonly trouble: string }

/** Asks for one thing after the other, and keeps what was asked. */
export class Inquiry {
  readonly guesses: Guess[] = []
  readonly #answers: Answers

  constructor(answers: Answers) {
    this.#answers = answers
  }

  choice<Choice extends string>(question: Question, choices: readonly Choice[], guess: Choice): Choice {
    const given = this.#answers[question.id]
    const value = choices.find((each) => each === given) ?? guess
    this.guesses.push({ ...question, value, choices })
    return value
  }

  text<T>(question: Question, guess: T, write: (value: T) => string, read: (text: string) => Read<T>): T {
    const given = this.#answers[question.id]
    const answer = given === undefined ? { value: guess } : read(given)
    if ('trouble' in answer) {
      this.guesses.push({ ...question, value: given ?? '', trouble: answer.trouble })
      return guess
    }
    this.guesses.push({ ...question, value: given ?? write(guess) })
    return answer.value
  }

  addresses(question: Question, guess: readonly Prefix[]): readonly Prefix[] {
    return this.text(question, guess, writeAddresses, readAddresses)
  }
}

/** An interface address keeps its host bits and always tells its length. */
function writeAddresses(addresses: readonly Prefix[]): string {
  return addresses.map(({ address, prefixLength }) => `${formatAddress(address)}/${prefixLength}`).join(', ')
}

export const partsOf = (text: string) => text.split(/[\s,]+/).filter((part) => part !== '')

function readAddresses(text: string): Read<readonly Prefix[]> {
  const value: Prefix[] = []
  for (const part of partsOf(text)) {
    if (!part.includes('/'))
      return { trouble: `${part} has no length. Write the length of its prefix too, such as ${part}/24.` }
    const address = parseInterfaceAddress(part)
    if (!address.ok) return { trouble: address.diagnostics[0]?.message ?? '' }
    value.push(address.value)
  }
  return value.length > 0
    ? { value }
    : { trouble: 'An address is missing. Write one such as 192.168.1.1/24.' }
}

const LISTED_AT_MOST = 5

/** "192.168.1.10, 2001:db8::10"; of many, the first few and how many more. */
export function listed(addresses: readonly IpAddress[]): string {
  const more = addresses.length - LISTED_AT_MOST
  const shown = addresses.slice(0, LISTED_AT_MOST).map(formatAddress).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}
