import { wordField } from './word-field'

/**
 * Which part of a datagram the packet is; "middle" and "last" are what `-f` means. Where conntrack is in use rules see
 * whole packets alone [E7, e10 G4].
 */
export const fragmentField = wordField({
  id: 'fragment',
  label: 'fragment',
  short: 'fragment',
  what: 'a part of a packet',
  words: ['whole', 'first', 'middle', 'last'],
  read: ({ packet: { fragment } }) => {
    if (!fragment) return 0
    if (fragment.offset === 0) return 1
    return fragment.more ? 2 : 3
  },
  source: 'RFC 791 section 3.1, RFC 8200 section 4.5; iptables(8) -f, iptables-extensions(8) frag',
})
