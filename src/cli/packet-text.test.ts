import { describe, expect, test } from 'vitest'
import { packetJson } from './packet-json'
import { parsePacketText } from './packet-text'

describe('a packet in words', () => {
  test.each([
    [
      'tcp 104.244.42.1:443 > 192.168.1.10:62712 SA iif=wan',
      { proto: 'tcp', src: '104.244.42.1', sport: 443, dst: '192.168.1.10', dport: 62712, flags: 'SA' },
    ],
    ['tcp 10.0.0.1:1 > 10.0.0.2:22', { flags: 'S' }],
    ['tcp 10.0.0.1:1 -> 10.0.0.2:https PA ttl=3', { dport: 443, flags: 'PA', ttl: 3 }],
    ['tcp 10.0.0.1:1>10.0.0.2:2 -', { flags: '' }],
    ['udp 10.0.0.1:5353 > 9.9.9.9:domain', { proto: 'udp', dport: 53 }],
    ['tcp [2001:db8::1]:443 > [2001:db8::2]:62712 A', { src: '2001:db8::1', dport: 62712, flags: 'A' }],
    ['icmp 10.0.0.1 > 10.0.0.2', { proto: 'icmp', icmp_type: 8, icmp_code: 0 }],
    ['icmp 10.0.0.1 > 10.0.0.2 3/3', { icmp_type: 3, icmp_code: 3 }],
    ['icmpv6 2001:db8::1 > 2001:db8::2 echo-reply', { proto: 'icmpv6', icmp_type: 129 }],
    ['47 10.0.0.1 > 10.0.0.2', { proto: 47 }],
  ])('%s', (text, fields) => {
    const parsed = parsePacketText(text)
    expect(parsed.ok && packetJson(parsed.value.packet)).toMatchObject(fields)
  })

  test('the interfaces are beside it', () => {
    expect(parsePacketText('udp 10.0.0.1:1 > 10.0.0.2:2 iif=lan oif=wan')).toMatchObject({
      ok: true,
      value: { iif: 'lan', oif: 'wan' },
    })
  })

  test.each([
    ['', '"" is not a packet.'],
    ['tcp 10.0.0.1 > 10.0.0.2', 'Both ends need a port'],
    ['icmp 10.0.0.1:1 > 10.0.0.2:2', 'Only TCP and UDP have ports.'],
    ['tcp 10.0.0.300:1 > 10.0.0.2:2', '300 is too large in 10.0.0.300.'],
    ['tcp 10.0.0.1:1 > [2001:db8::2]:2', 'Source and destination are of two address families.'],
    ['tcp 10.0.0.1:1-9 > 10.0.0.2:2', 'A packet has one port, and 1-9 are several.'],
    ['tcp 10.0.0.1:1 > 10.0.0.2:2 SX', '"SX" are no flags.'],
    ['tcp 10.0.0.1:1 > 10.0.0.2:2 S A', '"A" is one word too many.'],
    ['udp 10.0.0.1:1 > 10.0.0.2:2 S', '"S" does not go with that protocol.'],
    ['udp 10.0.0.1:1 > 10.0.0.2:2 via=x', '"via=x" is nothing that is known of a packet.'],
    ['xyz 10.0.0.1 > 10.0.0.2', 'xyz is not a protocol.'],
  ])('%j: %s', (text, message) => {
    const parsed = parsePacketText(text)
    expect(parsed.ok ? '' : parsed.diagnostics[0]?.message).toContain(message)
  })
})
