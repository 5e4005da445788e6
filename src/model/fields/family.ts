import { failure, success } from '../result'
import type { Field } from './field'
import { formatTerms, parseTerms } from './terms'

export const familyField: Field = {
  id: 'family',
  label: 'address family',
  short: 'family',
  domain: { kind: 'numbers', first: 4, last: 6 },
  read: ({ packet }) => packet.family,
  parse: (text) =>
    parseTerms(text, (part) => {
      const found = /^(?:ip)?v?([46])$/i.exec(part)
      const family = Number(found?.[1])
      return found
        ? success({ kind: 'range', first: family, last: family })
        : failure(`${part} is not an address family. Write IPv4 or IPv6.`, 1, part.length)
    }),
  format: (terms, names) =>
    formatTerms(terms, names, ({ first, last }) => (first === last ? `IPv${first}` : 'IPv4, IPv6')),
  formatValue: (value) => `IPv${value}`,
  source: 'RFC 791, RFC 8200',
}
