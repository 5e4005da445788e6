import type { Cursor } from './cursor'
import type { Token } from './lexer'

/** Symbols that stand close to what is beside them. */
const CLOSE_BEFORE = new Set([',', '/', '-', ')', ']', ';'])
const CLOSE_AFTER = new Set(['/', '-', '(', '['])

/** The tokens from `start` to where the cursor stands, as text that reads back as the same tokens. */
export function wordsOf(cursor: Cursor, start: number): string {
  return textOf(cursor.between(start))
}

export function textOf(tokens: readonly Token[]): string {
  let text = ''
  let close = true
  for (const { kind, text: word } of tokens) {
    if (kind === 'newline') continue
    const symbol = kind === 'symbol'
    const gap = close || (symbol && CLOSE_BEFORE.has(word)) ? '' : ' '
    text += gap + (kind === 'string' ? `"${word}"` : word)
    close = symbol && CLOSE_AFTER.has(word)
  }
  return text
}
