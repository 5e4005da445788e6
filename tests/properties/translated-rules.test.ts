import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dialect, PrintedRules } from '@/dialects/dialect'
import { dialectOf } from '@/dialects/lookup'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { FAMILY, type Family } from '@/model/packet/address'
import { allChains, rulesOf } from '@/model/ruleset/chains'
import type { Chain, Row, Rule } from '@/model/ruleset/ruleset'
import { context, homeOf } from '../arbitraries/rules'
import { packetsFor } from '../verdicts'
import { type Verdict, verdictOf, WAYS, type Way } from './verdicts'

/*
 * A text that is told to be complete means what the tables mean: of every packet, at the boundaries of the rules too, the
 * tables that are read from it say the same, by the same rule.
 */

/** The rules without those that were told of as left out. */
function without(firewall: Firewall, left: ReadonlySet<string>): Firewall {
  const tables = firewall.ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rows: chain.rows.filter((row) => row.kind === 'separator' || !left.has(row.id)),
    })),
  }))
  return { ...firewall, ruleset: { tables } }
}

/** Rules that the text for that family does not have. */
function leftOut({ losses }: PrintedRules, family?: Family): ReadonlySet<string> {
  const other = family && FAMILY[family === 4 ? 6 : 4].name
  const left = losses.filter(
    ({ sentence }) => /left out/.test(sentence) && !sentence.includes(`${other} list`),
  )
  return new Set(left.flatMap(({ rule }) => rule ?? []))
}

/** Nothing is answered, and no two rules have one id. */
function silenced(firewall: Firewall): Firewall {
  const quiet = (row: Row, chain: string): Row => ({
    ...row,
    id: `${chain}-${row.id}`,
    ...(row.kind === 'rule' && row.target.kind === 'reject' && { target: { kind: 'drop' } }),
  })
  const tables = firewall.ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map(({ base, name, rows }) => ({
      name,
      ...(base && { base: { ...base, policy: base.policy === 'reject' ? ('drop' as const) : base.policy } }),
      rows: rows.map((row) => quiet(row, name)),
    })),
  }))
  return { ...firewall, ruleset: { tables } }
}

/** Whose answer is the same on every way but those that the text says it does not guard. */
interface Law {
  readonly id: string
  readonly ways: readonly Way[]
  readonly firewall: (family: Family) => fc.Arbitrary<Firewall>
  readonly families: readonly Family[]
}

const stateless = (family: Family) =>
  homeOf(family).map((each): Firewall => silenced({ ...each, kind: 'home-stateless', builtins: [] }))

/** The rules of a home filter in `input` and `output` of Linux 2.2, whose one answer is "port unreachable". */
const onIpchains = (family: Family) =>
  homeOf(family).map((home): Firewall => {
    const answers = (row: Row, chain: string): Row => ({
      ...row,
      id: `${chain}-${row.id}`,
      ...(row.kind === 'rule' &&
        row.target.kind === 'reject' && { target: { kind: 'reject', with: 'icmp-port-unreachable' } }),
    })
    const empty = firewallKind('ipchains').create()
    const [inbound, outbound] = home.ruleset.tables[0]?.chains ?? []
    const from: Readonly<Record<string, Chain | undefined>> = { input: inbound, output: outbound }
    const tables = empty.ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({
        ...chain,
        ...from[chain.name],
        name: chain.name,
        rows: (from[chain.name]?.rows ?? []).map((row) => answers(row, chain.name)),
      })),
    }))
    return { ...empty, ruleset: { tables } }
  })

const LAWS: readonly Law[] = [
  { id: 'pf', ways: WAYS, firewall: stateless, families: [4, 6] },
  { id: 'ipchains', ways: WAYS, firewall: onIpchains, families: [4] },
  // What the router sends by itself is asked by no list.
  {
    id: 'cisco-ios',
    ways: WAYS.filter(({ iif }) => iif !== undefined),
    firewall: stateless,
    families: [4, 6],
  },
]

describe.each(LAWS)('$id', ({ id, ways, firewall: firewallOf, families }) => {
  const dialect = dialectOf(id) as Required<Dialect>
  test.each(families)('IPv%s: the same verdict by the same rule', (family) => {
    let compared = 0
    fc.assert(
      fc.property(
        firewallOf(family).chain((firewall) =>
          fc.tuple(
            fc.constant(firewall),
            fc.array(packetsFor(firewall, family, context), { minLength: 8, maxLength: 8 }),
          ),
        ),
        ([firewall, packets]) => {
          const printed = dialect.print(firewall, context)
          const left = leftOut(printed, family)
          const said = without(firewall, left)
          const read = dialect.parse(printed.text, context)
          if (!read.ok) throw new Error(`${printed.text}\n${JSON.stringify(read.diagnostics)}`)
          for (const { packet } of packets)
            for (const way of ways) {
              const wanted = verdictOf(said, packet, way)
              const found = verdictOf(read.value.firewall, packet, way)
              if (!same(wanted, found))
                expect({ ...found, printed: printed.text, packet, way }).toEqual({
                  ...wanted,
                  printed: '',
                  packet,
                  way,
                })
              compared++
            }
        },
      ),
      { seed: 20_264, numRuns: 80 },
    )
    expect(compared).toBeGreaterThan(1000)
  })
})

describe.each(LAWS)('$id', ({ id, firewall: firewallOf, families }) => {
  const dialect = dialectOf(id) as Required<Dialect>
  test.each(families)('IPv%s: every rule that is not left out comes back as it was', (family) => {
    fc.assert(
      fc.property(firewallOf(family), (firewall) => {
        const printed = dialect.print(firewall, context)
        const read = dialect.parse(printed.text, context)
        if (!read.ok) throw new Error(`${printed.text}\n${JSON.stringify(read.diagnostics)}`)
        const left = leftOut(printed)
        const back = new Map(rules(read.value.firewall).map(({ sourceLine: _, ...rule }) => [rule.id, rule]))
        const wanted = rules(firewall).filter(({ id }) => back.has(id) || !left.has(id))
        // What permits may go on with the next list.
        const passes = (rule: Omit<Rule, 'sourceLine'> | undefined) =>
          rule?.target.kind === 'return' ? { ...rule, target: { kind: 'accept' } } : rule
        // What a text says of interfaces stands beside the rule in a home filter.
        const ofChain = (rule: ReturnType<typeof passes>) =>
          rule && {
            ...rule,
            match: rule.match.filter((each) => each.kind !== 'test' || !/^[io]if$/.test(each.field)),
          }
        expect(wanted.map((rule) => ofChain(passes(back.get(rule.id))))).toEqual(wanted)
      }),
      { seed: 20_265, numRuns: 80 },
    )
  })
})

const rules = (firewall: Firewall) => allChains(firewall.ruleset).flatMap(({ chain }) => rulesOf(chain))

/** Where nothing refuses, the last table that was asked may be another one. */
function same(a: Verdict, b: Verdict): boolean {
  return a.verdict === b.verdict && (a.verdict === 'accept' || a.by === b.by)
}
