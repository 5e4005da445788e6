import { wordField } from './word-field'

/** To whom the frame was sent that the packet came in. What the device makes itself counts as unicast. */
export const packetTypeField = wordField({
  id: 'packetType',
  label: 'type of frame',
  short: 'pkttype',
  what: 'a type of frame',
  words: ['unicast', 'broadcast', 'multicast', 'otherhost'],
  read: ({ packet, iif, addressType }) => {
    if (iif === undefined || iif === 'lo') return 0
    const type = addressType?.(packet.dst)
    return type === 'broadcast' ? 1 : type === 'multicast' ? 2 : 0
  },
  source: 'iptables-extensions(8) pkttype; nft(8) meta pkttype',
})
