import type { Interval } from '@/model/fields/field'
import {
  complementIntervals,
  familyInterval,
  intersectIntervals,
  unionIntervals,
} from '@/model/fields/intervals'
import { familyOf, type IpAddress } from '@/model/packet/address'
import { type Prefix, parseInterfaceAddress, prefixInterval } from '@/model/packet/prefix'
import type { ParseContext } from '../dialect'
import type { Statement, Token } from './lexer'
import { tokensOf } from './lexer'
import { Refusal } from './refusal'

/** Most tokens that one statement becomes by its macros. */
const TOKENS_AT_MOST = 5000

/** What names stand for while a text is read: macros and tables. */
export class Scope {
  readonly context: ParseContext
  readonly #macros = new Map<string, readonly Token[]>()
  /** Undefined: what is in it is not in this text. */
  readonly #tables = new Map<string, readonly Interval[] | undefined>()

  constructor(context: ParseContext) {
    this.context = context
  }

  /** `name = "value"`; values stand side by side. */
  define(name: string, value: readonly Token[]): void {
    const parts = value.flatMap((token) =>
      token.kind === 'string'
        ? tokensOf(token.text, token.line).map((part) => ({ ...part, ...place(token) }))
        : [token],
    )
    this.#macros.set(name, this.expand(parts))
  }

  /** The tokens with macros replaced by what they stand for. */
  expand(tokens: readonly Token[]): readonly Token[] {
    const expanded = tokens.flatMap((token) => {
      if (token.kind !== 'word' || !token.text.startsWith('$')) return [token]
      const value = this.#macros.get(token.text.slice(1))
      if (!value) throw new Refusal(`The macro ${token.text} is not defined above.`, token)
      return value.map((part) => ({ ...part, ...place(token) }))
    })
    if (expanded.length > TOKENS_AT_MOST)
      throw new Refusal('The macros of this statement make too many words.', tokens[0])
    return expanded
  }

  /** `table <name> persist { 10.0.0.0/8, !10.1.0.0/16 }`; the narrowest entry that holds an address decides. */
  defineTable(name: string, tokens: readonly Token[], statement: Statement): void {
    const open = tokens.findIndex(({ text, kind }) => kind === 'sign' && text === '{')
    const isElsewhere = tokens.some(({ text, kind }) => kind === 'word' && text === 'file')
    if (open < 0 || isElsewhere) {
      this.#tables.set(name, undefined)
      return
    }
    const entries: { readonly prefix: Prefix; readonly negated: boolean }[] = []
    let negated = false
    for (const token of tokens.slice(open + 1)) {
      if (token.kind === 'sign') negated = token.text === '!'
      else {
        const read = parseInterfaceAddress(fullPrefix(token.text))
        if (!read.ok)
          throw new Refusal(`${token.text} is not an address, which is all that is read in a table.`, token)
        entries.push({ prefix: read.value, negated })
        negated = false
      }
    }
    if (entries.length === 0) this.#tables.set(name, undefined)
    else this.#tables.set(name, tableIntervals(entries, statement))
  }

  /** Undefined: the table is there and what is in it is not known. */
  table(token: Token): readonly Interval[] | undefined {
    if (!this.#tables.has(token.text)) throw new Refusal(`There is no table <${token.text}> above.`, token)
    return this.#tables.get(token.text)
  }
}

const place = ({ line, column }: Token) => ({ line, column })

const TABLE_AT_MOST = 3000

function tableIntervals(
  entries: readonly { readonly prefix: Prefix; readonly negated: boolean }[],
  { tokens }: Statement,
): readonly Interval[] {
  if (entries.length > TABLE_AT_MOST)
    throw new Refusal(`A table of more than ${TABLE_AT_MOST} addresses is not read.`, tokens[0])
  if (!entries.some(({ negated }) => negated))
    return unionIntervals(entries.map(({ prefix }) => prefixInterval(prefix)))
  const wide = [...entries].sort((a, b) => a.prefix.prefixLength - b.prefix.prefixLength)
  let held: readonly Interval[] = []
  for (const { prefix, negated } of wide) {
    const interval = prefixInterval(prefix)
    held = negated ? without(held, interval) : unionIntervals([...held, interval])
  }
  return held
}

function without(held: readonly Interval[], interval: Interval): readonly Interval[] {
  const all = familyInterval(familyOf(interval.first as IpAddress))
  const others = held.filter(
    ({ first }) => familyOf(first as IpAddress) !== familyOf(interval.first as IpAddress),
  )
  const own = held.filter((each) => !others.includes(each))
  return [...others, ...intersectIntervals(own, complementIntervals([interval], all.first, all.last))]
}

/** "10/8" as the tool takes it: missing numbers are 0. */
export function fullPrefix(text: string): string {
  const short = /^(\d{1,3}(?:\.\d{1,3}){0,2})(\/\d+)$/.exec(text)
  if (!short) return text
  const numbers = (short[1] ?? '').split('.')
  while (numbers.length < 4) numbers.push('0')
  return numbers.join('.') + short[2]
}
