import { type Cursor, NftError, saying } from './cursor'
import type { Token } from './lexer'

/** What stands on the right of a comparison, in its parts. */
export type Value =
  /** A bare word, a number, an address, a name in quotes. */
  | { readonly kind: 'word'; readonly token: Token }
  | { readonly kind: 'range'; readonly first: Value; readonly last: Value; readonly token: Token }
  /** A prefix, or bits and the bits that are looked at. */
  | { readonly kind: 'slash'; readonly value: Value; readonly mask: Value; readonly token: Token }
  /** Bits put together: `syn | ack`. */
  | { readonly kind: 'or'; readonly values: readonly Value[]; readonly token: Token }
  /** `new, established` outside of braces. */
  | { readonly kind: 'list'; readonly values: readonly Value[]; readonly token: Token }
  /** `*`: every key that is not named. */
  | { readonly kind: 'rest'; readonly token: Token }

/** Values of several fields at once, joined by dots. */
export type Parts = readonly Value[]

export const VERDICT_WORDS = ['accept', 'drop', 'continue', 'return', 'jump', 'goto'] as const
const VERDICTS: ReadonlySet<string> = new Set(VERDICT_WORDS)

export interface VerdictWords {
  readonly kind: (typeof VERDICT_WORDS)[number]
  /** Of jump and goto. */
  readonly chain?: Token
  readonly token: Token
}

export interface Element {
  readonly key: Parts
  /** Of a map: a verdict, or values. */
  readonly verdict?: VerdictWords
  readonly data?: Parts
  readonly token: Token
}

export interface Elements {
  readonly elements: readonly Element[]
  readonly token: Token
}

/** Parentheses and braces deeper than this are refused; nobody writes them. */
const DEEPEST = 32

/** A value with its bits, range or prefix: `10.0.0.0/8`, `22-25`, `syn | ack`. */
function readOne(cursor: Cursor, inBraces: boolean): Value {
  const token = cursor.peek()
  const first = readOr(cursor, 0)
  if (cursor.accept('-')) return { kind: 'range', first, last: readOr(cursor, 0), token }
  if (!cursor.accept('/')) return first
  return { kind: 'slash', value: first, mask: inBraces ? readOr(cursor, 0) : readList(cursor, 0), token }
}

function readOr(cursor: Cursor, depth: number): Value {
  const token = cursor.peek()
  const values = [readWord(cursor, depth)]
  while (cursor.accept('|')) values.push(readWord(cursor, depth))
  const [only] = values
  return only && values.length === 1 ? only : { kind: 'or', values, token }
}

function readWord(cursor: Cursor, depth: number): Value {
  const token = cursor.peek()
  if (depth > DEEPEST) throw new NftError('Here are too many parentheses, one in the other.', token)
  if (cursor.accept('(')) {
    const inner = readList(cursor, depth + 1)
    cursor.expect(')')
    return inner
  }
  if (cursor.accept('*')) return { kind: 'rest', token }
  return { kind: 'word', token: cursor.word('a value') }
}

/** Values with commas between them. */
function readList(cursor: Cursor, depth: number): Value {
  const token = cursor.peek()
  const values = [readOr(cursor, depth)]
  while (cursor.is(',')) {
    cursor.next()
    values.push(readOr(cursor, depth))
  }
  const [only] = values
  return only && values.length === 1 ? only : { kind: 'list', values, token }
}

/** What stands to the right of a key outside of braces: a list, with a mask behind it where it is of bits. */
export function readRight(cursor: Cursor): Parts {
  const token = cursor.peek()
  const first = readOne(cursor, false)
  if (first.kind === 'rest') throw new NftError('"*" stands in braces alone.', first.token)
  if (cursor.is(',') && first.kind !== 'range' && first.kind !== 'slash') {
    const values: Value[] = [first]
    while (cursor.accept(',')) values.push(readOr(cursor, 0))
    const list: Value = { kind: 'list', values, token }
    return [cursor.accept('/') ? { kind: 'slash', value: list, mask: readList(cursor, 0), token } : list]
  }
  return readRest(cursor, first, false)
}

/** One value for each field: `10.0.0.1 . 22`. */
export function readParts(cursor: Cursor): Parts {
  return readRest(cursor, readOne(cursor, true), true)
}

function readRest(cursor: Cursor, first: Value, inBraces: boolean): Parts {
  const parts = [first]
  while (cursor.accept('.')) parts.push(readOne(cursor, inBraces))
  return parts
}

/** `accept`, `jump web`; undefined where something else stands. */
export function readVerdict(cursor: Cursor): VerdictWords | undefined {
  if (!cursor.isOneOf(VERDICTS)) return undefined
  const token = cursor.next()
  const kind = token.text as VerdictWords['kind']
  if (kind !== 'jump' && kind !== 'goto') return { kind, token }
  return { kind, chain: cursor.word('the name of a chain'), token }
}

/** `{ 22, 80-90 }`, `{ 22 : accept }`, braces in braces too, as variables bring them. */
export function readElements(cursor: Cursor): Elements {
  const token = cursor.expect('{')
  const elements: Element[] = []
  readInto(elements, cursor, 0)
  if (elements.length === 0) throw new NftError('The braces are empty. nft refuses that.', token)
  return { elements, token }
}

function readInto(elements: Element[], cursor: Cursor, depth: number): void {
  if (depth > DEEPEST) throw new NftError('Here are too many braces, one in the other.', cursor.peek())
  for (;;) {
    cursor.skipNewlines()
    if (cursor.accept('}')) return
    if (cursor.accept('{')) readInto(elements, cursor, depth + 1)
    else elements.push(readElement(cursor))
    cursor.skipNewlines()
    if (cursor.accept(',')) continue
    cursor.expect('}', 'a comma or "}"')
    return
  }
}

function readElement(cursor: Cursor): Element {
  const token = cursor.peek()
  const key = readParts(cursor)
  skipOptions(cursor)
  cursor.skipNewlines()
  if (!cursor.accept(':')) return { key, token }
  cursor.skipNewlines()
  const verdict = readVerdict(cursor)
  const element: Element = verdict ? { key, verdict, token } : { key, data: readParts(cursor), token }
  skipOptions(cursor)
  return element
}

/** Timeouts, counters and comments of an element: they say nothing of who is in the set. */
function skipOptions(cursor: Cursor): void {
  for (;;) {
    if (cursor.accept('timeout') || cursor.accept('expires')) cursor.word('a time')
    else if (cursor.accept('comment')) cursor.word('a comment')
    else if (cursor.accept('counter')) skipCounter(cursor)
    else return
  }
}

/** `packets 0 bytes 0` */
export function skipCounter(cursor: Cursor): void {
  if (!cursor.accept('packets')) return
  cursor.number('the number of packets')
  cursor.expect('bytes')
  cursor.number('the number of bytes')
}

/** As it was written, but for spaces. */
export function valueText(value: Value): string {
  switch (value.kind) {
    case 'word':
      return value.token.text
    case 'rest':
      return '*'
    case 'range':
      return `${valueText(value.first)}-${valueText(value.last)}`
    case 'slash':
      return `${valueText(value.value)}/${valueText(value.mask)}`
    case 'or':
      return value.values.map(valueText).join(' | ')
    case 'list':
      return value.values.map(valueText).join(',')
  }
}

/** The one word that a value is; throws where it is anything else. */
export function onlyWord(value: Value, wanted: string): Token {
  if (value.kind === 'word') return value.token
  throw new NftError(`${saying(value.token)}, where ${wanted} belongs.`, value.token)
}
