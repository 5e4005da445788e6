import type { Token } from './lexer'

/** A statement cannot be read; the message says what would be right. */
export class Refusal extends Error {
  readonly token: Token | undefined
  constructor(message: string, token?: Token) {
    super(message)
    this.token = token
  }
}
