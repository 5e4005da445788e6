import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { familyOf, formatAddress, fromInteger, type IpAddress, offsetAddress, parseAddress } from './address'

const address = (text: string): IpAddress => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message)
  return parsed.value
}

describe('an address is read and written in its canonical form', () => {
  test.each([
    ['192.168.1.10', '192.168.1.10'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    [' 10.0.0.1 ', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:10', '2001:db8::10'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ])('%s -> %s', (text, canonical) => {
    expect(formatAddress(address(text))).toBe(canonical)
  })
})

describe('what is no address says what would be right', () => {
  test.each([
    ['', 'An address is missing'],
    ['192.168.1', 'four numbers from 0 to 255'],
    ['192.168.1.256', '256 is too large'],
    ['192.168.01.1', 'leading zero'],
    ['laptop', 'four numbers from 0 to 255'],
    ['2001:db8::1::2', 'eight groups'],
    ['2001:db8:12345::', 'eight groups'],
    ['1:2:3:4:5:6:7', 'eight groups'],
    ['1:2:3:4:5:6:7:8::', 'eight groups'],
    ['::ffff:300.0.0.1', '300 is too large'],
  ])('%s', (text, message) => {
    const parsed = parseAddress(text)
    expect(parsed.ok).toBe(false)
    expect(parsed.diagnostics[0]?.message).toContain(message)
  })
})

test('every IPv6 address compares greater than every IPv4 one', () => {
  expect(address('::') > address('255.255.255.255')).toBe(true)
})

test('an offset stays in its family and wraps at the end', () => {
  expect(formatAddress(offsetAddress(address('192.0.2.255'), 1))).toBe('192.0.3.0')
  expect(formatAddress(offsetAddress(address('255.255.255.255'), 1))).toBe('0.0.0.0')
  expect(formatAddress(offsetAddress(address('2001:db8::ffff'), 1))).toBe('2001:db8::1:0')
})

test('law: parse after format is the identity in both families', () => {
  const any = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => fromInteger(4, value)),
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => fromInteger(6, value)),
  )
  fc.assert(
    fc.property(any, (value) => {
      expect(address(formatAddress(value))).toBe(value)
      expect(familyOf(address(formatAddress(value)))).toBe(familyOf(value))
    }),
    { seed: 1 },
  )
})
