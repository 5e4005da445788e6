import type { Word } from './words'

/** A line cannot be read; the message says what would be right. */
export class Refusal extends Error {
  readonly word: Word | undefined
  constructor(message: string, word?: Word) {
    super(message)
    this.word = word
  }
}
