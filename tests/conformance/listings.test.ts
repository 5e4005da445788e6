import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialectOf } from '@/dialects/lookup'
import { context, netfilterOf } from '../arbitraries/rules'
import { casesFor, listersOf } from './tools'

/*
 * What iptables -L shows is read as what iptables-save writes, asked of the tools themselves. Skipped where they are not
 * installed or namespaces may not be made.
 */

const RUNS = { seed: 20_262, numRuns: 40, endOnFailure: true } as const

/** Rules by table and chain without what a listing cannot have: ids, and the lines they stand in. */
function rulesOf(language: 'iptables' | 'ip6tables', text: string, without: readonly string[]) {
  const read = dialectOf(language)?.parse?.(text, context)
  if (!read?.ok) return { problems: read?.diagnostics.map(({ message }) => message) }
  const tables = read.value.firewall.ruleset.tables.flatMap(({ name, chains }) =>
    chains.map((chain) => ({
      table: name,
      chain: chain.name,
      policy: chain.base?.policy,
      rules: chain.rows.flatMap((row) =>
        row.kind === 'rule'
          ? [
              {
                match: row.match.filter(
                  ({ kind, ...rest }) => !('field' in rest && without.includes(rest.field)),
                ),
                target: row.target,
                name: row.name,
              },
            ]
          : [],
      ),
    })),
  )
  const order = (each: { table: string; chain: string }) => `${each.table} ${each.chain}`
  return {
    problems: read.diagnostics.filter(({ kind }) => kind === 'syntax-error').map(({ message }) => message),
    // A table that was never named has no rules and accepts.
    chains: tables
      .filter(({ rules, policy }) => rules.length > 0 || policy !== 'accept')
      .sort((a, b) => (order(a) < order(b) ? -1 : 1)),
  }
}

/** iptables-save of 1.8.9 leaves `! -i +` out, iptables -L shows it. */
const LOST_WHEN_SAVED = /! -[io] \+( |$)/

const WAYS = [
  { flags: '-n -v', without: [] },
  { flags: '-n --line-numbers', without: ['iif', 'oif'] },
  { flags: '-v -x -n', without: [] },
] as const

describe.each(['iptables', 'ip6tables'] as const)('%s -L', (language) => {
  const listers = listersOf(language)
  const print = dialectOf(language)?.print

  test.skipIf(listers.length > 0)(`is not asked: no tool for ${language} can be run here`, () => {})

  describe.runIf(listers.length > 0).each(listers)('$name', ({ list }) => {
    test.each(WAYS)(
      '$flags reads as what is saved, for generated tables',
      ({ flags, without }) => {
        fc.assert(
          fc.property(netfilterOf(language === 'iptables' ? 4 : 6), (firewall) => {
            const shown = list(print?.(firewall, context).text ?? '', flags)
            // A listing does not tell one match from several of its kind.
            if (!shown || /-m conntrack .*-m conntrack /.test(shown.saved)) return
            expect({ ...rulesOf(language, shown.listed, without), text: shown.listed }).toEqual({
              ...rulesOf(language, shown.saved, without),
              text: shown.listed,
            })
          }),
          RUNS,
        )
      },
      120_000,
    )

    test.each(casesFor(language).filter(({ input }) => !LOST_WHEN_SAVED.test(input)))(
      '$input',
      ({ input }) => {
        const [, table = 'filter', rules = ''] = /^(?:(\w+): )?(.*)$/.exec(input) ?? []
        const user = table === 'filter' ? [':user - [0:0]'] : []
        const shown = list([`*${table}`, ...user, ...rules.split(' / '), 'COMMIT', ''].join('\n'), '-n -v')
        if (shown) expect(rulesOf(language, shown.listed, [])).toEqual(rulesOf(language, shown.saved, []))
      },
    )
  })
})
