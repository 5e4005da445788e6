import { parseAddress } from '@/model/packet/address'

/** A piece of an nft text. */
export interface Token {
  /** `end` of a line is a newline; that of the text is the last token. */
  readonly kind: 'word' | 'string' | 'symbol' | 'variable' | 'newline' | 'end' | 'bad'
  /** Of a string without its quotes; of a variable without its `$`. */
  readonly text: string
  /** Where it stands, or where the variable stands that it came from. */
  readonly offset: number
  readonly length: number
}

const SPACE = /[ \t\r\f\v]+/y
/** A line goes on after a backslash at its end. */
const CONTINUED = /\\[ \t\r]*\n/y
const COMMENT = /#[^\n]*/y
const STRING = /"([^"\n]*)"/y
const MAC = /[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}(?![0-9a-fA-F:])/y
/** What an address can be made of, as long as the longest one and one more. */
const COLONS = /[0-9a-fA-F:.]{2,46}/y
const IPV4 = /\d+\.\d+\.\d+\.\d+/y
const NUMBER = /0x[0-9a-fA-F]+|\d+[A-Za-z0-9]*/y
/** Letters, then what names and interfaces may hold; `*` at the end is a pattern. Source: nft's scanner, "string". */
const WORD = /[A-Za-z_][A-Za-z0-9_/\-.]*(?:\\?\*)?/y
const VARIABLE = /\$([A-Za-z_][\w./-]*)/y
const REFERENCE = /@[A-Za-z_][A-Za-z0-9_/\-.]*/y
const SYMBOL = /==|!=|<=|>=|<<|>>|[{}()[\],;:=.<>!&|^/\-*+~%]/y

/** The text as tokens, the last of which is its end. Whatever the text, every character is in some token or skipped. */
export function readTokens(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const found = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const add = (kind: Token['kind'], value: string, length: number) => {
    tokens.push({ kind, text: value, offset: at, length })
    at += length
  }
  while (at < text.length) {
    const skipped = found(SPACE) ?? found(CONTINUED) ?? found(COMMENT)
    if (skipped) {
      at += skipped[0].length
      continue
    }
    if (text[at] === '\n') {
      add('newline', '\n', 1)
      continue
    }
    const string = found(STRING)
    if (string) {
      add('string', string[1] ?? '', string[0].length)
      continue
    }
    const address = found(MAC)?.[0] ?? ipv6(found(COLONS)?.[0]) ?? found(IPV4)?.[0]
    const word = address ?? found(NUMBER)?.[0] ?? found(WORD)?.[0] ?? found(REFERENCE)?.[0]
    if (word !== undefined) {
      add('word', word, word.length)
      continue
    }
    const variable = found(VARIABLE)
    if (variable) {
      add('variable', variable[1] ?? '', variable[0].length)
      continue
    }
    const symbol = found(SYMBOL)
    if (symbol) add('symbol', symbol[0], symbol[0].length)
    else add('bad', text[at] ?? '', 1)
  }
  add('end', '', 0)
  return tokens
}

/** The longest beginning that is an IPv6 address; what follows it may be a colon of a map. */
function ipv6(run: string | undefined): string | undefined {
  if (run === undefined || !(run.includes('::') || run.split(':').length >= 8)) return undefined
  for (let length = Math.min(run.length, 45); length >= 2; length--) {
    const part = run.slice(0, length)
    if (parseAddress(part).ok) return part
  }
  return undefined
}

/** The number of the line, and the column in it, both from 1, of a place in the text. */
export class Places {
  readonly #starts: number[] = [0]

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  of(offset: number): { readonly line: number; readonly column: number } {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 }
  }
}
