import { describe, expect, test } from 'vitest'
import { portBand } from '../packet/port'
import type { HostProfile } from './host-profile'
import { HOST_PROFILES, hostProfile, settingsOf } from './host-profiles'

const size = ({ ephemeralPorts: { first, last } }: HostProfile) => last - first + 1

describe('every host profile', () => {
  test('ids are unique', () => {
    expect(new Set(HOST_PROFILES.map(({ id }) => id)).size).toBe(HOST_PROFILES.length)
  })
  test.each(HOST_PROFILES.map((profile) => [profile.id, profile] as const))(
    '%s: retries rise and end before it gives up, and every value has a source',
    (_id, profile) => {
      for (const [retries, giveUp] of [
        [profile.synRetriesAtMs, profile.synGiveUpAtMs],
        [profile.synAckRetriesAtMs, profile.synAckGiveUpAtMs],
      ] as const) {
        expect(retries).toEqual(retries.toSorted((a, b) => a - b))
        expect(retries.at(-1)).toBeLessThan(giveUp)
      }
      const values = Object.keys(profile).filter(
        (key) => key !== 'id' && key !== 'label' && key !== 'sources',
      )
      expect(Object.keys(profile.sources).toSorted()).toEqual(values.toSorted())
    },
  )
})

describe('R050: operating systems pick from different ranges', () => {
  test.each([
    ['linux-2.2', 1024, 4999, 3976],
    ['windows-before-vista', 1025, 5000, 3976],
    ['linux', 32768, 60999, 28_232],
    ['linux-2.2-busy', 32768, 61000, 28_233],
    ['windows', 49152, 65535, 16_384],
    ['macos', 49152, 65535, 16_384],
  ])('%s: %i to %i, %i ports', (id, first, last, count) => {
    const profile = hostProfile(id)
    expect(profile.ephemeralPorts).toEqual({ first, last })
    expect(size(profile)).toBe(count)
  })
})

describe('R047, R048: who may listen where', () => {
  const may = (id: string, port: number) => port >= hostProfile(id).lowestUnprivilegedPort
  test.each([
    ['strict', false, false, true],
    ['classic-unix', false, true, true],
    ['open', true, true, true],
    ['linux', false, true, true],
    ['windows', true, true, true],
  ])('%s: 80 %s, 8080 %s, 60080 %s', (id, wellKnown, registered, dynamic) => {
    expect([80, 8080, 60080].map((port) => may(id, port))).toEqual([wellKnown, registered, dynamic])
  })
  test('the three ports are of three bands', () => {
    expect([80, 8080, 60080].map(portBand)).toEqual(['well-known', 'registered', 'dynamic'])
  })
})

test('R049: a device overrides the range of its profile and nothing else', () => {
  const range = { first: 51000, last: 51100 }
  const settings = settingsOf({ host: { profile: 'linux', ephemeralPorts: range } })
  expect(settings).toEqual({ ...hostProfile('linux'), ephemeralPorts: range })
  expect(size(settings)).toBe(101)
})
