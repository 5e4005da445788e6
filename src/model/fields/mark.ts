import { markField as fieldOfMarks } from './mark-field'

/** The packet's mark: set by rules, seen by later ones on the same device, never on the wire. */
export const markField = fieldOfMarks({
  id: 'mark',
  label: 'mark',
  short: 'mark',
  read: ({ mark }) => mark ?? 0,
  source: 'iptables-extensions(8) mark; nft(8) meta mark',
})
