import { describe, expect, test } from 'vitest'
import { answer, datagram, type Json, ping, six, syn } from './laboratory'

describe('headers', () => {
  const received = (packet: Json) => answer({}, [packet]).packets[0]?.received

  test('every member of a segment arrives, the TTL one lower', () => {
    const segment = {
      ...syn,
      flags: 'FSRPAUEC',
      seq: 4294967295,
      ack: 7,
      window: 9,
      ttl: 9,
      tos: 184,
      id: 77,
    }
    const { from: _, ...sent } = { ...segment, payload: 'GET /' }
    expect(received({ ...segment, payload: 'GET /' })).toEqual({ ...sent, ttl: 8 })
  })

  test.each<[string, Json, Json]>([
    ['a payload that is a number of bytes', { ...datagram, payload: 100 }, { payload: 100 }],
    ['a protocol by number', { ...datagram, proto: 17 }, { proto: 'udp', dport: 53 }],
    ['a protocol by name', { from: 'client', proto: 'gre', src: syn.src, dst: syn.dst }, { proto: 47 }],
    ['a segment without flags: a SYN', { ...syn, flags: undefined }, { flags: 'S' }],
    ['a segment with no flag at all', { ...syn, flags: '' }, { flags: '' }],
    ['an echo request', ping, { icmp_type: 8, icmp_code: 0, icmp_id: 7, icmp_seq: 1 }],
    [
      'an IPv6 datagram: ttl is the hop limit',
      { ...six(datagram), ttl: 20 },
      { src: '2001:db8:1::10', ttl: 19 },
    ],
  ])('%s', (_what, packet, expected) => {
    expect(received(packet)).toMatchObject(expected)
  })

  test('what a packet of its protocol does not have is told', () => {
    const { diagnostics } = answer({}, [syn, { ...ping, dport: 80 }])
    expect(diagnostics).toEqual([
      { host: 'client', kind: 'ignored', message: '/packets/1/dport: a packet of icmp has no dport.' },
    ])
  })
})
