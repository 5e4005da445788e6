import { byteLength } from '@/dialects/plain-text'
import { FAMILY, familyOf, type IpAddress, parseAddress } from '@/model/packet/address'
import { icmpPacket, otherPacket, tcpPacket, udpPacket } from '@/model/packet/build'
import { type Packet, type Payload, PROTOCOL } from '@/model/packet/packet'
import { parseProtocol } from '@/model/packet/protocol'
import { parseFlagLetters } from '@/model/packet/tcp-flags'
import type { JsonReader } from './json-reader'

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

const HEADER_KEYS = [
  'proto',
  'src',
  'dst',
  'sport',
  'dport',
  'flags',
  'seq',
  'ack',
  'window',
  'ttl',
  'tos',
  'id',
  'payload',
  'icmp_type',
  'icmp_code',
  'icmp_id',
  'icmp_seq',
  'inner',
]
const PLACE_KEYS = ['from', 'inject', 'out', 'wait']

export function readReplayPacket(reader: JsonReader, hosts: readonly string[]): ReplayPacket {
  const member = reader.object([...HEADER_KEYS, ...PLACE_KEYS])
  const from = member('from').oneOf(hosts)
  return {
    from,
    inject: member('inject').optional((each) => each.oneOf(['local', 'wire'] as const)) ?? 'local',
    out: member('out').optional((each) => each.text()),
    packet: readPacket(reader),
    waitMs: (member('wait').optional((each) => each.seconds()) ?? 0) * 1000,
  }
}

function readPacket(reader: JsonReader): Packet {
  const member = reader.object([...HEADER_KEYS, ...PLACE_KEYS])
  const src = readAddress(member('src'))
  const dst = readAddress(member('dst'))
  if (familyOf(src) !== familyOf(dst))
    member('dst').refuse('Source and destination are of two address families.')
  const protocol = readProtocol(member('proto'))
  const port = (name: string) => member(name).integer(0, 65535)
  const number = (name: string, last: number) => member(name).optional((each) => each.integer(0, last))
  const payload = member('payload').optional(readPayload)
  const header = defined({
    hopLimit: number('ttl', 255),
    tos: number('tos', 255),
    id: number('id', 65535),
    payload,
  })
  const ends = { src, dst, ...header }
  if (protocol === PROTOCOL.tcp) {
    const flagsAt = member('flags')
    const flags = flagsAt.isThere ? parseFlagLetters(flagsAt.text()) : parseFlagLetters('S')
    if (flags === undefined) return flagsAt.refuse('Flags are letters of FSRPAUEC, such as "SA".')
    const numbers = defined({
      seq: number('seq', 2 ** 32 - 1),
      ack: number('ack', 2 ** 32 - 1),
      window: number('window', 65535),
    })
    return tcpPacket({
      ...ends,
      ...numbers,
      optionBytes: 0,
      sport: port('sport'),
      dport: port('dport'),
      flags,
    })
  }
  if (protocol === PROTOCOL.udp) return udpPacket({ ...ends, sport: port('sport'), dport: port('dport') })
  if (protocol !== FAMILY[familyOf(src)].protocolOfIcmp) return otherPacket({ ...ends, protocol })
  const more = defined({
    icmpId: number('icmp_id', 65535),
    icmpSeq: number('icmp_seq', 65535),
    quoted: member('inner').optional(readPacket),
  })
  return icmpPacket({
    ...ends,
    ...more,
    type: member('icmp_type').integer(0, 255),
    code: number('icmp_code', 255) ?? 0,
  })
}

type Defined<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> }

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}

function readAddress(reader: JsonReader): IpAddress {
  const parsed = parseAddress(reader.text())
  return parsed.ok
    ? parsed.value
    : reader.refuse(parsed.diagnostics[0]?.message ?? 'An address belongs here.')
}

function readProtocol(reader: JsonReader): number {
  if (typeof reader.value === 'number') return reader.integer(0, 255)
  const parsed = parseProtocol(reader.text())
  return parsed.ok
    ? parsed.value
    : reader.refuse(parsed.diagnostics[0]?.message ?? 'A protocol belongs here.')
}

/** Text, or a number of bytes that say nothing. */
function readPayload(reader: JsonReader): Payload {
  if (typeof reader.value === 'number') return { bytes: reader.integer(0, 65535) }
  const text = reader.text()
  return { bytes: byteLength(text), text }
}
