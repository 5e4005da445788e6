import { failure, success } from '../result'
import { ADDRESS_TYPES, type AddressType, type Field } from './field'
import { formatTerms, parseTerms } from './terms'

/** What an address is to the device that asks: one of its own, a broadcast, or somebody else's. */
export function addressTypeField(id: 'srcType' | 'dstType', of: 'src' | 'dst', label: string): Field {
  return {
    id,
    label,
    short: of === 'src' ? 'from' : 'to',
    domain: { kind: 'numbers', first: 0, last: ADDRESS_TYPES.length - 1 },
    read: ({ packet, addressType }) => addressType && ADDRESS_TYPES.indexOf(addressType(packet[of])),
    parse: (text) =>
      parseTerms(text, (part) => {
        const type = ADDRESS_TYPES.indexOf(part.toLowerCase() as AddressType)
        return type >= 0
          ? success({ kind: 'range', first: type, last: type })
          : failure(`${part} is not a type of address. Write ${ADDRESS_TYPES.join(', ')}.`, 1, part.length)
      }),
    format: (terms, names) =>
      formatTerms(terms, names, ({ first, last }) =>
        ADDRESS_TYPES.slice(Number(first), Number(last) + 1).join(', '),
      ),
    formatValue: (value) => ADDRESS_TYPES[Number(value)] ?? String(value),
    source: 'iptables-extensions(8) addrtype',
  }
}
