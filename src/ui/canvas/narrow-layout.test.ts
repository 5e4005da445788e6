import { expect, test } from 'vitest'
import { LESSONS } from '@/lessons/index'
import { narrowPlaces } from './narrow-layout'

const design = LESSONS[0]?.start()
if (!design) throw new Error('no story')
const places = narrowPlaces(design)
const at = (id: string) => places.get(id) ?? { x: Number.NaN, y: Number.NaN }

test('the laptop stands on top of the router, everything else to the right of it', () => {
  expect(at('laptop').x).toBe(at('router').x)
  expect(at('laptop').y).toBeLessThan(at('router').y)
  expect(at('internet').x).toBeGreaterThan(at('router').x)
  expect(at('twitter').x).toBeGreaterThan(at('internet').x)
})

test('every device has a place, and what was above stays above', () => {
  expect([...places.keys()].toSorted()).toEqual(design.devices.map(({ id }) => id).toSorted())
  expect(at('twitter').y).toBeLessThan(at('akamai').y)
})
