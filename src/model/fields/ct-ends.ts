import { addressField } from './address-field'
import { type ConnectionEnds, NO_CONNECTION } from './connection'
import { numberField } from './number-field'
import { protocolField } from './protocol'

const SOURCE = 'iptables-extensions(8) conntrack; nft(8) ct original, ct reply'

/** The protocol of the connection: that of the packet it is about where the packet is an ICMP error. */
export const ctProtocolField = {
  ...protocolField,
  id: 'ctProtocol',
  label: 'protocol of the connection',
  short: 'ctproto',
  read: ({ tracking }) => tracking?.entry?.original.protocol,
  absent: NO_CONNECTION,
  source: SOURCE,
} as const satisfies typeof protocolField

const ADDRESSES = [
  ['ctOriginalSrc', 'ctorigsrc', 'original source', 'original', 'src'],
  ['ctOriginalDst', 'ctorigdst', 'original destination', 'original', 'dst'],
  ['ctReplySrc', 'ctreplsrc', 'source of replies', 'reply', 'src'],
  ['ctReplyDst', 'ctrepldst', 'destination of replies', 'reply', 'dst'],
] as const

const PORTS = [
  ['ctOriginalSport', 'ctorigsrcport', 'original source port', 'original', 'sport'],
  ['ctOriginalDport', 'ctorigdstport', 'original destination port', 'original', 'dport'],
  ['ctReplySport', 'ctreplsrcport', 'source port of replies', 'reply', 'sport'],
  ['ctReplyDport', 'ctrepldstport', 'destination port of replies', 'reply', 'dport'],
] as const satisfies readonly (readonly [
  string,
  string,
  string,
  'original' | 'reply',
  keyof ConnectionEnds,
])[]

/** Addresses and ports of the connection before translation (original) and as replies have them [e11 B6]. */
export const ctEndFields = [
  ...ADDRESSES.map(([id, short, label, way, end]) =>
    addressField({
      id,
      short,
      label,
      read: ({ tracking }) => tracking?.entry?.[way][end],
      absent: NO_CONNECTION,
      source: SOURCE,
    }),
  ),
  ...PORTS.map(([id, short, label, way, end]) =>
    numberField({
      id,
      short,
      label,
      first: 0,
      last: 65535,
      what: 'a port',
      read: ({ tracking }) => tracking?.entry?.[way][end],
      absent: NO_CONNECTION,
      source: SOURCE,
    }),
  ),
]
