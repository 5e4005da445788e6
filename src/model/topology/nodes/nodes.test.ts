import { describe, expect, test } from 'vitest'
import { firewallKind } from '../../firewalls/lookup'
import { decodeDesign, emptyDesign, encodeDesign } from '../../project/document'
import { NODE_KINDS } from '../topology'
import { NODE_KINDS_LIST } from './index'

describe('every kind of node', () => {
  test('the list holds each kind once', () => {
    expect(NODE_KINDS_LIST.map(({ id }) => id).toSorted()).toEqual([...NODE_KINDS].toSorted())
  })
  test.each(NODE_KINDS_LIST.map((kind) => [kind.label, kind] as const))(
    '%s: two new ones have ids and names of their own, and can be saved',
    (_label, kind) => {
      const empty = emptyDesign('d', 'D')
      const first = kind.create(empty, { x: 1, y: 2 })
      const second = kind.create({ ...empty, devices: [first] }, { x: 3, y: 4 })
      const design = { ...empty, devices: [first, second] }
      expect(first.kind).toBe(kind.id)
      expect(first.position).toEqual({ x: 1, y: 2 })
      expect(second.name).toBe(`${first.name} 2`)
      expect(decodeDesign(encodeDesign(design))).toEqual({ ok: true, value: design, diagnostics: [] })
    },
  )
  test.each(NODE_KINDS_LIST.map((kind) => [kind.label, kind] as const))(
    '%s: translates only in a way that its firewall knows',
    (_label, kind) => {
      const device = kind.create(emptyDesign('d', 'D'), { x: 0, y: 0 })
      expect(firewallKind(device.firewall.kind).nat).toContain(device.nat.mode)
    },
  )
})
