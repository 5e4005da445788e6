import { ADDRESS_TYPES, type Field } from './field'
import { wordField } from './word-field'

/** What an address is to the device that asks: one of its own, a broadcast, or somebody else's. */
export function addressTypeField(id: 'srcType' | 'dstType', of: 'src' | 'dst', label: string): Field {
  return wordField({
    id,
    label,
    short: of === 'src' ? 'from' : 'to',
    what: 'a type of address',
    words: ADDRESS_TYPES,
    read: ({ packet, addressType }) => addressType && ADDRESS_TYPES.indexOf(addressType(packet[of])),
    source: 'iptables-extensions(8) addrtype',
  })
}
