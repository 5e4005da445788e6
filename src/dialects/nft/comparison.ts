import { type Cursor, NftError } from './cursor'
import { type Key, readKey } from './keys'
import type { Token } from './lexer'
import { type Element, type Elements, type Parts, readElements, readRight, type Value } from './values'

/** A set or map that the table has. */
export interface NamedElements {
  readonly name: string
  readonly isMap: boolean
  /** Names of its datatypes; absent where the text says them in a way that is not read. */
  readonly types: readonly string[] | undefined
  readonly elements: readonly Element[]
}

export type Operator = 'implicit' | '==' | '!=' | '!' | '<' | '>' | '<=' | '>='

export type Right =
  | { readonly kind: 'parts'; readonly parts: Parts }
  | { readonly kind: 'elements'; readonly elements: readonly Element[]; readonly set?: NamedElements }

/** `ip saddr . tcp dport != { ... }` */
export interface Comparison {
  readonly keys: readonly Key[]
  /** What the key is and-ed with before. */
  readonly mask: Value | undefined
  readonly operator: Operator
  readonly right: Right
  readonly token: Token
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  '==': '==',
  eq: '==',
  '!=': '!=',
  ne: '!=',
  '!': '!',
  not: '!',
  '<': '<',
  lt: '<',
  '>': '>',
  gt: '>',
  '<=': '<=',
  le: '<=',
  '>=': '>=',
  ge: '>=',
}

export type FindSet = (name: Token) => NamedElements

/** Keys joined by dots. Throws NftError. */
export function readKeys(cursor: Cursor, first: Key): readonly Key[] {
  const keys = [first]
  while (cursor.accept('.')) {
    const token = cursor.peek()
    const next = readKey(cursor)
    if (!next) throw new NftError('A dot joins this with another key, such as "tcp dport".', token)
    keys.push(next)
  }
  return keys
}

/** `& 255.255.0.0`, `& (syn | ack)`; other arithmetic is not read. */
export function readMask(cursor: Cursor): Value | undefined {
  if (!cursor.accept('&') && !cursor.accept('and')) return undefined
  const [only, ...others] = readRight(cursor)
  if (!only || others.length > 0) throw new NftError('One value belongs behind "&".', cursor.last())
  return only
}

export function readOperator(cursor: Cursor): Operator {
  const { text, kind } = cursor.peek()
  const operator = kind === 'word' || kind === 'symbol' ? own(text) : undefined
  if (!operator) return 'implicit'
  cursor.next()
  return operator
}

const own = (text: string) => (Object.hasOwn(OPERATORS, text) ? OPERATORS[text] : undefined)

/** Values, values in braces, or `@name`. Throws NftError. */
export function readSide(cursor: Cursor, find: FindSet): Right {
  if (cursor.is('{')) return { kind: 'elements', elements: readElements(cursor).elements }
  const token = cursor.peek()
  if (isReference(token)) {
    cursor.next()
    const set = find(token)
    return { kind: 'elements', elements: set.elements, set }
  }
  return { kind: 'parts', parts: readRight(cursor) }
}

/** `@name`, but not `@nh` and the like, which are places in the packet. */
export function isReference({ kind, text }: Token): boolean {
  return kind === 'word' && text.startsWith('@')
}

/** A map in braces or by its name. */
export function readMapSide(cursor: Cursor, find: FindSet): readonly Element[] {
  const token = cursor.peek()
  if (isReference(token)) {
    cursor.next()
    const set = find(token)
    if (!set.isMap) throw new NftError(`${set.name} is a set. A map belongs here.`, token)
    return set.elements
  }
  const { elements }: Elements = readElements(cursor)
  return elements
}
