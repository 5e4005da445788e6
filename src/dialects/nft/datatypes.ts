import { CT_STATUS } from '@/model/fields/connection'
import { ADDRESS_TYPES, CT_STATES, type CtState, type Interval } from '@/model/fields/field'
import { FAMILY, type Family, parseAddress } from '@/model/packet/address'
import { TCP_FLAG } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import { parsePrefix, prefixInterval } from '@/model/packet/prefix'
import { parseProtocol } from '@/model/packet/protocol'
import { NftError, readNumber } from './cursor'
import type { Token } from './lexer'
import { onlyWord, type Value, valueText } from './values'

/** How values of one datatype of nft are read. Numbers of the field, both ends inside. Source: nft(8), "DATA TYPES". */
export interface Datatype {
  /** nft's name; a set of another type cannot be looked up. */
  readonly name: string
  /** Lowest and highest number; addresses have those of their family. */
  readonly first: Interval['first']
  readonly last: Interval['last']
  /** One word. Throws NftError. */
  read(token: Token): Interval
  /** `10.0.0.0/8`: other types have no prefixes. */
  readonly hasPrefixes?: true
  /** Values are words of bits, which lists put together. */
  readonly isBits?: true
}

function refuse(token: Token, wanted: string): never {
  throw new NftError(`${token.text} is not ${wanted}.`, token)
}

function numbers(
  name: string,
  last: number,
  wanted: string,
  words: Readonly<Record<string, number>> = {},
): Datatype {
  return {
    name,
    first: 0,
    last,
    read: (token) => {
      const value = Object.hasOwn(words, token.text) ? words[token.text] : readNumber(token.text)
      if (value === undefined) refuse(token, wanted)
      if (value > last) throw new NftError(`${token.text} is too high: ${wanted} is 0 to ${last}.`, token)
      return { first: value, last: value }
    },
  }
}

function addresses(family: Family): Datatype {
  const { bits, name } = FAMILY[family]
  const whole = prefixInterval(parsedPrefix(family === 4 ? '0.0.0.0/0' : '::/0'))
  return {
    name: family === 4 ? 'ipv4_addr' : 'ipv6_addr',
    first: whole.first,
    last: whole.last,
    hasPrefixes: true,
    read: (token) => {
      const parsed = parseAddress(token.text)
      if (!parsed.ok) {
        const isName = /^[A-Za-z][\w.-]*$/.test(token.text)
        throw new NftError(
          isName
            ? `${token.text} is a host name, which nft looks up when it loads the rules. Write the address.`
            : `${token.text} is no ${name} address of ${bits} bits.`,
          token,
        )
      }
      if (parsed.value < whole.first || parsed.value > whole.last)
        throw new NftError(`${token.text} is no ${name} address.`, token)
      return { first: parsed.value, last: parsed.value }
    },
  }
}

function parsedPrefix(text: string) {
  const parsed = parsePrefix(text)
  if (!parsed.ok) throw new Error(`${text} is a prefix`)
  return parsed.value
}

const port: Datatype = {
  name: 'inet_service',
  first: 0,
  last: 65535,
  read: (token) => {
    const number = readNumber(token.text)
    if (number !== undefined && number > 65535)
      throw new NftError(`${token.text} is not a port. Ports are 0 to 65535.`, token)
    if (number !== undefined) return { first: number, last: number }
    const parsed = /^[a-zA-Z]/.test(token.text) ? parsePortRange(token.text) : undefined
    if (!parsed?.ok) refuse(token, 'a port or a service that is known here')
    return parsed.value
  },
}

const protocol: Datatype = {
  name: 'inet_proto',
  first: 0,
  last: 255,
  read: (token) => {
    const number = readNumber(token.text)
    const parsed = parseProtocol(number === undefined ? token.text : String(number))
    if (!parsed.ok) refuse(token, 'a protocol that is known here')
    return { first: parsed.value, last: parsed.value }
  },
}

/** Bits of `ct state` and of the flags: nft(8); linux/nf_conntrack_common.h, NF_CT_STATE_BIT. */
export const STATE_BITS: Readonly<Record<CtState, number>> = {
  invalid: 1,
  established: 2,
  related: 4,
  new: 8,
  untracked: 64,
}

const FLAG_BITS: Readonly<Record<string, number>> = {
  fin: TCP_FLAG.FIN,
  syn: TCP_FLAG.SYN,
  rst: TCP_FLAG.RST,
  psh: TCP_FLAG.PSH,
  ack: TCP_FLAG.ACK,
  urg: TCP_FLAG.URG,
  ecn: TCP_FLAG.ECE,
  cwr: TCP_FLAG.CWR,
}

const ICMP_TYPES = {
  'echo-reply': 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
  'timestamp-request': 13,
  'timestamp-reply': 14,
  'info-request': 15,
  'info-reply': 16,
  'address-mask-request': 17,
  'address-mask-reply': 18,
}

const ICMPV6_TYPES = {
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'mld-listener-query': 130,
  'mld-listener-report': 131,
  'mld-listener-done': 132,
  'mld-listener-reduction': 132,
  'nd-router-solicit': 133,
  'nd-router-advert': 134,
  'nd-neighbor-solicit': 135,
  'nd-neighbor-advert': 136,
  'nd-redirect': 137,
  'router-renumbering': 138,
  'ind-neighbor-solicit': 141,
  'ind-neighbor-advert': 142,
  'mld2-listener-report': 143,
}

export const ICMP_CODES = {
  'net-unreachable': 0,
  'host-unreachable': 1,
  'prot-unreachable': 2,
  'port-unreachable': 3,
  'frag-needed': 4,
  'net-prohibited': 9,
  'host-prohibited': 10,
  'admin-prohibited': 13,
}

export const ICMPV6_CODES = {
  'no-route': 0,
  'admin-prohibited': 1,
  'addr-unreachable': 3,
  'port-unreachable': 4,
  'policy-fail': 5,
  'reject-route': 6,
}

const DSCP = {
  be: 0,
  ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`cs${index}`, index * 8])),
  ...Object.fromEntries(
    [1, 2, 3, 4].flatMap((level) => [1, 2, 3].map((drop) => [`af${level}${drop}`, level * 8 + drop * 2])),
  ),
  ef: 46,
}

export const DATATYPES = {
  ipv4: addresses(4),
  ipv6: addresses(6),
  port,
  protocol,
  name: {
    name: 'ifname',
    first: 0,
    last: 0,
    read: (token: Token) => refuse(token, 'a name'),
  } satisfies Datatype,
  ctState: { ...numbers('ct_state', 0xff, 'a connection state', { ...STATE_BITS }), isBits: true },
  tcpFlags: { ...numbers('tcp_flag', 255, 'a TCP flag', FLAG_BITS), isBits: true },
  icmpType: numbers('icmp_type', 255, 'a type of ICMP', ICMP_TYPES),
  icmpCode: numbers('icmp_code', 255, 'a code of ICMP', ICMP_CODES),
  icmpv6Type: numbers('icmpv6_type', 255, 'a type of ICMPv6', ICMPV6_TYPES),
  icmpv6Code: numbers('icmpv6_code', 255, 'a code of ICMPv6', ICMPV6_CODES),
  family: numbers('nf_proto', 255, 'an address family', { ipv4: 4, ipv6: 6 }),
  etherType: numbers('ether_type', 0xffff, 'a protocol of Ethernet', {
    ip: 0x0800,
    arp: 0x0806,
    ip6: 0x86dd,
    vlan: 0x8100,
  }),
  length: numbers('integer', 0xffffffff, 'a length'),
  length16: numbers('integer', 65535, 'a length'),
  byte: numbers('integer', 255, 'a number of one byte'),
  dscp: numbers('dscp', 63, 'a DSCP', DSCP),
  ecn: numbers('ecn', 3, 'an ECN', { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 }),
  direction: numbers('ct_dir', 1, 'a direction', { original: 0, reply: 1 }),
  status: { ...numbers('ct_status', 0xffff, 'a status of connections', CT_STATUS), isBits: true },
  mark: numbers('mark', 0xffffffff, 'a mark'),
  packetType: numbers('pkt_type', 3, 'a kind of frame', {
    host: 0,
    unicast: 0,
    broadcast: 1,
    multicast: 2,
    other: 3,
  }),
  addressType: numbers('fib_addrtype', ADDRESS_TYPES.length - 1, 'a type of address', {
    ...Object.fromEntries(ADDRESS_TYPES.map((type, number) => [type, number])),
    unspec: ADDRESS_TYPES.indexOf('unspecified'),
  }),
} as const satisfies Record<string, Datatype>

/** All states in the order of the field's numbers, as bits. */
export const STATES_AS_BITS = CT_STATES.map((state) => STATE_BITS[state])

/** One value, range or prefix of a type. Throws NftError. */
export function readInterval(type: Datatype, value: Value): Interval {
  switch (value.kind) {
    case 'word':
      return type.read(value.token)
    case 'range': {
      const first = type.read(onlyWord(value.first, 'the lowest value'))
      const last = type.read(onlyWord(value.last, 'the highest value'))
      if (first.first > last.last)
        throw new NftError(`${valueText(value)} runs backwards. Write the lower one first.`, value.token)
      return { first: first.first, last: last.last }
    }
    case 'slash':
      if (type.hasPrefixes) return readPrefix(type, value)
      throw new NftError(`${valueText(value)} is no value of ${type.name}.`, value.token)
    case 'rest':
      return { first: type.first, last: type.last }
    case 'or':
    case 'list':
      throw new NftError(
        `${valueText(value)}: a list of ${type.name} stands in braces, { ${value.values.map(valueText).join(', ')} }.`,
        value.token,
      )
  }
}

function readPrefix(type: Datatype, value: Extract<Value, { kind: 'slash' }>): Interval {
  const word = onlyWord(value.value, 'an address')
  type.read(word)
  const length = onlyWord(value.mask, 'the length of a prefix')
  if (readNumber(length.text) === undefined)
    throw new NftError(`/${length.text} is no length. nft writes prefixes as 10.0.0.0/8.`, length)
  const parsed = parsePrefix(`${word.text}/${valueText(value.mask)}`)
  if (!parsed.ok) throw new NftError(parsed.diagnostics.map(({ message }) => message).join(' '), value.token)
  return prefixInterval(parsed.value)
}
