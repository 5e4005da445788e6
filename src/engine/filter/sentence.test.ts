import { describe, expect, test } from 'vitest'
import { parseCell } from '@/model/fields/cell'
import type { CtState, FieldId, MatchContext, Names, Resolver } from '@/model/fields/field'
import type { Packet } from '@/model/packet/packet'
import { backSegment, CLIENT6, datagram, icmp, ip, must, SERVER6, segment } from '../laboratory'
import { compileCondition } from './compile-condition'

const NAMES: Names = {
  deviceId: (name) => (name === 'Laptop' ? 'laptop' : undefined),
  deviceName: (id) => (id === 'laptop' ? 'Laptop' : undefined),
  setHolds: (name) => (name === 'web' ? 'ports' : undefined),
}
const RESOLVER: Resolver = {
  token: ({ kind }) => (kind === 'ephemeral-of' ? [{ first: 49152, last: 65535 }] : []),
  set: () => [{ first: 80, last: 80 }],
}

function reason(field: FieldId, cell: string, packet: Packet, more: Partial<MatchContext> = {}) {
  const test = must(parseCell(field, cell, NAMES))
  if (!test) throw new Error('any')
  const compiled = compileCondition(test, RESOLVER, NAMES)
  const context = { packet, ...more }
  return compiled.test(context) ? 'matches' : compiled.explain(context).sentence
}

const reply = backSegment('SA', { src: ip('104.244.42.1'), dport: 62712 })

describe('why a condition failed', () => {
  test.each([
    ['dport', '443', reply, 'destination port is 62712, the rule wants 443'],
    ['dport', '1024-2048', reply, 'destination port is 62712, the rule wants 1024-2048'],
    ['dport', '80, 443', reply, 'destination port is 62712, the rule wants 80, 443'],
    ['dport', 'not 62712', reply, 'destination port is 62712, the rule wants any other'],
    ['dport', 'not 1024-65535', reply, 'destination port 62712 is in 1024-65535, the rule wants any other'],
    ['dport', '@web', reply, 'destination port is 62712, the rule wants @web'],
    ['src', '198.51.100.0/24', reply, 'source 104.244.42.1 is not in 198.51.100.0/24'],
    ['src', '198.51.100.7', reply, 'source is 104.244.42.1, the rule wants 198.51.100.7'],
    [
      'src',
      'not 192.168.20.0/24',
      datagram({ src: ip('192.168.20.5') }),
      'source 192.168.20.5 is in 192.168.20.0/24, the rule wants any other',
    ],
    ['dst', 'Laptop', reply, 'destination 192.168.1.10 is not in Laptop'],
    ['protocol', 'udp', reply, 'protocol is tcp, the rule wants udp'],
    ['family', 'IPv6', reply, 'address family is IPv4, the rule wants IPv6'],
    ['tcpFlags', 'SYN', reply, 'flags are SYN, ACK, the rule wants SYN alone'],
    ['tcpFlags', 'not SYN', segment('S'), 'flags are SYN, the rule wants any but SYN alone'],
    ['tcpFlags', 'SYN,ACK/SYN', reply, 'flags are SYN, ACK, the rule wants SYN set and ACK clear'],
    ['tcpFlags', 'FIN', reply, 'flags are SYN, ACK, the rule wants FIN set'],
    ['mark', '1', reply, 'mark is 0x0, the rule wants 0x1'],
    ['mark', '1/3, 2/3', reply, 'mark is 0x0, the rule wants 0x1/0x3, 0x2/0x3'],
    ['icmpType', 'echo-request', icmp(0), 'ICMP type is echo-reply, the rule wants echo-request'],
  ] as const)('%s %s', (field, cell, packet, sentence) => {
    expect(reason(field, cell, packet)).toBe(sentence)
  })

  test.each([
    ['ctStatus', 'assured', segment('S'), 'the packet belongs to no connection'],
    ['ctMark', 'not 1', segment('S'), 'the packet belongs to no connection'],
    ['dport', '443', icmp(8), 'the packet has no destination port'],
    ['dport', 'not 443', icmp(8), 'the packet has no destination port'],
    ['tcpFlags', 'SYN', datagram(), 'the packet has no flags'],
    ['iif', 'wan', segment('S'), 'the packet has no in interface'],
    ['ctState', 'new', segment('S'), 'this device keeps no connection state'],
  ] as const)('%s %s where there is none', (field, cell, packet, sentence) => {
    expect(reason(field, cell, packet)).toBe(sentence)
  })

  test('state and interface', () => {
    const ctState: CtState = 'new'
    expect(reason('ctState', 'established, related', reply, { ctState })).toBe(
      'connection state is new, the rule wants established, related',
    )
    expect(reason('iif', 'wan', reply, { iif: 'lan' })).toBe('in interface is lan, the rule wants wan')
  })

  test('addresses of both families', () => {
    const six = segment('S', { src: CLIENT6, dst: SERVER6 })
    expect(reason('src', '2001:db8:9::/48', six)).toBe('source 2001:db8:1::10 is not in 2001:db8:9::/48')
    expect(reason('src', 'not 192.168.0.0/16', six)).toBe('matches')
  })

  test('an opaque condition: nobody can tell', () => {
    const opaque = compileCondition(
      { kind: 'opaque', dialect: 'iptables', text: '-m recent' },
      RESOLVER,
      NAMES,
    )
    expect(opaque.test({ packet: reply })).toBeUndefined()
    expect(opaque.explain({ packet: reply }).sentence).toBe(
      'nobody can tell whether -m recent matches; it is assumed not to',
    )
  })

  test('the same value gives the same reason object', () => {
    const compiled = compileCondition(must(parseCell('dport', '443', NAMES))!, RESOLVER, NAMES)
    expect(compiled.explain({ packet: reply })).toBe(compiled.explain({ packet: { ...reply, ack: 5 } }))
  })
})

test('why none of several tests holds', () => {
  const compiled = compileCondition(
    {
      kind: 'either',
      tests: (['sport', 'dport'] as const).map((field) => ({
        kind: 'test',
        field,
        negated: false,
        terms: [{ kind: 'range', first: 80, last: 80 }],
      })),
    },
    RESOLVER,
    NAMES,
  )
  const context = { packet: reply }
  expect(compiled.test(context)).toBe(false)
  expect(compiled.explain(context).sentence).toBe(
    'source port is 443, the rule wants 80; and destination port is 62712, the rule wants 80',
  )
})
