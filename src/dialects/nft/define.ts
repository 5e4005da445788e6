import type { Remark } from './cursor'
import type { Token } from './lexer'

/** Tokens that variables may come to in all: definitions of definitions grow fast. */
const TOKENS_LIMIT = 2_000_000

/**
 * Puts what `define` says in the place of each `$name`; what comes of it stands where the variable stood. Definitions
 * hold from their line on (nft(8), "SYMBOLIC VARIABLES").
 */
export function resolveVariables(tokens: readonly Token[]): { tokens: Token[]; remarks: Remark[] } {
  const known = new Map<string, readonly Token[]>()
  const resolved: Token[] = []
  const remarks: Remark[] = []
  const refuse = (message: string, token: Token) => remarks.push({ kind: 'syntax-error', message, token })
  let left = TOKENS_LIMIT
  const tokensFor = (token: Token): readonly Token[] => {
    if (token.kind !== 'variable') return [token]
    const value = known.get(token.text)
    if (!value) {
      refuse(`There is no definition of $${token.text} above. Write "define ${token.text} = ...".`, token)
      return []
    }
    left -= value.length
    if (left < 0) return []
    return value.map((each) => ({ ...each, offset: token.offset, length: token.length }))
  }
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token
    const begins = startsStatement(resolved.at(-1))
    const word = begins && token.kind === 'word' ? token.text : ''
    const name = tokens[at + 1]
    if (word === 'undefine' && name) {
      known.delete(name.text)
      at++
    } else if ((word === 'define' || word === 'redefine') && name) {
      if (tokens[at + 2]?.text !== '=') {
        refuse(`A definition is written "define ${name.text} = value".`, token)
        continue
      }
      const value: Token[] = []
      let depth = 0
      for (at += 3; at < tokens.length; at++) {
        const each = tokens[at] as Token
        if (each.kind === 'end' || (depth === 0 && (each.kind === 'newline' || each.text === ';'))) break
        if (each.kind === 'symbol' && each.text === '{') depth++
        if (each.kind === 'symbol' && each.text === '}') depth--
        if (each.kind !== 'newline') for (const one of tokensFor(each)) value.push(one)
      }
      if (value.length === 0) refuse(`The value of ${name.text} is missing.`, name)
      known.set(name.text, value)
      at--
    } else for (const one of tokensFor(token)) resolved.push(one)
    if (left < 0) {
      refuse('What the definitions come to is too long to read.', token)
      break
    }
  }
  const end = tokens.at(-1)
  if (end && resolved.at(-1) !== end) resolved.push(end)
  return { tokens: resolved, remarks }
}

function startsStatement(before: Token | undefined): boolean {
  return (
    before === undefined ||
    before.kind === 'newline' ||
    (before.kind === 'symbol' && [';', '{', '}'].includes(before.text))
  )
}
