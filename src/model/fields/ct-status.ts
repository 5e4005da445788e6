import { bitsField } from './bits-field'
import { CT_STATUS, NO_CONNECTION, statusOf } from './connection'

/** What has become of the connection: any of the words is looked for, "snat" and "dnat" in both directions [e11 B6]. */
export const ctStatusField = bitsField({
  id: 'ctStatus',
  label: 'connection status',
  short: 'ctstatus',
  what: 'a status of connections',
  names: CT_STATUS,
  read: ({ tracking }) => tracking?.entry && statusOf(tracking.entry),
  absent: NO_CONNECTION,
  source: 'iptables-extensions(8) --ctstatus, --ctstate; nft(8) ct status',
})
