import { formatProtocol, parseProtocol } from '../packet/protocol'
import { failure, type Result, success } from '../result'
import type { Field, Term } from './field'
import { formatTerms, parseTerms } from './terms'

export const protocolField: Field = {
  id: 'protocol',
  label: 'protocol',
  short: 'proto',
  domain: { kind: 'numbers', first: 0, last: 255 },
  read: ({ packet }) => packet.protocol,
  parse: (text) =>
    parseTerms(text, (part) => {
      const range = /^(\d{1,3})\s*-\s*(\d{1,3})$/.exec(part)
      if (range) return parseRange(Number(range[1]), Number(range[2]), part)
      const number = parseProtocol(part)
      return number.ok ? success({ kind: 'range', first: number.value, last: number.value }) : number
    }),
  format: (terms, names) =>
    formatTerms(terms, names, ({ first, last }) =>
      first === last ? formatProtocol(Number(first)) : `${first}-${last}`,
    ),
  formatValue: (value) => formatProtocol(Number(value)),
  source: 'IANA protocol numbers, RFC 791 section 3.1',
}

function parseRange(first: number, last: number, text: string): Result<Term> {
  return first <= last && last <= 255
    ? success({ kind: 'range', first, last })
    : failure(
        `${text} is no range of protocols. Numbers go from 0 to 255, the lower one first.`,
        1,
        text.length,
      )
}
