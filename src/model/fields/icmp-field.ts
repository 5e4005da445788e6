import { FAMILY, type Family } from '../packet/address'
import { formatIcmpType, icmpTypeName, parseIcmpType } from '../packet/icmp'
import { success } from '../result'
import type { Field } from './field'
import { formatTerms, parseTerms } from './terms'

/** Type and code of ICMP or ICMPv6 as one number, `type * 256 + code`: a type without a code is an interval. */
export function icmpField(id: 'icmpType' | 'icmpv6Type', family: Family, label: string): Field {
  const protocol = FAMILY[family].protocolOfIcmp
  return {
    id,
    label,
    short: 'type',
    domain: { kind: 'numbers', first: 0, last: 65535 },
    protocols: [protocol],
    read: ({ packet }) =>
      packet.kind === 'icmp' && packet.protocol === protocol ? packet.type * 256 + packet.code : undefined,
    parse: (text) =>
      parseTerms(text, (part) => {
        const range = parseIcmpType(family, part)
        return range.ok ? success({ kind: 'range', ...range.value }) : range
      }),
    format: (terms, names) =>
      formatTerms(terms, names, ({ first, last }) => {
        const range = { first: Number(first), last: Number(last) }
        return formatIcmpType(family, range) ?? `${range.first}-${range.last}`
      }),
    formatValue: (value) => icmpTypeName(family, Math.floor(Number(value) / 256), Number(value) % 256),
    source: family === 4 ? 'RFC 792' : 'RFC 4443 section 2.1',
  }
}
