import type { DiagnosticKind } from '@/model/result'
import type { Token } from './lexer'

/** What is wrong with a text, or not kept of it, at a token. */
export interface Remark {
  readonly kind: DiagnosticKind
  readonly message: string
  readonly token: Token
}

/** Reading stops here; the message says what would be right. */
export class NftError extends Error {
  readonly token: Token
  constructor(message: string, token: Token) {
    super(message)
    this.token = token
  }
}

/** Reads tokens one after the other. */
export class Cursor {
  readonly #tokens: readonly Token[]
  #at: number
  readonly #end: number

  /** From `start` to before `end`; there it stands at an end. */
  constructor(tokens: readonly Token[], start = 0, end = tokens.length - 1) {
    this.#tokens = tokens
    this.#at = start
    this.#end = end
  }

  get position(): number {
    return this.#at
  }

  set position(at: number) {
    this.#at = at
  }

  peek(ahead = 0): Token {
    const at = this.#at + ahead
    const token = at < this.#end ? this.#tokens[at] : undefined
    if (token) return token
    const last = this.#tokens[this.#end] ?? this.#tokens.at(-1)
    const { offset, length } = last ?? { offset: 0, length: 0 }
    return { kind: 'end', text: '', offset, length }
  }

  next(): Token {
    const token = this.peek()
    if (this.#at < this.#end) this.#at++
    return token
  }

  /** The tokens from there to before the next one. */
  between(start: number): readonly Token[] {
    return this.#tokens.slice(start, this.#at)
  }

  /** The token read last. */
  last(): Token {
    return this.#tokens[this.#at - 1] ?? this.peek()
  }

  get atEnd(): boolean {
    return this.#at >= this.#end
  }

  /** Whether the next token is that word or symbol. */
  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.text === text && (token.kind === 'word' || token.kind === 'symbol')
  }

  isOneOf(texts: ReadonlySet<string>): boolean {
    const token = this.peek()
    return token.kind === 'word' && texts.has(token.text)
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false
    this.#at++
    return true
  }

  expect(text: string, wanted = `"${text}"`): Token {
    if (!this.is(text)) throw new NftError(`${saying(this.peek())}, where ${wanted} belongs.`, this.peek())
    return this.next()
  }

  /** A word or a string. */
  word(wanted: string): Token {
    const token = this.peek()
    if (token.kind !== 'word' && token.kind !== 'string')
      throw new NftError(`${saying(token)}, where ${wanted} belongs.`, token)
    return this.next()
  }

  number(wanted: string): number {
    const token = this.word(wanted)
    const number = readNumber(token.text)
    if (number === undefined) throw new NftError(`${saying(token)}, where ${wanted} belongs.`, token)
    return number
  }

  skipNewlines(): void {
    while (this.peek().kind === 'newline') this.#at++
  }
}

/** "Here stands x", for messages. */
export function saying(token: Token): string {
  if (token.kind === 'end') return 'The text ends here'
  if (token.kind === 'newline') return 'The line ends here'
  return `Here stands ${token.kind === 'string' ? `"${token.text}"` : token.text}`
}

/** Decimal or hexadecimal. */
export function readNumber(text: string): number | undefined {
  return /^(?:\d{1,10}|0x[0-9a-fA-F]{1,8})$/.test(text) ? Number(text) : undefined
}
