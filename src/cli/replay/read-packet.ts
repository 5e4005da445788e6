import { byteLength } from '@/dialects/plain-text'
import { FAMILY, familyOf, type IpAddress, parseAddress } from '@/model/packet/address'
import { icmpPacket, otherPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import { type Packet, type Payload, PROTOCOL, type TcpOptions, type TcpPacket } from '@/model/packet/packet'
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

const IP_KEYS = ['proto', 'src', 'dst', 'ttl', 'tos', 'id', 'df', 'fragment', 'bad_checksum', 'payload']
const TCP_OPTION_KEYS = new Set(['wscale', 'sack_ok', 'sack'])
const FRAGMENT_KEYS = new Set(['offset', 'more'])
/** Members that only packets of that kind have. */
const KEYS_OF_KIND = {
  tcp: ['sport', 'dport', 'flags', 'seq', 'ack', 'window', 'tcp_options'],
  udp: ['sport', 'dport'],
  icmp: ['icmp_type', 'icmp_code', 'icmp_id', 'icmp_seq', 'inner'],
  other: [],
} as const satisfies Record<Packet['kind'], readonly string[]>
const COMMON_KEYS = new Set([...IP_KEYS, 'from', 'inject', 'out', 'wait'])
const KEYS = new Set<string>([...COMMON_KEYS, ...Object.values(KEYS_OF_KIND).flat()])
const FITTING = new Map(
  Object.entries(KEYS_OF_KIND).map(([kind, keys]) => [kind, new Set<string>([...COMMON_KEYS, ...keys])]),
)

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
  const packet = readTransport(member, readIpHeader(member, { src, dst }), readProtocol(member('proto')), say)
  for (const key of reader.keys()) {
    if (!FITTING.get(packet.kind)?.has(key))
      say(`${member(key).at}: a packet of ${formatProtocol(packet.protocol)} has no ${key}.`)
  }
  return packet
}

interface Ends {
  readonly src: IpAddress
  readonly dst: IpAddress
}

function readIpHeader(member: Member, ends: Ends) {
  return withGiven(ends, {
    hopLimit: number(member('ttl'), 255),
    tos: number(member('tos'), 255),
    id: number(member('id'), 65535),
    ...readFragmentation(member),
    badChecksum: member('bad_checksum').optional((each) => each.flag()) || undefined,
    payload: member('payload').optional(readPayload),
  })
}

/** Fragments may be cut further unless the case says otherwise; whole packets may not, as Linux sends them. */
function readFragmentation(member: Member) {
  const fragment = member('fragment').optional(readFragment)
  const dontFragment = member('df').optional((each) => each.flag())
  return { fragment, dontFragment: dontFragment ?? (fragment ? false : undefined) }
}

function readFragment(reader: JsonReader): NonNullable<Packet['fragment']> {
  const member = reader.object(FRAGMENT_KEYS)
  const offset = member('offset').integer(0, 65528)
  if (offset % 8 !== 0) member('offset').refuse('Offsets of fragments are multiples of 8.')
  return { offset, more: member('more').flag() }
}

function readTransport(
  member: Member,
  header: Ends & Pick<Partial<Packet>, 'fragment'>,
  protocol: number,
  say: (message: string) => void,
): Packet {
  // A fragment that is not the first has no transport header.
  const kind = header.fragment && header.fragment.offset > 0 ? 'none' : protocol
  switch (kind) {
    case PROTOCOL.tcp:
      return tcpPacket(
        withGiven(
          Object.assign(header, readPorts(member), { flags: readFlags(member('flags')), optionBytes: 0 }),
          {
            seq: number(member('seq'), 2 ** 32 - 1),
            ack: number(member('ack'), 2 ** 32 - 1),
            window: number(member('window'), 65535),
            ...readTcpOptions(member('tcp_options')),
          },
        ),
      )
    case PROTOCOL.udp:
      return udpPacket(Object.assign(header, readPorts(member)))
    case FAMILY[familyOf(header.src)].protocolOfIcmp:
      return icmpPacket(
        withGiven(Object.assign(header, { type: member('icmp_type').integer(0, 255) }), {
          code: number(member('icmp_code'), 255),
          icmpId: number(member('icmp_id'), 65535),
          icmpSeq: number(member('icmp_seq'), 65535),
          quoted: member('inner').optional((inner) => readPacket(inner, say)),
        }),
      )
    default:
      return otherPacket(Object.assign(header, { protocol }))
  }
}

/** `{ "wscale": 7, "sack_ok": true, "sack": [[1000, 2000]] }`; each option takes whole words of four bytes. */
function readTcpOptions(reader: JsonReader): Pick<Partial<TcpPacket>, 'options' | 'optionBytes'> {
  if (!reader.isThere) return {}
  const member = reader.object(TCP_OPTION_KEYS)
  const options: TcpOptions = withGiven(
    {},
    {
      windowScale: number(member('wscale'), 255),
      sackPermitted: member('sack_ok').optional((each) => each.flag()) || undefined,
      sack: member('sack').optional((each) => each.list().map(readSackBlock)),
    },
  )
  const scaleBytes = options.windowScale === undefined ? 0 : 3
  const permittedBytes = options.sackPermitted ? 2 : 0
  const sackBytes = options.sack?.length ? 2 + 8 * options.sack.length : 0
  return { options, optionBytes: Math.ceil((scaleBytes + permittedBytes + sackBytes) / 4) * 4 }
}

function readSackBlock(reader: JsonReader): [number, number] {
  const [first, next] = reader.list()
  if (!first || !next)
    return reader.refuse('A block is two sequence numbers: its first byte and the one behind it.')
  return [first.integer(0, 2 ** 32 - 1), next.integer(0, 2 ** 32 - 1)]
}

function readPorts(member: Member): { sport: number; dport: number } {
  return { sport: member('sport').integer(0, 65535), dport: member('dport').integer(0, 65535) }
}

function number(reader: JsonReader, last: number): number | undefined {
  return reader.optional((each) => each.integer(0, last))
}

/** A segment without flags named is a SYN. */
function readFlags(reader: JsonReader): number {
  const flags = parseFlagLetters(reader.optional((each) => each.text()) ?? 'S')
  return flags ?? reader.refuse('Flags are letters of FSRPAUEC, such as "SA".')
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

/** Adds the members that are there; the others stay what they are by default. */
function withGiven<To extends object, T extends object>(to: To, values: T): To & Given<T> {
  const target: Record<string, unknown> = to as Record<string, unknown>
  for (const key in values) if (values[key] !== undefined) target[key] = values[key]
  return to as To & Given<T>
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
