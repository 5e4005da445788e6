import { packetLength } from '../packet/build'
import { numberField } from './number-field'

/** Bytes of the packet with its IP header. */
export const lengthField = numberField({
  id: 'length',
  label: 'length',
  short: 'length',
  first: 0,
  last: 65535,
  what: 'a length',
  read: ({ packet }) => packetLength(packet),
  source: 'iptables-extensions(8) length',
})
