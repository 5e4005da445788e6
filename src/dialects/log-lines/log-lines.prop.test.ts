import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FAMILY, type Family, fromInteger } from '@/model/packet/address'
import { icmpPacket, otherPacket, packetLength, tcpPacket, udpPacket } from '@/model/packet/build'
import { type Packet, PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { hidesSomething } from '../plain-text'
import { LOG_FORMATS } from './index'
import type { LogEntry, LogFormatId } from './log-line'
import { loggedName, loggedPacket } from './logged-packet'
import { readLog } from './read'

const word = fc.integer({ min: 0, max: 0xffff })
const long = fc.integer({ min: 0, max: 0xffffffff })
const byte = fc.integer({ min: 0, max: 0xff })

const address = (family: Family) =>
  fc
    .bigInt({ min: 0n, max: (1n << BigInt(FAMILY[family].bits)) - 1n })
    .map((value) => fromInteger(family, value))

const header = (family: Family) =>
  fc.record({
    src: address(family),
    dst: address(family),
    hopLimit: byte,
    // LOG does not tell the lowest bit of the byte of IPv4.
    tos: byte.map((value) => value & 0xfe),
    id: family === 4 ? word : fc.constant(0),
    dontFragment: family === 4 ? fc.boolean() : fc.constant(false),
  })

const payload = fc.option(
  fc.integer({ min: 1, max: 1400 }).map((bytes) => ({ payload: { bytes } })),
  { nil: {} },
)

const transport = (family: Family): fc.Arbitrary<Packet> => {
  const tcp = fc
    .tuple(header(family), fc.record({ sport: word, dport: word, flags: byte, window: word }), payload)
    .map(([ip, fields, data]) => {
      const isSyn = (fields.flags & TCP_FLAG.SYN) !== 0
      // A SYN carries options and no data, others no options.
      return tcpPacket({ ...ip, ...fields, ...(isSyn ? { optionBytes: 20 } : { optionBytes: 0, ...data }) })
    })
  const udp = fc
    .tuple(header(family), fc.record({ sport: word, dport: word }), payload)
    .map(([ip, fields, data]) => udpPacket({ ...ip, ...fields, ...data }))
  const echo = fc
    .tuple(header(family), fc.record({ icmpId: word, icmpSeq: word }), payload)
    .map(([ip, fields, data]) => icmpPacket({ ...ip, ...fields, ...data, type: family === 4 ? 8 : 128 }))
  const other = fc
    .tuple(header(family), byte, payload)
    .filter(([, protocol]) => !NAMED.includes(protocol))
    .map(([ip, protocol, data]) => otherPacket({ ...ip, protocol, ...data }))
  return fc.oneof(tcp, udp, echo, other)
}

const NAMED: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.icmp, PROTOCOL.icmpv6]

const error = (family: Family): fc.Arbitrary<Packet> =>
  fc
    .tuple(header(family), byte, transport(family))
    .map(([ip, code, quoted]) => icmpPacket({ ...ip, type: family === 4 ? 3 : 1, code, quoted }))

/** A later fragment: no header but that of IP. */
const laterFragment = (family: Family): fc.Arbitrary<Packet> =>
  fc
    .tuple(header(family), fc.integer({ min: 1, max: 8000 }), fc.boolean(), fc.boolean())
    .map(([ip, units, more, isTcp]) => {
      const fields = { ...ip, sport: 0, dport: 0, fragment: { offset: units * 8, more } }
      return isTcp ? tcpPacket({ ...fields, flags: 0 }) : udpPacket(fields)
    })

const anyPacket = (family: Family) =>
  fc.oneof(
    { weight: 4, arbitrary: transport(family) },
    { weight: 1, arbitrary: error(family) },
    { weight: 1, arbitrary: laterFragment(family) },
  )

const bothFamilies = fc.oneof(anyPacket(4), anyPacket(6))

const entryOf = (packet: Packet): LogEntry => ({
  packet,
  iif: 'eth0',
  oif: 'eth1',
  chain: 'forward',
  action: 'DENY',
  rule: 28,
  prefix: 'a reason',
})

/** What lines of a form tell, as a function of the packet: the rest is left as a packet has it that nobody set. */
const TELLS: Partial<
  Record<LogFormatId, { packets: fc.Arbitrary<Packet>; told: (packet: Packet) => Packet }>
> = {
  netfilter: {
    packets: bothFamilies,
    // Sequence numbers are written with --log-tcp-sequence alone.
    told: (packet) => packet,
  },
  ipchains: {
    packets: fc.oneof(transport(4), laterFragment(4)),
    told(packet) {
      if (packet.kind === 'icmp') {
        const { icmpId: _id, icmpSeq: _seq, ...rest } = packet
        return rest
      }
      if (packet.kind !== 'tcp' || (packet.fragment?.offset ?? 0) > 0) return packet
      const isOpening = (packet.flags & (TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST)) === TCP_FLAG.SYN
      const { payload: _payload, ...rest } = packet
      const bytes = packetLength(packet) - 40
      // Where options end and data begins the line does not tell, nor flags but that it opens a connection.
      return {
        ...rest,
        optionBytes: 0,
        ...(bytes > 0 ? { payload: { bytes } } : {}),
        window: 64240,
        flags: isOpening ? TCP_FLAG.SYN : TCP_FLAG.ACK,
      }
    },
  },
  'home-router': {
    packets: fc
      .oneof(transport(4), transport(6))
      .filter(({ kind }) => kind === 'tcp')
      .chain((packet) => fc.record({ seq: long, ack: long }).map((numbers) => ({ ...packet, ...numbers }))),
    told: (packet) =>
      packet.kind === 'tcp'
        ? tcpPacket({
            ...{ src: packet.src, dst: packet.dst, sport: packet.sport, dport: packet.dport },
            ...{ flags: packet.flags, seq: packet.seq, ack: packet.ack },
          })
        : packet,
  },
}

describe('a line that is written is read as the packet that it was written of', () => {
  const written = LOG_FORMATS.filter(({ write }) => write)

  test('for every form that is written', () => {
    expect(written.map(({ id }) => id).sort()).toEqual(Object.keys(TELLS).sort())
  })

  test.each(written.map((format) => [format.id, format] as const))('%s', (id, format) => {
    const law = TELLS[id]
    if (!law) throw new Error(`nobody says what ${id} tells`)
    fc.assert(
      fc.property(law.packets, (packet) => {
        const text = format.write?.(entryOf(packet)) ?? ''
        const { lines, diagnostics } = readLog(text)
        expect(diagnostics).toEqual([])
        expect(lines.map((line) => line.format)).toEqual([id])
        const read = loggedPacket(lines[0]?.facts ?? {})
        expect(read.ok && bare(law.told(read.value.packet))).toEqual(bare(law.told(packet)))
      }),
      { numRuns: 500, seed: 7 },
    )
  })
})

/** In a form that compares: options and data are one number of bytes. */
function bare(packet: Packet): unknown {
  return JSON.parse(JSON.stringify(packet, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
}

const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['a hundred thousand characters', 'x'.repeat(100_000)],
  ['a line that never comes to its point', 'IN='.repeat(33_000)],
  ['a key a thousand times', `IN=eth0 OUT= ${'SRC=192.0.2.1 '.repeat(7000)}`],
  ['brackets that open and open', `IN=eth0 OUT= ${'[SRC=192.0.2.1 '.repeat(7000)}`],
  ['brackets that close and close', `IN=eth0 OUT= ${'] '.repeat(50_000)}`],
  ['blanks', `Packet log:${' '.repeat(100_000)}`],
  ['digits', `Packet log: input DENY eth0 PROTO=${'9'.repeat(100_000)}`],
  ['colons', `%SEC-6-IPACCESSLOGP: list 1 denied tcp ${':'.repeat(100_000)}`],
  ['commas', `in:a out:b, proto ${','.repeat(100_000)}`],
  ['dots behind a rule of pf', `rule 1/0(match): block in on em0: ${'1.'.repeat(50_000)} > `],
  ['a header of pf that does not end', `rule 1/0(match): block in on em0: (tos ${'('.repeat(100_000)}`],
  ['a router line without end', `${'1'.repeat(50_000)} > ${':1,'.repeat(20_000)}`],
  ['NUL', 'IN=eth0\u0000 OUT= SRC=192.0.2.1\u0000 DST=192.0.2.2 PROTO=TCP'],
  ['text turned around', 'IN=eth0 OUT= \u202eSRC=192.0.2.1\u202c DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2'],
  [
    'escape codes of a terminal',
    'IN=\u001b[2J OUT=\u001b[31m SRC=\u001b[H DST=192.0.2.2 PROTO=\u001b]0;x\u0007 SPT=\u001bc',
  ],
  ['half of a surrogate pair', 'Packet log: \ud800 DENY eth0 PROTO=6'],
  ['names of every object', 'IN=constructor OUT= __proto__=1 PROTO=toString CONSTRUCTOR=1 SPT=valueOf'],
  [
    'numbers that are none',
    'Packet log: input DENY eth0 PROTO=6 1.2.3.4:99999 1.2.3.4:-1 L=1e9 F=0xfffff (#1)',
  ],
]

describe('whatever a line holds, it is kept whole and nothing is thrown', () => {
  test.each(HOSTILE)('%s', (_, text) => {
    const { lines, diagnostics } = readLog(text)
    expect(lines.length + diagnostics.length).toBeGreaterThan(0)
    for (const line of lines) {
      expect(line.text).toBe(text)
      for (const { from, to } of line.tokens) expect(to).toBeGreaterThan(from)
    }
    const told = [
      ...lines.flatMap((line) => [...line.tokens.map(({ means }) => means), loggedName(line.facts)]),
      ...diagnostics.map(({ message }) => message),
    ]
    expect(told.filter((sentence) => hidesSomething(sentence) || sentence.length > 400)).toEqual([])
  })

  test('ten thousand lines at most are read at once', () => {
    const { lines, diagnostics } = readLog('IN=a OUT=\n'.repeat(10_002))
    expect(lines).toHaveLength(10_000)
    expect(diagnostics.map(({ line, message }) => [line, message])).toEqual([
      [10_001, '3 more lines were left out: 10000 are read at once. Paste a part of the log.'],
    ])
  })

  const pieces = fc.constantFrom(
    ...[
      'IN=eth0 OUT= ',
      'SRC=',
      'DST=192.0.2.1 ',
      'PROTO=TCP ',
      'SPT=1 ',
      '[',
      ']',
      'Packet log: ',
      'input ',
      'DENY ',
    ],
    ...[
      '%SEC-6-IPACCESSLOGP: ',
      'list 1 ',
      'denied ',
      'tcp ',
      '198.51.100.7',
      '(1063)',
      ' -> ',
      'in:a out:b',
      ', proto TCP',
    ],
    ...[
      'rule 1/0(match): ',
      'block in on em0: ',
      ' > ',
      ':443',
      ', AS Seq=1',
      ', Ack=-1 -x',
      '\n',
      '\u0000',
      ' ',
      '2001:db8::1',
    ],
  )

  test('pieces of lines in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 6 })), { maxLength: 30 }), (parts) => {
        const text = parts.join('')
        for (const line of readLog(text).lines) {
          let at = 0
          for (const { from, to } of line.tokens) {
            expect(from).toBeGreaterThanOrEqual(at)
            expect(to).toBeLessThanOrEqual(line.text.length)
            at = to
          }
          loggedPacket(line.facts)
        }
      }),
      { numRuns: 2000, seed: 11 },
    )
  })
})
