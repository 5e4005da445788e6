import { byteLength } from '@/dialects/plain-text'
import { FAMILY, familyOf, type IpAddress, parseAddress } from '@/model/packet/address'
import { icmpPacket, otherPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import { type Packet, type Payload, PROTOCOL } from '@/model/packet/packet'
import { formatProtocol, parseProtocol } from '@/model/packet/protocol'
import { parseFlagLetters } from '@/model/packet/tcp-flags'
import type { JsonReader } from './json-reader'
import type { ReplayDiagnostic } from './read-rules'

/** A packet to inject, and where. */
export interface ReplayPacket {
  readonly from: string
  /** `local`: made on the host. `wire`: put on its link, so that the next host is the first to see it. */
  readonly inject: 'local' | 'wire'
  /** Of `wire`: the interface whose link it is put on; absent, the one that leads to the destination. */
  readonly out: string | undefined
  readonly packet: Packet
  readonly waitMs: number
}

const IP_KEYS = ['proto', 'src', 'dst', 'ttl', 'tos', 'id', 'payload']
/** Members that only packets of that kind have. */
const KEYS_OF_KIND = {
  tcp: ['sport', 'dport', 'flags', 'seq', 'ack', 'window'],
  udp: ['sport', 'dport'],
  icmp: ['icmp_type', 'icmp_code', 'icmp_id', 'icmp_seq', 'inner'],
  other: [],
} as const satisfies Record<Packet['kind'], readonly string[]>
const KIND_KEYS = [...new Set<string>(Object.values(KEYS_OF_KIND).flat())]
const KEYS = [...IP_KEYS, ...KIND_KEYS, 'from', 'inject', 'out', 'wait']

export function readReplayPacket(
  reader: JsonReader,
  hosts: readonly string[],
  diagnostics: ReplayDiagnostic[],
): ReplayPacket {
  const member = reader.object(KEYS)
  const from = member('from').oneOf(hosts)
  const say = (message: string) => diagnostics.push({ host: from, kind: 'ignored', message })
  return {
    from,
    inject: member('inject').optional((each) => each.oneOf(['local', 'wire'] as const)) ?? 'local',
    out: member('out').optional((each) => each.text()),
    packet: readPacket(reader, say),
    waitMs: (member('wait').optional((each) => each.seconds()) ?? 0) * 1000,
  }
}

type Member = (key: string) => JsonReader

function readPacket(reader: JsonReader, say: (message: string) => void): Packet {
  const member = reader.object(KEYS)
  const src = readAddress(member('src'))
  const dst = readAddress(member('dst'))
  if (familyOf(src) !== familyOf(dst))
    member('dst').refuse('Source and destination are of two address families.')
  const ends = { src, dst, ...readIpHeader(member) }
  const packet = readTransport(member, ends, readProtocol(member('proto')), say)
  const fitting: readonly string[] = KEYS_OF_KIND[packet.kind]
  for (const key of KIND_KEYS) {
    if (member(key).isThere && !fitting.includes(key))
      say(`${member(key).at}: a packet of ${formatProtocol(packet.protocol)} has no ${key}.`)
  }
  return packet
}

function readIpHeader(member: Member) {
  return defined({
    hopLimit: number(member('ttl'), 255),
    tos: number(member('tos'), 255),
    id: number(member('id'), 65535),
    payload: member('payload').optional(readPayload),
  })
}

type Ends = Pick<Packet, 'src' | 'dst'>

function readTransport(member: Member, ends: Ends, protocol: number, say: (message: string) => void): Packet {
  const port = (name: string) => member(name).integer(0, 65535)
  switch (protocol) {
    case PROTOCOL.tcp:
      return tcpPacket({
        ...ends,
        ...defined({
          seq: number(member('seq'), 2 ** 32 - 1),
          ack: number(member('ack'), 2 ** 32 - 1),
          window: number(member('window'), 65535),
        }),
        optionBytes: 0,
        sport: port('sport'),
        dport: port('dport'),
        flags: readFlags(member('flags')),
      })
    case PROTOCOL.udp:
      return udpPacket({ ...ends, sport: port('sport'), dport: port('dport') })
    case FAMILY[familyOf(ends.src)].protocolOfIcmp:
      return icmpPacket({
        ...ends,
        ...defined({
          icmpId: number(member('icmp_id'), 65535),
          icmpSeq: number(member('icmp_seq'), 65535),
          quoted: member('inner').optional((inner) => readPacket(inner, say)),
        }),
        type: member('icmp_type').integer(0, 255),
        code: number(member('icmp_code'), 255) ?? 0,
      })
    default:
      return otherPacket({ ...ends, protocol })
  }
}

function number(reader: JsonReader, last: number): number | undefined {
  return reader.optional((each) => each.integer(0, last))
}

/** A segment without flags named is a SYN. */
function readFlags(reader: JsonReader): number {
  const flags = parseFlagLetters(reader.optional((each) => each.text()) ?? 'S')
  return flags ?? reader.refuse('Flags are letters of FSRPAUEC, such as "SA".')
}

type Defined<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> }

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}

function readAddress(reader: JsonReader): IpAddress {
  return reader.parsed(parseAddress(reader.text()))
}

function readProtocol(reader: JsonReader): number {
  if (typeof reader.value === 'number') return reader.integer(0, 255)
  return reader.parsed(parseProtocol(reader.text()))
}

/** Text, or a number of bytes that say nothing. */
function readPayload(reader: JsonReader): Payload {
  if (typeof reader.value === 'number') return { bytes: reader.integer(0, 65535) }
  const text = reader.text()
  return { bytes: byteLength(text), text }
}
