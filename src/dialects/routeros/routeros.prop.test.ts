import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import type { Family } from '@/model/packet/address'
import { allChains } from '@/model/ruleset/chains'
import type { Table } from '@/model/ruleset/ruleset'
import { context, homeOf, netfilterOf } from '../../../tests/arbitraries/rules'
import { packetsFor, verdictOf } from '../../../tests/verdicts'
import { netfilterTables } from '../as-netfilter'
import { detectDialect } from '../detect'
import { Losses } from '../losses'
import { parseRouteros } from './parse'
import { printRouteros } from './print'

/** What stands in the text of a firewall: the tables of netfilter, without the rules told of as left out. */
function said(firewall: Firewall, left: ReadonlySet<string>): Firewall {
  const tables = without(netfilterTables(firewall, context, new Losses()), left)
  return { ...firewall, kind: 'netfilter', form: 'separate', builtins: [], ruleset: { tables } }
}

/** Two chains may use one id, and a loss names the id alone: both go. */
function without(tables: readonly Table[], left: ReadonlySet<string>): Table[] {
  return tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({ ...chain, rows: chain.rows.filter((row) => !left.has(row.id)) })),
  }))
}

function round(firewall: Firewall) {
  const printed = printRouteros(firewall, context)
  const read = parseRouteros(printed.text, context)
  if (!read.ok) throw new Error(`${printed.text}\n${JSON.stringify(read.diagnostics)}`)
  expect(read.diagnostics.filter(({ kind }) => kind === 'syntax-error')).toEqual([])
  const gone = printed.losses.filter(({ sentence }) => sentence.includes('left out'))
  const left = new Set(gone.flatMap(({ rule }) => (rule === undefined ? [] : [rule])))
  const back: Firewall = {
    ...read.value.firewall,
    ruleset: { tables: without(read.value.firewall.ruleset.tables, left) },
  }
  return { printed, back, given: said(firewall, left) }
}

/** The rows of each chain as far as they do not depend on how a condition is said. */
function rows(firewall: Firewall, family: Family) {
  const own = family === 4 ? 'ip' : 'ip6'
  const chains = allChains(firewall.ruleset)
    .filter(({ ref }) => ref.family === own || ref.family === 'inet')
    .map(({ ref, chain }) => ({
      chain: `${ref.table} ${ref.chain}`,
      policy: chain.base?.policy,
      rows: chain.rows.map((row) =>
        row.kind === 'separator'
          ? row
          : { id: row.id, name: row.name, enabled: row.enabled, target: row.target.kind, log: row.log },
      ),
    }))
  return chains.sort((a, b) => (a.chain < b.chain ? -1 : 1))
}

describe.each([4, 6] as const)('IPv%s: what is printed and read back', (family) => {
  const firewalls = fc.oneof({ weight: 3, arbitrary: netfilterOf(family) }, homeOf(family))

  test('has the same rules in the same order', () => {
    fc.assert(
      fc.property(netfilterOf(family), (firewall) => {
        const { back, given } = round(firewall)
        expect(rows(back, family)).toEqual(rows(given, family))
      }),
      { seed: 20_264, numRuns: 300 },
    )
  })

  test('decides every packet alike, by the same rule', () => {
    fc.assert(
      fc.property(
        firewalls.chain((firewall) =>
          fc.tuple(
            fc.constant(firewall),
            fc.array(packetsFor(firewall, family, context), { minLength: 20, maxLength: 20 }),
          ),
        ),
        ([firewall, packets]) => {
          const { back, given, printed } = round(firewall)
          const changed = new Set(printed.losses.map(({ rule }) => rule))
          for (const { ref, chain } of allChains(given.ruleset)) {
            if (!chain.base) continue
            const other = { ...ref, family: family === 4 ? ('ip' as const) : ('ip6' as const) }
            for (const packet of packets) {
              const before = verdictOf(given, ref, packet, context)
              const after = verdictOf(back, other, packet, context)
              const answer = changed.has(before.by) ? {} : { with: before.with }
              expect(after, printed.text).toMatchObject({ kind: before.kind, by: before.by, ...answer })
            }
          }
        },
      ),
      { seed: 20_265, numRuns: 200 },
    )
  })

  test('is recognised', () => {
    fc.assert(
      fc.property(firewalls, (firewall) => {
        expect(detectDialect(printRouteros(firewall, context).text)[0]?.dialect.id).toBe('routeros')
      }),
      { seed: 20_266, numRuns: 100 },
    )
  })
})
