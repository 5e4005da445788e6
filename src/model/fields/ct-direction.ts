import { NO_CONNECTION } from './connection'
import { wordField } from './word-field'

/** Which way the packet goes in its connection. */
export const ctDirectionField = wordField({
  id: 'ctDirection',
  label: 'direction in the connection',
  short: 'ctdir',
  what: 'a direction',
  words: ['original', 'reply'],
  read: ({ tracking }) => (tracking?.entry ? (tracking.direction === 'original' ? 0 : 1) : undefined),
  absent: NO_CONNECTION,
  source: 'iptables-extensions(8) --ctdir; nft(8) ct direction',
})
