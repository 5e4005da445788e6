import { bitsField } from './bits-field'

/** The packet's mark: set by rules, seen by later ones on the same device, never on the wire. */
export const markField = bitsField({
  id: 'mark',
  label: 'mark',
  short: 'mark',
  what: 'a mark',
  read: ({ mark }) => mark ?? 0,
  source: 'iptables-extensions(8) mark; nft(8) meta mark',
})
