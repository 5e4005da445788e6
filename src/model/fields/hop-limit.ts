import { numberField } from './number-field'

/** TTL in IPv4. On the way through a router it has been counted down before FORWARD is asked [E17]. */
export const hopLimitField = numberField({
  id: 'hopLimit',
  label: 'TTL',
  short: 'ttl',
  first: 0,
  last: 255,
  what: 'a TTL',
  read: ({ packet }) => packet.hopLimit,
  source: 'RFC 791 section 3.1, RFC 8200 section 3; iptables-extensions(8) ttl, hl',
})
