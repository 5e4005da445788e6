import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Firewall, FirewallKindId } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import type { IpAddress } from '@/model/packet/address'
import { allChains } from '@/model/ruleset/chains'
import type { Chain, Policy, Row } from '@/model/ruleset/ruleset'
import type { PortMapping } from '@/model/topology/topology'
import { firewall as wildFirewall } from '../../tests/arbitraries/design'
import { context, homeOf, name, netfilterOf, ruleOf } from '../../tests/arbitraries/rules'
import { detectDialect } from './detect'
import type { Dialect, PrintContext } from './dialect'
import { DIALECTS } from './index'
import { dialectOf } from './lookup'

/*
 * Laws of every language: what it prints it recognises, and what it prints and reads back is the same firewall, up to the
 * losses it told of. Rules here are those that a table can hold; the wild ones further down are not even that.
 */

/** The firewall as far as it is in the text: without source lines, and without the rules told of as left out. */
function comparable(firewall: Firewall, leftOut: ReadonlySet<string>, keepTitles = true) {
  return {
    kind: firewall.kind,
    form: firewall.form,
    builtins: firewall.builtins,
    chains: allChains(firewall.ruleset).map(({ ref, chain }) => ({
      ref,
      base: chain.base,
      rows: chain.rows
        .filter((row) => (row.kind === 'rule' ? !leftOut.has(row.id) : keepTitles))
        .map((row) => {
          if (row.kind === 'separator') return row
          const { sourceLine: _line, ...rule } = row
          return rule
        }),
    })),
  }
}

function leftOutOf(losses: readonly { rule?: string; sentence: string }[]): Set<string> {
  return new Set(
    losses.flatMap(({ rule, sentence }) =>
      rule !== undefined && sentence.includes('left out') ? [rule] : [],
    ),
  )
}

const RUNS = { seed: 20_260, numRuns: 300 } as const

describe.each([
  ['iptables', 4],
  ['ip6tables', 6],
] as const)('%s: what is printed reads back as the same', (id, family) => {
  const dialect = dialectOf(id) as Required<Dialect>

  // Ids are shared by both chains of a home table, so a rule left out of one is told by the same id.
  const goesRound = (firewall: Firewall, given: PrintContext = context) => {
    const printed = dialect.print(firewall, given)
    const read = dialect.parse(printed.text, given)
    if (!read.ok) throw new Error(`${printed.text}\n${JSON.stringify(read.diagnostics)}`)
    expect(read.diagnostics.filter(({ kind }) => kind === 'syntax-error')).toEqual([])
    const left = leftOutOf(printed.losses)
    expect(comparable(read.value.firewall, left)).toEqual(comparable(firewall, left))
    return read.value
  }

  test('home tables', () => {
    fc.assert(
      fc.property(homeOf(family), (firewall) => void goesRound(firewall)),
      RUNS,
    )
  })

  test('netfilter tables', () => {
    fc.assert(
      fc.property(netfilterOf(family), (firewall) => void goesRound(firewall)),
      RUNS,
    )
  })

  test('its own text is detected as its own', () => {
    fc.assert(
      fc.property(fc.oneof(homeOf(family), netfilterOf(family)), (firewall) => {
        const { text } = dialect.print(firewall, context)
        expect(detectDialect(text)[0]?.dialect.id).toBe(id)
      }),
      { ...RUNS, numRuns: 100 },
    )
  })
})

test('port mappings and NAPT go through iptables', () => {
  const mapping: fc.Arbitrary<Omit<PortMapping, 'id'>> = fc
    .record({
      enabled: fc.boolean(),
      name,
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
      first: fc.integer({ min: 0, max: 60_000 }),
      length: fc.nat(20),
      inside: fc.nat(2 ** 32 - 1),
      insidePort: fc.integer({ min: 0, max: 60_000 }),
    })
    .map(({ first, length, inside, ...rest }) => ({
      ...rest,
      outside: { first, last: first + length },
      insideAddress: inside as IpAddress,
    }))
  fc.assert(
    fc.property(
      fc.array(mapping, { maxLength: 4 }),
      fc.constantFrom<FirewallKindId>('none', 'home-stateless', 'home-stateful'),
      (list_, kind) => {
        const mappings = list_.map((each, index) => ({ ...each, id: `m${index}` }))
        const given: PrintContext = { ...context, nat: 'napt', mappings }
        const dialect = dialectOf('iptables') as Required<Dialect>
        const read = dialect.parse(dialect.print(firewallKind(kind).create(), given).text, given)
        expect(read.ok && read.value.firewall.kind).toBe(kind)
        expect(read.ok && read.value.nat).toBe('napt')
        expect(read.ok && read.value.mappings).toEqual(mappings)
      },
    ),
    RUNS,
  )
})

test('R033: the home router form goes round', () => {
  const dialect = dialectOf('home-router') as Required<Dialect>
  const rows = fc
    .array(ruleOf({ family: 4, tokens: false, netfilter: false }), { maxLength: 6 })
    .map((rules) =>
      rules.map(
        (rule, index): Row => ({
          ...rule,
          id: `r${index}`,
          log: false,
          target: rule.target.kind === 'accept' ? rule.target : { kind: 'drop' },
        }),
      ),
    )
  fc.assert(
    fc.property(rows, fc.infiniteStream(fc.constantFrom('inbound', 'outbound', 'both')), (all, where) => {
      const sides = all.map((row) => [row, where.next().value] as const)
      const chainOf = (side: string, chosen: Policy): Chain => ({
        name: side,
        base: { policy: chosen },
        rows: sides.filter(([, each]) => each === side || each === 'both').map(([row]) => row),
      })
      const firewall: Firewall = {
        ...firewallKind('home-stateless').create(),
        form: 'dual',
        ruleset: {
          tables: [
            {
              name: 'filter',
              family: 'inet',
              chains: [chainOf('inbound', 'drop'), chainOf('outbound', 'accept')],
            },
          ],
        },
      }
      const printed = dialect.print(firewall, context)
      const left = leftOutOf(printed.losses)
      const kept = (each: Firewall, gone: ReadonlySet<string>) =>
        comparable(each, gone).chains.map(({ rows: list_ }) => list_.map((row) => ({ ...row, id: '' })))
      if (sides.every(([row]) => left.has(row.id))) return
      const read = dialect.parse(printed.text, context)
      if (!read.ok) throw new Error(`${printed.text} ${JSON.stringify(read.diagnostics)}`)
      expect(kept(read.value.firewall, new Set())).toEqual(kept(firewall, left))
      const [first] = detectDialect(printed.text)
      expect(first?.dialect.id).toBe('home-router')
    }),
    RUNS,
  )
})

describe('any firewall at all', () => {
  test.each(DIALECTS.map((dialect) => [dialect.id, dialect] as const))(
    '%s prints it without throwing, and the same twice',
    (_id, dialect) => {
      fc.assert(
        fc.property(wildFirewall, fc.string(), fc.string({ unit: 'binary' }), (firewall, designName, odd) => {
          const given = {
            ...context,
            designName,
            deviceName: odd,
            interfaces: [{ name: odd, side: 'outside' as const }],
          }
          const printed = dialect.print?.(firewall, given)
          expect(dialect.print?.(firewall, given)).toEqual(printed)
        }),
        { seed: 7, numRuns: 300 },
      )
    },
  )

  test.each(DIALECTS.filter(({ parse }) => parse).map((dialect) => [dialect.id, dialect] as const))(
    '%s reads what it printed of it, without throwing',
    (_id, dialect) => {
      fc.assert(
        fc.property(wildFirewall, (firewall) => {
          const printed = dialect.print?.(firewall, context)
          const read = dialect.parse?.(printed?.text ?? '', context)
          const wrong = read?.ok ? read.diagnostics.filter(({ kind }) => kind === 'syntax-error') : []
          expect(wrong).toEqual([])
        }),
        { seed: 8, numRuns: 300 },
      )
    },
  )
})
