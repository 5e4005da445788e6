import { familyOf, formatAddress, type IpAddress, parseAddress } from '../packet/address'
import { formatPrefix, intervalAsPrefix, parsePrefix, prefixInterval } from '../packet/prefix'
import { failure, type Result, success } from '../result'
import type { Field, Names, Term } from './field'
import { formatTerms, parseAddressToken, parseSetTerm, parseTerms } from './terms'

/** Fields of addresses differ in what they read and in their names, and in nothing else. */
export function addressField(
  field: Pick<Field, 'id' | 'label' | 'short' | 'read' | 'source' | 'absent'>,
): Field {
  return {
    ...field,
    domain: { kind: 'addresses' },
    parse: (text, names) => parseTerms(text, (part) => parseAddressTerm(part, names)),
    format: (terms, names) =>
      formatTerms(terms, names, (term) =>
        formatAddressRange(term.first as IpAddress, term.last as IpAddress),
      ),
    formatValue: (value) => formatAddress(value as IpAddress),
  }
}

/** Source or destination of the packet. */
export function packetAddressField(id: 'src' | 'dst', label: string): Field {
  return addressField({
    id,
    label,
    short: id,
    read: ({ packet }) => packet[id],
    source: 'RFC 791 section 3.1, RFC 8200 section 3',
  })
}

/** Reads an address, a prefix, a range `first-last`, a token, a device name or a set. */
export function parseAddressTerm(text: string, names: Names): Result<Term> {
  const set = parseSetTerm(text, names, 'addresses')
  if (set) return set
  const token = parseAddressToken(text, names)
  if (token) return success({ kind: 'token', token })
  if (!/^[0-9a-f:.]*[0-9.:]/i.test(text)) {
    return failure(
      `${text || 'Nothing'} is neither an address nor the name of a device. Write 192.168.1.10, 192.168.1.0/24, 2001:db8::/64, LAN or a device's name.`,
      1,
      text.length,
    )
  }
  const dash = text.indexOf('-')
  if (dash > 0) return parseAddressRange(text, dash)
  const prefix = parsePrefix(text)
  return prefix.ok ? success({ kind: 'range', ...prefixInterval(prefix.value) }) : prefix
}

function parseAddressRange(text: string, dash: number): Result<Term> {
  const first = parseAddress(text.slice(0, dash))
  if (!first.ok) return first
  const last = parseAddress(text.slice(dash + 1))
  if (!last.ok)
    return {
      ok: false,
      diagnostics: last.diagnostics.map((each) => ({ ...each, column: each.column + dash + 1 })),
    }
  if (familyOf(first.value) !== familyOf(last.value)) {
    return failure(`${text} mixes IPv4 and IPv6. Both ends of a range are of one family.`, 1, text.length)
  }
  if (first.value > last.value) {
    return failure(`${text} runs backwards. Write the lower address first.`, 1, text.length)
  }
  return success({ kind: 'range', first: first.value, last: last.value })
}

/** One address, a prefix where the range is one, else `first-last`. */
export function formatAddressRange(first: IpAddress, last: IpAddress): string {
  const prefix = intervalAsPrefix({ first, last })
  return prefix ? formatPrefix(prefix) : `${formatAddress(first)}-${formatAddress(last)}`
}
