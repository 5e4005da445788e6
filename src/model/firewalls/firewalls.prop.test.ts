import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firewall, rows } from '../../../tests/arbitraries/design'
import { allChains } from '../ruleset/chains'
import type { Chain, Row } from '../ruleset/ruleset'
import { askedChains } from './asked-chains'
import { DIRECTIONS, dualRows } from './dual'
import { FIREWALL_KIND_IDS } from './firewall-kind'
import { firewallKind } from './lookup'
import { switchKind } from './switch-kind'
import type { Place } from './switch-shape'

const chainOf = (name: string, list: readonly Row[]): Chain => ({
  name,
  base: { policy: 'drop' },
  rows: list,
})
const place: fc.Arbitrary<Place> = fc.constantFrom<Place>(
  { kind: 'router', outside: ['wan'] },
  { kind: 'router', outside: ['wan', 'wan2'] },
  { kind: 'host', outside: ['eth0'] },
)

test('one table of two chains holds every row of both once, in the order of its chain', () => {
  // Half of the rows are the same in both chains, as in a table that people edit in dual form.
  const pair = fc.tuple(rows, rows, fc.infiniteStream(fc.boolean())).map(([a, b, coin]) => {
    const ids = new Set(a.map((row) => row.id))
    const shared = a.filter(() => coin.next().value)
    return [a, [...shared, ...b.filter((row) => !ids.has(row.id))]] as const
  })
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const table = dualRows(chainOf('inbound', a), chainOf('outbound', b))
      const sides = { inbound: a, outbound: b }
      for (const direction of DIRECTIONS) {
        const own = table.filter((row) => row.sides.includes(direction))
        expect(own.map((row) => row.id)).toEqual(sides[direction].map((row) => row.id))
        expect(own.map((row) => row.at[direction])).toEqual(own.map((_, index) => index))
      }
      expect(new Set(table.map((row) => row.key)).size).toBe(table.length)
      const shared = b.filter((row) => a.includes(row))
      expect(table.filter((row) => row.sides.length === 2)).toHaveLength(shared.length)
    }),
    { seed: 62712, numRuns: 200 },
  )
}, 30_000)

test('a switch of kind asks nothing that the kind cannot, and loses no rule', () => {
  fc.assert(
    fc.property(firewall, fc.constantFrom(...FIREWALL_KIND_IDS), place, (before, to, where) => {
      fc.pre(to !== before.kind)
      const { firewall: after, notes } = switchKind(before, to, where)
      const kind = firewallKind(to)
      expect(after.kind).toBe(to)
      for (const { chain } of askedChains(after)) {
        const ids = chain.rows.map((row) => row.id)
        expect(new Set(ids).size).toBe(ids.length)
        for (const row of chain.rows) {
          if (row.kind === 'separator' || !row.enabled) continue
          expect(kind.targets).toContain(row.target.kind)
        }
      }
      const names = (of: typeof before) =>
        allChains(of.ruleset).flatMap(({ chain }) =>
          chain.rows.flatMap((row) => (row.kind === 'rule' ? row.name : [])),
        )
      const kept = names(after)
      for (const name of names(before)) expect(kept).toContain(name)
      for (const note of notes) expect(note).toMatch(/\.$/)
    }),
    { seed: 443, numRuns: 200 },
  )
}, 30_000)
