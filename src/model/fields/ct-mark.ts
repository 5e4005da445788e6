import { markField } from './mark-field'

/** The mark of the connection; a packet without a connection has none. */
export const ctMarkField = markField({
  id: 'ctMark',
  label: 'connection mark',
  short: 'connmark',
  absent: 'the packet belongs to no connection',
  read: ({ tracking }) => tracking?.entry?.mark,
  source: 'iptables-extensions(8) connmark; nft(8) ct mark',
})
