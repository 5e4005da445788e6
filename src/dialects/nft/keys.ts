import type { FieldId, Interval } from '@/model/fields/field'
import type { Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { type Cursor, NftError } from './cursor'
import { DATATYPES, type Datatype, STATES_AS_BITS } from './datatypes'
import type { Token } from './lexer'

/** What a key of nft looks at, in the terms of the model. */
export interface KeyRow {
  readonly field: FieldId
  readonly type: Datatype
  /** Families whose packets have it; a test of it implies that. */
  readonly family?: Family
  /** The protocol that it implies. */
  readonly protocol?: number
  /** The numbers of the field that a number of the key stands for; absent: the same. */
  readonly toField?: (interval: Interval) => readonly Interval[]
  /** Bits of every number of the field, where values are bits. */
  readonly bits?: readonly number[]
  /** 32 bits, compared under masks. */
  readonly isMasked?: true
  /** Asked only where the rule is for protocols with ports [e11 F2]. */
  readonly needsPorts?: true
  /** Half of a type and code of ICMP. */
  readonly icmp?: 'type' | 'code'
}

/** The six bits above the lowest two of the type of service. */
const fromDscp = ({ first, last }: Interval): Interval[] => [
  { first: Number(first) * 4, last: Number(last) * 4 + 3 },
]

const fromEcn = ({ first, last }: Interval): Interval[] =>
  Array.from({ length: 64 }, (_, index) => ({
    first: index * 4 + Number(first),
    last: index * 4 + Number(last),
  }))

const ETHERNET_FAMILY: ReadonlyMap<number, Family> = new Map([
  [0x0800, 4],
  [0x86dd, 6],
])

const fromEtherType = ({ first, last }: Interval): Interval[] =>
  [...ETHERNET_FAMILY].flatMap(([type, family]) =>
    type >= first && type <= last ? [{ first: family, last: family }] : [],
  )

/** A type with any of its codes. */
const fromIcmpType = ({ first, last }: Interval): Interval[] => [
  { first: Number(first) * 256, last: Number(last) * 256 + 255 },
]

const fromIcmpCode = ({ first, last }: Interval): Interval[] =>
  Array.from({ length: 256 }, (_, type) => ({
    first: type * 256 + Number(first),
    last: type * 256 + Number(last),
  }))

const FLAG_BYTES = Array.from({ length: 256 }, (_, byte) => byte)

const ip = (family: Family): Record<string, KeyRow> => {
  const word = family === 4 ? 'ip' : 'ip6'
  const address = family === 4 ? DATATYPES.ipv4 : DATATYPES.ipv6
  return {
    [`${word} saddr`]: { field: 'src', type: address, family },
    [`${word} daddr`]: { field: 'dst', type: address, family },
    [`${word} ${family === 4 ? 'protocol' : 'nexthdr'}`]: {
      field: 'protocol',
      type: DATATYPES.protocol,
      family,
    },
    [`${word} ${family === 4 ? 'ttl' : 'hoplimit'}`]: { field: 'hopLimit', type: DATATYPES.byte, family },
    [`${word} dscp`]: { field: 'tos', type: DATATYPES.dscp, family, toField: fromDscp },
    [`${word} ecn`]: { field: 'tos', type: DATATYPES.ecn, family, toField: fromEcn },
  }
}

const ports = (word: string, protocol?: number): Record<string, KeyRow> =>
  Object.fromEntries(
    (['sport', 'dport'] as const).map((field) => [
      `${word} ${field}`,
      { field, type: DATATYPES.port, ...(protocol === undefined ? {} : { protocol }) },
    ]),
  )

const icmp = (family: Family): Record<string, KeyRow> => {
  const word = family === 4 ? 'icmp' : 'icmpv6'
  const field = family === 4 ? 'icmpType' : 'icmpv6Type'
  const protocol = family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6
  const [type, code] =
    family === 4 ? [DATATYPES.icmpType, DATATYPES.icmpCode] : [DATATYPES.icmpv6Type, DATATYPES.icmpv6Code]
  return {
    [`${word} type`]: { field, type, family, protocol, toField: fromIcmpType, icmp: 'type' },
    [`${word} code`]: { field, type: code, family, protocol, toField: fromIcmpCode, icmp: 'code' },
  }
}

const interfaceKeys: Record<string, KeyRow> = Object.fromEntries(
  (['iif', 'oif'] as const).flatMap((field) =>
    ['', 'meta '].flatMap((meta) =>
      ['', 'name'].map((name) => [`${meta}${field}${name}`, { field, type: DATATYPES.name }]),
    ),
  ),
)

/** Addresses and ports of a connection, one way. */
function connectionEnds(way: 'original' | 'reply', field: 'ctOriginal' | 'ctReply'): Record<string, KeyRow> {
  const rows: Record<string, KeyRow> = {
    [`ct ${way} proto-src`]: { field: `${field}Sport`, type: DATATYPES.port, needsPorts: true },
    [`ct ${way} proto-dst`]: { field: `${field}Dport`, type: DATATYPES.port, needsPorts: true },
  }
  for (const family of [4, 6] as const) {
    const type = family === 4 ? DATATYPES.ipv4 : DATATYPES.ipv6
    rows[`ct ${way} ip${family === 4 ? '' : '6'} saddr`] = { field: `${field}Src`, type, family }
    rows[`ct ${way} ip${family === 4 ? '' : '6'} daddr`] = { field: `${field}Dst`, type, family }
  }
  return rows
}

/** Keys that the model has a field for. Source: nft(8), "PAYLOAD EXPRESSIONS", "META EXPRESSIONS", "CONNTRACK EXPRESSIONS". */
export const KEYS: Readonly<Record<string, KeyRow>> = {
  ...ip(4),
  ...ip(6),
  'ip length': { field: 'length', type: DATATYPES.length16, family: 4 },
  ...ports('tcp', PROTOCOL.tcp),
  ...ports('udp', PROTOCOL.udp),
  ...ports('sctp', PROTOCOL.sctp),
  ...ports('udplite', PROTOCOL.udplite),
  ...ports('th'),
  'tcp flags': { field: 'tcpFlags', type: DATATYPES.tcpFlags, protocol: PROTOCOL.tcp, bits: FLAG_BYTES },
  ...icmp(4),
  ...icmp(6),
  'meta l4proto': { field: 'protocol', type: DATATYPES.protocol },
  'meta nfproto': { field: 'family', type: DATATYPES.family },
  'meta protocol': { field: 'family', type: DATATYPES.etherType, toField: fromEtherType },
  'meta length': { field: 'length', type: DATATYPES.length },
  ...interfaceKeys,
  'ct state': { field: 'ctState', type: DATATYPES.ctState, bits: STATES_AS_BITS },
  'ct direction': { field: 'ctDirection', type: DATATYPES.direction },
  'ct status': { field: 'ctStatus', type: DATATYPES.status, isMasked: true },
  'ct mark': { field: 'ctMark', type: DATATYPES.mark, isMasked: true },
  mark: { field: 'mark', type: DATATYPES.mark, isMasked: true },
  'meta mark': { field: 'mark', type: DATATYPES.mark, isMasked: true },
  'meta pkttype': { field: 'packetType', type: DATATYPES.packetType },
  ...connectionEnds('original', 'ctOriginal'),
  ...connectionEnds('reply', 'ctReply'),
  'fib saddr type': { field: 'srcType', type: DATATYPES.addressType },
  'fib daddr type': { field: 'dstType', type: DATATYPES.addressType },
}

/** A key as it was written: one word for each part, with a space between. */
export interface Key {
  readonly words: string
  readonly token: Token
}

/** Keys of `meta` that may stand alone. */
const BARE_META = new Set(
  'iif iifname iiftype iifgroup oif oifname oiftype oifgroup mark skuid skgid nftrace rtclassid cgroup'.split(
    ' ',
  ),
)
const META = new Set([
  ...BARE_META,
  ...'length nfproto l4proto protocol priority random secmark pkttype cpu secpath time day hour ibrname obrname ibridgename obridgename sdif sdifname'.split(
    ' ',
  ),
])
const CT = new Set(
  'state direction status mark expiration helper label l3proto protocol saddr daddr proto-src proto-dst bytes packets avgpkt zone id count'.split(
    ' ',
  ),
)
/** Headers, and the words that name their fields. */
const HEADERS: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    ip: 'version hdrlength dscp ecn length id frag-off ttl protocol checksum saddr daddr',
    ip6: 'version dscp ecn flowlabel length nexthdr hoplimit saddr daddr',
    tcp: 'sport dport sequence ackseq doff reserved flags window checksum urgptr',
    udp: 'sport dport length checksum',
    udplite: 'sport dport csumcov checksum',
    sctp: 'sport dport vtag checksum',
    dccp: 'sport dport type',
    th: 'sport dport',
    icmp: 'type code checksum id sequence mtu gateway',
    icmpv6: 'type code checksum parameter-problem packet-too-big id sequence max-delay taddr daddr mtu',
    igmp: 'type checksum mrt group',
    ah: 'nexthdr hdrlength reserved spi sequence',
    esp: 'spi sequence',
    comp: 'nexthdr flags cpi',
    ether: 'saddr daddr type',
    vlan: 'id cfi dei pcp type',
    hbh: 'nexthdr hdrlength',
    rt: 'nexthdr hdrlength type seg-left classid nexthop mtu ipsec',
    rt0: 'addr',
    frag: 'nexthdr reserved frag-off more-fragments id reserved2',
    dst: 'nexthdr hdrlength',
    mh: 'nexthdr hdrlength type reserved checksum',
    exthdr: 'hbh frag rt dst mh',
    socket: 'transparent mark wildcard cgroupv2',
    osf: 'name version ttl',
  }).map(([header, words]) => [header, new Set(words.split(' '))]),
)

/** Reads a key; undefined where none begins. Throws NftError where one begins and does not go on. */
export function readKey(cursor: Cursor): Key | undefined {
  const token = cursor.peek()
  if (token.kind === 'symbol' || token.kind === 'string') return undefined
  const first = token.text
  const take = (known: ReadonlySet<string>): string => {
    const word = cursor.word(`a word that goes with ${first}`)
    if (!known.has(word.text)) throw new NftError(`${first} has no ${word.text}.`, word)
    return word.text
  }
  if (first === 'meta') {
    cursor.next()
    return { words: `meta ${take(META)}`, token }
  }
  if (BARE_META.has(first)) {
    cursor.next()
    return { words: first, token }
  }
  if (first === 'ct') {
    cursor.next()
    const direction = ['original', 'reply'].includes(cursor.peek().text) ? `${cursor.next().text} ` : ''
    const family = direction && ['ip', 'ip6'].includes(cursor.peek().text) ? `${cursor.next().text} ` : ''
    return { words: `ct ${direction}${family}${take(CT)}`, token }
  }
  if (first === 'fib') return readFib(cursor, token)
  const words = Object.hasOwn(HEADERS, first) ? HEADERS[first] : undefined
  if (!words) return undefined
  cursor.next()
  if ((first === 'tcp' || first === 'ip') && cursor.accept('option')) {
    const option = cursor.word('the name of an option').text
    const part = ['kind', 'length', 'size', 'left', 'right', 'count', 'tsval', 'tsecr', 'ptr', 'addr', 'type']
    const field = part.includes(cursor.peek().text) ? ` ${cursor.next().text}` : ''
    return { words: `${first} option ${option}${field}`, token }
  }
  return { words: `${first} ${take(words)}`, token }
}

function readFib(cursor: Cursor, token: Token): Key {
  cursor.next()
  const inputs = [cursor.word('saddr, daddr, mark, iif or oif').text]
  while (cursor.accept('.')) inputs.push(cursor.word('saddr, daddr, mark, iif or oif').text)
  const result = cursor.word('type, oif or oifname').text
  return { words: `fib ${inputs.join(' . ')} ${result}`, token }
}
