import { describe, expect, test } from 'vitest'
import {
  formatPortRange,
  PORT_BANDS,
  parsePortRange,
  portBand,
  SERVICES,
  serviceByName,
  serviceName,
} from './port'

describe('R047: any port tells its band, edges exact', () => {
  test.each([
    [0, 'well-known'],
    [1023, 'well-known'],
    [1024, 'registered'],
    [49151, 'registered'],
    [49152, 'dynamic'],
    [65535, 'dynamic'],
  ])('%i is %s', (port, band) => {
    expect(portBand(port)).toBe(band)
  })
  test('the bands meet without a gap', () => {
    expect(PORT_BANDS.map(({ first }) => first).slice(1)).toEqual(
      PORT_BANDS.map(({ last }) => last + 1).slice(0, -1),
    )
  })
  test.each([
    [80, 'well-known'],
    [8080, 'registered'],
    [60080, 'dynamic'],
  ])('R048: web server port %i is %s', (port, band) => {
    expect(portBand(port)).toBe(band)
  })
})

describe('a port range is read', () => {
  test.each([
    ['443', '443'],
    ['https', '443'],
    ['1024-65535', '1024-65535'],
    ['1024:', '1024-65535'],
    [':1023', '0-1023'],
    ['ftp-data', '20'],
    ['80:80', '80'],
  ])('%s -> %s', (text, canonical) => {
    const parsed = parsePortRange(text)
    expect(parsed.ok && formatPortRange(parsed.value)).toBe(canonical)
  })
  test.each([
    ['65536', '65536 is not a port. Ports are 0 to 65535.'],
    ['1-70000', '70000 is not a port. Ports are 0 to 65535.'],
    ['500-400', '500-400 runs backwards. Write the lower port first: 400-500.'],
    [
      'htps',
      'htps is not a port. Write a number from 0 to 65535, a range such as 1024-65535, or a service such as https.',
    ],
  ])('%s is refused with a sentence', (text, message) => {
    expect(parsePortRange(text).diagnostics[0]?.message).toBe(message)
  })
})

test.each([
  ['ftp-data', 20],
  ['ftp', 21],
  ['domain', 53],
  ['http', 80],
  ['https', 443],
])('%s is port %i both ways', (name, port) => {
  expect(serviceByName(name.toUpperCase())?.port).toBe(port)
  expect(serviceName(port, 'tcp')).toBe(name)
})

test('no service is listed twice', () => {
  const keys = SERVICES.map(({ name, protocol }) => `${name}/${protocol}`)
  expect(new Set(keys).size).toBe(keys.length)
})
