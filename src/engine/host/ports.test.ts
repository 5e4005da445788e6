import { describe, expect, test } from 'vitest'
import { HOST_PROFILES, hostProfile } from '@/model/topology/host-profiles'
import { seededRandom } from '../random'
import { bindRefusal, NO_PORT_MEMORY, pickEphemeralPort } from './ports'

/** Picks a number of ports one after the other, as one host towards one destination. */
function pickMany(
  profile: string,
  count: number,
  seed = 1,
  range?: { first: number; last: number },
): (number | undefined)[] {
  const base = hostProfile(profile)
  const random = seededRandom(seed)
  const taken = new Set<number>()
  let memory = NO_PORT_MEMORY
  return Array.from({ length: count }, () => {
    const picked = pickEphemeralPort({
      profile: range ? { ...base, ephemeralPorts: range } : base,
      destination: 'server:443',
      memory,
      isFree: (port) => !taken.has(port),
      random,
    })
    if (!picked) return undefined
    taken.add(picked.port)
    memory = picked.memory
    return picked.port
  })
}

describe.each(HOST_PROFILES.map(({ id }) => id))('R049: %s', (id) => {
  const { first, last } = hostProfile(id).ephemeralPorts
  test('picks inside its range, and every port once', () => {
    const ports = pickMany(id, 50)
    expect(ports.every((port) => port !== undefined && port >= first && port <= last)).toBe(true)
    expect(new Set(ports).size).toBe(50)
  })
  test('picks the same ports for the same seed', () => {
    expect(pickMany(id, 20, 7)).toEqual(pickMany(id, 20, 7))
  })
})

describe('Linux picks by parity [G7]', () => {
  test('the parity of the low end comes first: even ports of 32768-60999', () => {
    expect(pickMany('linux', 400).every((port) => (port ?? 1) % 2 === 0)).toBe(true)
  })
  test('a range of 10 gives 5 even, then 5 odd ones, and the 11th finds none', () => {
    const ports = pickMany('linux', 11, 3, { first: 50_000, last: 50_009 })
    expect(ports.slice(0, 5).every((port) => (port ?? 1) % 2 === 0)).toBe(true)
    expect(ports.slice(5, 10).every((port) => (port ?? 0) % 2 === 1)).toBe(true)
    expect(ports[10]).toBeUndefined()
  })
})

test('R031: of a range of 101 ports the 102nd connection to the same destination finds none', () => {
  expect(
    pickMany('windows', 102, 1, { first: 51_000, last: 51_100 }).filter((port) => port === undefined),
  ).toHaveLength(1)
})

describe('a pinned port', () => {
  const pick = (firstPort: number, isFree: (port: number) => boolean) =>
    pickEphemeralPort({
      profile: hostProfile('windows'),
      firstPort,
      destination: 'd',
      memory: NO_PORT_MEMORY,
      isFree,
      random: seededRandom(1),
    })?.port
  test('is taken while it is free', () => {
    expect(pick(62_712, () => true)).toBe(62_712)
  })
  test('gives way when it is taken, or outside the range', () => {
    expect(pick(62_712, (port) => port !== 62_712)).not.toBe(62_712)
    expect(pick(40_000, () => true)).not.toBe(40_000)
  })
})

describe('R029, R048: who may listen where', () => {
  test.each([
    [443, false, false],
    [443, true, true],
    [1024, false, true],
    [60_080, false, true],
  ])('port %i with privileges %s: %s', (port, privileged, may) => {
    expect(bindRefusal(hostProfile('linux'), port, privileged) === undefined).toBe(may)
  })
})
