import { failure, type Result, success } from '../result'
import { formatBits } from './bits'
import type { MaskedBits, Names, Term, Token } from './field'

export interface CellTerms {
  readonly negated: boolean
  readonly terms: readonly Term[]
}

/** Cell texts that stand for any value. */
const ANY = new Set(['', 'any', '*', 'all'])

/**
 * Reads a cell that holds alternatives separated by commas or spaces around commas, with an optional "!" or "not" in
 * front. `parseOne` reads one alternative; the column of its failure is moved to the place in the whole cell.
 */
export function parseTerms(text: string, parseOne: (part: string) => Result<Term>): Result<CellTerms> {
  const body = /^(\s*(?:!|not\b)?\s*)([\s\S]*)$/i.exec(text)
  const lead = body?.[1] ?? ''
  const rest = (body?.[2] ?? '').trimEnd()
  const negated = lead.trim() !== ''
  if (ANY.has(rest.toLowerCase())) {
    return negated
      ? failure('"not" needs a value after it.', 1, text.length)
      : success({ negated: false, terms: [] })
  }
  const terms: Term[] = []
  let offset = lead.length
  for (const part of rest.split(',')) {
    const one = parseOne(part.trim())
    if (!one.ok) {
      const shift = offset + (part.length - part.trimStart().length)
      return {
        ok: false,
        diagnostics: one.diagnostics.map((each) => ({ ...each, column: each.column + shift })),
      }
    }
    terms.push(one.value)
    offset += part.length + 1
  }
  return success({ negated, terms })
}

/** The words for tokens; a device token is the device's name. */
export function formatToken(token: Token, names: Names): string {
  switch (token.kind) {
    case 'lan':
      return 'LAN'
    case 'outside-address':
      return 'outside address'
    case 'addresses-of':
      return names.deviceName(token.device) ?? 'a device that is gone'
    case 'ephemeral-of':
      return `ephemeral of ${names.deviceName(token.device) ?? 'a device that is gone'}`
  }
}

/** Reads the token words that stand for addresses. */
export function parseAddressToken(text: string, names: Names): Token | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'lan' || word === 'this lan') return { kind: 'lan' }
  if (word === 'outside address' || word === "router's outside address" || word === 'wan address')
    return { kind: 'outside-address' }
  const device = names.deviceId(text.trim())
  if (device !== undefined) return { kind: 'addresses-of', device }
  return word === 'router' || word === 'this router' ? { kind: 'outside-address' } : undefined
}

/** Reads "ephemeral of Laptop" and "ephemeral range of Laptop". */
export function parsePortToken(text: string, names: Names): Result<Token> | undefined {
  const found = /^ephemeral(?:\s+(?:ports|range))?(?:\s+of)?\s+(.+)$/i.exec(text.trim())
  if (!found) return undefined
  const name = (found[1] ?? '').trim()
  const device = names.deviceId(name)
  return device === undefined
    ? failure(
        `There is no device named ${name}. Write "ephemeral of" and the name of a device on the drawing.`,
        1,
        text.length,
      )
    : success({ kind: 'ephemeral-of', device })
}

/** Writes what every kind of term has in common; `range` writes a range of the field. */
export function formatTerms(
  terms: readonly Term[],
  names: Names,
  range: (term: Extract<Term, { kind: 'range' }>) => string,
  bits: (term: MaskedBits) => string = formatBits,
): string {
  if (terms.length === 0) return 'any'
  const write = (term: Term): string => {
    switch (term.kind) {
      case 'range':
        return range(term)
      case 'masked':
        return bits(term)
      case 'name':
        return term.pattern
      case 'token':
        return formatToken(term.token, names)
      case 'set':
        return `@${term.name}`
    }
  }
  return terms.map(write).join(', ')
}

/** Reads "@name" as a named set that holds what the field takes. */
export function parseSetTerm(
  text: string,
  names: Names,
  wanted: 'addresses' | 'ports',
): Result<Term> | undefined {
  if (!text.startsWith('@')) return undefined
  const name = text.slice(1).trim()
  const holds = names.setHolds(name)
  if (holds === wanted) return success({ kind: 'set', name })
  const why =
    holds === undefined
      ? `There is no set named ${name || '(nothing)'}. Add it, or write the values.`
      : `${name} is a set of ${holds}, and ${wanted} belong here. Write a set of ${wanted}, or the values.`
  return failure(why, 1, text.length)
}
