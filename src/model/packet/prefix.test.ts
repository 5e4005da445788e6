import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromInteger, parseAddress } from './address'
import {
  formatPrefix,
  intervalAsPrefix,
  parseInterfaceAddress,
  parsePrefix,
  prefixContains,
  prefixInterval,
  prefixOf,
} from './prefix'

describe('a prefix clears its host bits, an interface address keeps them', () => {
  test.each([
    ['192.168.1.10/24', '192.168.1.0/24', '192.168.1.10/24'],
    ['192.168.1.10', '192.168.1.10', '192.168.1.10'],
    ['10.1.2.3/0', '0.0.0.0/0', '10.1.2.3/0'],
    ['192.168.1.10/255.255.255.0', '192.168.1.0/24', '192.168.1.10/24'],
    ['2001:db8:1::10/64', '2001:db8:1::/64', '2001:db8:1::10/64'],
  ])('%s -> %s, %s', (text, prefix, onInterface) => {
    const asPrefix = parsePrefix(text)
    const asAddress = parseInterfaceAddress(text)
    expect(asPrefix.ok && formatPrefix(asPrefix.value)).toBe(prefix)
    expect(asAddress.ok && formatPrefix(asAddress.value)).toBe(onInterface)
  })
})

describe('a wrong prefix is named where it is wrong', () => {
  test.each([
    [
      '198.51.100.0/33',
      '/33 is too long. An IPv4 prefix has 0 to 32 bits. Did you mean 198.51.100.0/24?',
      13,
    ],
    [
      '2001:db8::/129',
      '/129 is too long. An IPv6 prefix has 0 to 128 bits. Did you mean 2001:db8::/120?',
      11,
    ],
    ['10.0.0.0/x', '/x is not a length. An IPv4 prefix has 0 to 32 bits.', 9],
    ['10.0.0.0/8/8', '10.0.0.0/8/8 has more than one slash. Write 10.0.0.0/24.', 9],
    ['10.0.0.0/255.0.255.0', '/255.0.255.0 is not a netmask. Write a length of 0 to 32, such as /24.', 9],
  ])('%s', (text, message, column) => {
    const parsed = parsePrefix(text)
    expect(parsed.diagnostics[0]).toMatchObject({ message, column })
  })
})

test('law: the interval of a prefix is that prefix again, and holds its own ends', () => {
  const prefix = fc
    .tuple(
      fc.constantFrom(4 as const, 6 as const),
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      fc.nat(128),
    )
    .map(([family, value, length]) =>
      prefixOf({ address: fromInteger(family, value), prefixLength: family === 4 ? length % 33 : length }),
    )
  fc.assert(
    fc.property(prefix, (each) => {
      const interval = prefixInterval(each)
      expect(intervalAsPrefix(interval)).toEqual(each)
      expect(prefixContains(each, interval.first) && prefixContains(each, interval.last)).toBe(true)
    }),
    { seed: 2 },
  )
})

test('an interval that is no prefix is none', () => {
  const at = (text: string) => {
    const parsed = parseAddress(text)
    if (!parsed.ok) throw new Error(text)
    return parsed.value
  }
  expect(intervalAsPrefix({ first: at('10.0.0.1'), last: at('10.0.0.2') })).toBeUndefined()
  expect(intervalAsPrefix({ first: at('10.0.0.0'), last: at('10.0.0.2') })).toBeUndefined()
})
