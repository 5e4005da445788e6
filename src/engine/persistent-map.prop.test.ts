import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PersistentMap } from './persistent-map'

/** Few keys, so that they meet again; and long ones, as tuples have. */
const key = fc.oneof(fc.integer({ min: 0, max: 60 }).map(String), fc.string({ minLength: 30, maxLength: 40 }))
const change = fc.record({ key, value: fc.option(fc.integer(), { nil: undefined }) })

test('it holds what a Map holds after the same changes, and older versions stay as they were', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const reference = new Map<string, number>()
      let map = PersistentMap.empty<number>()
      const versions: { map: PersistentMap<number>; content: Map<string, number> }[] = []
      for (const each of changes) {
        versions.push({ map, content: new Map(reference) })
        if (each.value === undefined) {
          reference.delete(each.key)
          map = map.without(each.key)
        } else {
          reference.set(each.key, each.value)
          map = map.with(each.key, each.value)
        }
      }
      versions.push({ map, content: reference })
      for (const version of versions) {
        expect(version.map.size).toBe(version.content.size)
        for (const { key: name } of changes) expect(version.map.get(name)).toBe(version.content.get(name))
      }
      const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b)
      expect(sorted(map.values())).toEqual(sorted(reference.values()))
    }),
    { seed: 62712, numRuns: 150 },
  )
})
