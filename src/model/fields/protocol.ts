import { formatProtocol, parseProtocol } from '../packet/protocol'
import { success } from '../result'
import type { Field } from './field'
import { formatTerms, parseTerms } from './terms'

export const protocolField: Field = {
  id: 'protocol',
  label: 'protocol',
  short: 'proto',
  domain: { kind: 'numbers', first: 0, last: 255 },
  read: ({ packet }) => packet.protocol,
  parse: (text) =>
    parseTerms(text, (part) => {
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
