import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type IpAddress, parseAddress } from '../packet/address'
import { icmpPacket, tcpPacket, udpPacket } from '../packet/build'
import { SYN_ONLY } from '../packet/tcp-flags'
import { formatCondition, parseCell, withCondition } from './cell'
import { FIELD_IDS, type FieldId, type MatchContext, type Names, type Resolver } from './field'
import { FIELDS } from './index'
import { complementIntervals, containsValue, countValues, unionIntervals } from './intervals'
import { fieldOf } from './lookup'
import { resolveTerms, valueSetContains } from './resolve'
import { flagTerms, flagTestOf } from './tcp-flags'

const NAMES: Names = {
  deviceId: (name) => (name.toLowerCase() === 'laptop' ? 'd1' : undefined),
  deviceName: (id) => (id === 'd1' ? 'Laptop' : undefined),
  setHolds: (name) => (name === 'blocked' ? 'addresses' : undefined),
}
const NOTHING: Resolver = { token: () => [], set: () => undefined }
const ip = (text: string): IpAddress => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}

/** Whether a cell's text matches a packet, as the engine asks it. */
function matches(id: FieldId, text: string, context: MatchContext): boolean {
  const parsed = parseCell(id, text, NAMES)
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message)
  const test = parsed.value
  if (!test) return true
  const value = fieldOf(id).read(context)
  return value !== undefined && valueSetContains(resolveTerms(test.terms, NOTHING), value) !== test.negated
}

test('the registry holds every field once', () => {
  expect(FIELDS.map(({ id }) => id).toSorted()).toEqual([...FIELD_IDS].toSorted())
})

describe('a cell is read and written in canonical form', () => {
  test.each<[FieldId, string, string]>([
    ['protocol', 'TCP', 'tcp'],
    ['protocol', '6', 'tcp'],
    ['protocol', 'not 17', 'not udp'],
    ['protocol', '253', '253'],
    ['src', '192.168.1.77/24', '192.168.1.0/24'],
    ['src', '! 10.0.0.0/8', 'not 10.0.0.0/8'],
    ['src', '192.0.2.1,192.0.2.5-192.0.2.6', '192.0.2.1, 192.0.2.5-192.0.2.6'],
    ['dst', 'lan', 'LAN'],
    ['dst', 'Laptop', 'Laptop'],
    ['dst', '@blocked', '@blocked'],
    ['dst', "router's outside address", 'outside address'],
    ['dst', 'router', 'outside address'],
    ['protocol', '6-17', '6-17'],
    ['dport', 'https', '443'],
    ['dport', '80, 8000-8080', '80, 8000-8080'],
    ['dport', 'ephemeral range of Laptop', 'ephemeral of Laptop'],
    ['dport', '*', 'any'],
    ['tcpFlags', 'syn', 'SYN'],
    ['tcpFlags', 'not SYN', 'not SYN'],
    ['tcpFlags', 'syn,ack/syn', 'SYN,ACK/SYN'],
    ['tcpFlags', 'ALL/NONE', 'SYN,FIN,RST,PSH,ACK,URG/NONE'],
    ['icmpType', 'echo-request', 'echo-request'],
    ['icmpType', '8', 'echo-request'],
    ['icmpType', '3/3', 'port-unreachable'],
    ['icmpv6Type', '135', 'neighbour-solicitation'],
    ['ctState', 'ESTABLISHED,RELATED', 'established, related'],
    ['ctStatus', 'ASSURED, 0x8/0x9', 'assured, 0x8/0x9'],
    ['ctDirection', 'not Reply', 'not reply'],
    ['fragment', 'Middle, last', 'middle, last'],
    ['packetType', 'broadcast', 'broadcast'],
    ['physIn', 'eth+', 'eth+'],
    ['ctProtocol', 'TCP', 'tcp'],
    ['ctOriginalSrc', '10.0.0.7/8', '10.0.0.0/8'],
    ['ctReplyDport', '80-90', '80-90'],
    ['mark', '1, 0X1F/0xff', '0x1, 0x1f/0xff'],
    ['ctMark', 'not 010/4294967295', 'not 0x8'],
    ['iif', 'lan+', 'lan+'],
    ['oif', '!wan', 'not wan'],
    ['family', 'ipv6', 'IPv6'],
  ])('%s: %s -> %s', (id, text, canonical) => {
    const parsed = parseCell(id, text, NAMES)
    const written = parsed.ok ? formatCondition(parsed.value, NAMES) : parsed.diagnostics[0]?.message
    expect(written).toBe(canonical)
    const again = parseCell(id, canonical, NAMES)
    expect(again.ok && formatCondition(again.value, NAMES)).toBe(canonical)
  })
})

describe('a wrong cell says where and what would be right', () => {
  test.each<[FieldId, string, string, number]>([
    ['dport', '443, 70000', '70000 is not a port', 6],
    ['src', 'not 198.51.100.0/33', '/33 is too long', 17],
    ['src', 'Desktop', 'neither an address nor the name of a device', 1],
    ['src', '192.0.2.9-192.0.2.1', 'runs backwards', 1],
    ['src', '192.0.2.9-2001:db8::1', 'mixes IPv4 and IPv6', 1],
    ['dst', '@missing', 'no set named missing', 1],
    ['dport', 'ephemeral of Desktop', 'no device named Desktop', 1],
    ['protocol', '256', 'Protocol numbers are 0 to 255', 1],
    ['tcpFlags', 'SYM', 'SYM is not a TCP flag', 1],
    ['tcpFlags', 'SYN/ACK', 'a flag that it does not look at', 1],
    ['ctState', 'old', 'not a connection state', 1],
    ['iif', 'a very long name', 'not an interface name', 1],
    ['dport', 'not', '"not" needs a value', 1],
  ])('%s: %s', (id, text, message, column) => {
    const parsed = parseCell(id, text, NAMES)
    expect(parsed.ok).toBe(false)
    expect(parsed.diagnostics[0]?.message).toContain(message)
    expect(parsed.diagnostics[0]?.column).toBe(column)
  })
})

describe('a test whose field the packet lacks does not match, negated or not', () => {
  const ends = { src: ip('192.0.2.1'), dst: ip('192.0.2.2') }
  const ping = { packet: icmpPacket({ ...ends, type: 8 }) }
  const dns = { packet: udpPacket({ ...ends, sport: 5000, dport: 53 }) }
  const laterFragment = {
    packet: udpPacket({ ...ends, sport: 5000, dport: 53, fragment: { offset: 1480, more: false } }),
  }
  test.each<[string, FieldId, string, MatchContext, boolean]>([
    ['a ping has no destination port', 'dport', '80', ping, false],
    ['nor has it one that is not 80', 'dport', 'not 80', ping, false],
    ['a datagram has one that is not 80', 'dport', 'not 80', dns, true],
    ['[E21] a later fragment has no port', 'dport', 'not 80', laterFragment, false],
    ['R077: a datagram has no flags, so not SYN does not match', 'tcpFlags', 'not SYN', dns, false],
    ['an IPv6 test does not match an IPv4 packet', 'dst', '2001:db8::/32', dns, false],
    ['without tracking there is no state', 'ctState', 'not invalid', dns, false],
  ])('%s', (_, id, text, context, expected) => {
    expect(matches(id, text, context)).toBe(expected)
  })
})

describe('an interface that is not there has an empty name, which is compared like any other', () => {
  test.each<[string, string, boolean]>([
    ['it is not wan', 'wan', false],
    ['it is one of all but wan', 'not wan', true],
    ['it begins with nothing', '+', true],
  ])('%s', (_, text, expected) => {
    const madeHere = {
      packet: udpPacket({ src: ip('192.0.2.1'), dst: ip('192.0.2.2'), sport: 5000, dport: 53 }),
    }
    expect(matches('iif', text, madeHere)).toBe(expected)
  })
})

describe('TCP flags', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte)
  const packet = (flags: number) => ({
    packet: tcpPacket({ src: ip('192.0.2.1'), dst: ip('192.0.2.2'), sport: 1, dport: 2, flags }),
  })
  test('[E1] --syn matches exactly 16 of the 256 flag bytes, its negation the other 240', () => {
    expect(bytes.filter((byte) => matches('tcpFlags', 'SYN', packet(byte)))).toHaveLength(16)
    expect(bytes.filter((byte) => matches('tcpFlags', 'not SYN', packet(byte)))).toHaveLength(240)
  })
  test('[E1] ALL looks at the six old flags: 4 bytes match ALL NONE', () => {
    expect(bytes.filter((byte) => matches('tcpFlags', 'ALL/NONE', packet(byte)))).toHaveLength(4)
  })
  test('law: mask and value come back from the set of bytes', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), (mask, bits) => {
        const test = { mask, value: bits & mask }
        expect(flagTestOf(flagTerms(test))).toEqual(test)
      }),
      { seed: 3 },
    )
    expect(flagTestOf(flagTerms(SYN_ONLY))).toEqual(SYN_ONLY)
  })
})

describe('laws of interval sets', () => {
  const intervals = fc.array(
    fc.tuple(fc.nat(300), fc.nat(20)).map(([first, size]) => ({ first, last: first + size })),
    { maxLength: 8 },
  )
  test('a value is in the union when it is in one of them, and in the complement when it is in none', () => {
    fc.assert(
      fc.property(intervals, fc.nat(330), (list, value) => {
        const inside = list.some(({ first, last }) => value >= first && value <= last)
        expect(containsValue(unionIntervals(list), value)).toBe(inside)
        expect(containsValue(complementIntervals(list, 0, 330), value)).toBe(!inside)
        expect(countValues(unionIntervals(list)) + countValues(complementIntervals(list, 0, 330))).toBe(331n)
      }),
      { seed: 4 },
    )
  })
})

test('a replaced condition keeps the canonical order of fields and the opaque ones last', () => {
  const read = (id: FieldId, text: string) => {
    const parsed = parseCell(id, text, NAMES)
    return parsed.ok ? parsed.value : undefined
  }
  const opaque = { kind: 'opaque', dialect: 'iptables', text: '-m recent --set' } as const
  const match = withCondition(
    withCondition([opaque], 'dport', read('dport', '443')),
    'protocol',
    read('protocol', 'tcp'),
  )
  expect(match.map((each) => (each.kind === 'test' ? each.field : each.kind))).toEqual([
    'protocol',
    'dport',
    'opaque',
  ])
  expect(withCondition(match, 'dport', undefined)).toHaveLength(2)
})
