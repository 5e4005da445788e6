import { bitsField } from './bits-field'
import { NO_CONNECTION } from './connection'

/** The mark of the connection; a packet without a connection has none. */
export const ctMarkField = bitsField({
  id: 'ctMark',
  label: 'connection mark',
  short: 'connmark',
  what: 'a mark',
  read: ({ tracking }) => tracking?.entry?.mark,
  absent: NO_CONNECTION,
  source: 'iptables-extensions(8) connmark; nft(8) ct mark',
})
