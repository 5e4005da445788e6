import { PROTOCOL } from '../packet/packet'
import { formatPortRange, parsePortRange } from '../packet/port'
import { success } from '../result'
import type { Field } from './field'
import { formatTerms, parsePortToken, parseSetTerm, parseTerms } from './terms'

/** Source and destination port. */
export function portField(id: 'sport' | 'dport', label: string): Field {
  return {
    id,
    label,
    short: id,
    domain: { kind: 'numbers', first: 0, last: 65535 },
    protocols: [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite],
    read: ({ packet }) =>
      packet.kind === 'tcp' || packet.kind === 'udp' ? laterFragment(packet[id], packet.fragment) : undefined,
    parse: (text, names) =>
      parseTerms(text, (part) => {
        const set = parseSetTerm(part, names, 'ports')
        if (set) return set
        const token = parsePortToken(part, names)
        if (token) return token.ok ? success({ kind: 'token', token: token.value }) : token
        const range = parsePortRange(part)
        return range.ok ? success({ kind: 'range', ...range.value }) : range
      }),
    format: (terms, names) =>
      formatTerms(terms, names, ({ first, last }) =>
        formatPortRange({ first: Number(first), last: Number(last) }),
      ),
    formatValue: (value) => String(value),
    source: 'RFC 9293 section 3.1, RFC 768',
  }
}

/** A fragment that is not the first carries no transport header, hence no port [E21]. */
function laterFragment(port: number, fragment: { readonly offset: number } | undefined): number | undefined {
  return fragment && fragment.offset > 0 ? undefined : port
}
