import { numberField } from './number-field'

/** The whole byte: six bits of DSCP and two of ECN; the traffic class in IPv6. */
export const tosField = numberField({
  id: 'tos',
  label: 'type of service',
  short: 'tos',
  first: 0,
  last: 255,
  what: 'a type of service',
  read: ({ packet }) => packet.tos,
  source: 'RFC 2474 section 3, RFC 3168 section 5; iptables-extensions(8) tos, dscp',
})
