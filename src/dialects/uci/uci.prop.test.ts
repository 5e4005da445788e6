import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { allChains } from '@/model/ruleset/chains'
import type { Table } from '@/model/ruleset/ruleset'
import { context, homeOf, netfilterOf } from '../../../tests/arbitraries/rules'
import { packetsFor, verdictOf } from '../../../tests/verdicts'
import { netfilterTables } from '../as-netfilter'
import { detectDialect } from '../detect'
import { Losses } from '../losses'
import { parseUci } from './parse'
import { printUci } from './print'

/** Each rule has a name and an id of its own: sections carry no ids. */
function withNames(firewall: Firewall): Firewall {
  const tables = firewall.ruleset.tables.map(
    (table): Table => ({
      ...table,
      chains: table.chains.map((chain) => ({
        ...chain,
        rows: chain.rows.map((row) =>
          row.kind === 'rule'
            ? { ...row, id: `${chain.name} ${row.id}`, name: `${chain.name} ${row.id}` }
            : row,
        ),
      })),
    }),
  )
  return { ...firewall, ruleset: { tables } }
}

function round(firewall: Firewall) {
  const tables = netfilterTables(firewall, context, new Losses())
  const plain = withNames({
    ...firewall,
    kind: 'netfilter',
    form: 'separate',
    builtins: [],
    ruleset: { tables },
  })
  const printed = printUci(plain, context)
  const read = parseUci(printed.text, context)
  if (!read.ok) throw new Error(`${printed.text}\n${JSON.stringify(read.diagnostics)}`)
  expect(
    read.diagnostics.filter(({ kind }) => kind === 'syntax-error'),
    printed.text,
  ).toEqual([])
  const gone = printed.losses.filter(({ sentence }) => sentence.includes('left out'))
  const left = new Set(gone.flatMap(({ rule }) => (rule === undefined ? [] : [rule])))
  const names = new Set(
    allChains(plain.ruleset).flatMap(({ chain }) =>
      chain.rows.flatMap((row) => (row.kind === 'rule' && left.has(row.id) ? [row.name] : [])),
    ),
  )
  const without = (all: Firewall): Firewall => ({
    ...all,
    ruleset: {
      tables: all.ruleset.tables.map((table) => ({
        ...table,
        chains: table.chains.map((chain) => ({
          ...chain,
          rows: chain.rows.filter((row) => row.kind !== 'rule' || !names.has(row.name)),
        })),
      })),
    },
  })
  return { printed, back: without(read.value.firewall), given: without(plain) }
}

describe.each([4, 6] as const)('IPv%s: what is printed and read back', (family) => {
  const firewalls = fc.oneof({ weight: 3, arbitrary: netfilterOf(family) }, homeOf(family))

  test('decides every packet alike, by the same rule, but for what OpenWrt accepts first', () => {
    let decided = 0
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
          for (const { ref, chain } of allChains(given.ruleset)) {
            if (!chain.base || ref.table !== 'filter') continue
            const other = { ...ref, family: 'inet' as const }
            for (const packet of packets) {
              if (packet.ctState === 'established' || packet.ctState === 'related') continue
              const before = verdictOf(given, ref, packet, context)
              const after = verdictOf(back, other, packet, context)
              const name = before.by === 'policy' || before.name === '' ? {} : { name: before.name }
              if (before.by !== 'policy') decided++
              expect(after, printed.text).toMatchObject({ kind: before.kind, ...name })
            }
          }
        },
      ),
      { seed: 20_267, numRuns: 200 },
    )
    // Rules decide often, or the law says little.
    expect(decided).toBeGreaterThan(1000)
  })

  test('is recognised', () => {
    fc.assert(
      fc.property(firewalls, (firewall) => {
        expect(detectDialect(printUci(firewall, context).text)[0]?.dialect.id).toBe('uci')
      }),
      { seed: 20_268, numRuns: 100 },
    )
  })
})
