import { conditionOn, withCondition } from '../fields/cell'
import type { FieldTest } from '../fields/field'
import { matchesName } from '../fields/interface-field'
import type { Chain, Policy, Row, Rule, Ruleset, Table } from '../ruleset/ruleset'
import type { Firewall } from './firewall-kind'
import { HOME_INBOUND } from './home-chains'
import type { Place } from './switch-shape'
import { otherTables, withFreshIds } from './switch-shape'

/** Which side a rule looks at on one of its two interface fields. */
type Side = 'any' | 'outside' | 'inside' | 'mixed'

function sideOf(test: FieldTest | undefined, place: Place): Side {
  if (!test) return 'any'
  if (test.negated) return 'mixed'
  const outside = test.terms.map(
    (term) => term.kind === 'name' && place.outside.some((name) => matchesName(term.pattern, name)),
  )
  return outside.every(Boolean) ? 'outside' : outside.some(Boolean) ? 'mixed' : 'inside'
}

type Direction = 'inbound' | 'outbound'

/** Where a rule of a base chain goes among the two home chains, and what of its match the chain itself says. */
interface Placed {
  readonly to: readonly Direction[]
  readonly rule: Rule
  /** Present: it means something else there, so it is turned off. */
  readonly why?: string
}

/**
 * Base chains of netfilter or ipchains as the two home chains. `forward` from outside and `input` from outside become
 * inbound, `forward` to outside and `output` become outbound; what looks at anything else is kept and turned off.
 */
export function sided(firewall: Firewall, place: Place): { ruleset: Ruleset; notes: string[] } {
  const filters = firewall.ruleset.tables.filter((table) => table.name === 'filter')
  const main =
    filters.find((table) => table.chains.some((chain) => chain.base && chain.rows.length > 0)) ?? filters[0]
  const notes: string[] = []
  const base = (hook: string) => main?.chains.find((each) => each.base && each.name.toLowerCase() === hook)
  const chains = { input: base('input'), forward: base('forward'), output: base('output') }
  const rows: Record<Direction, Row[]> = { inbound: [], outbound: [] }

  const put = (
    chain: Chain | undefined,
    place_: (rule: Rule) => Placed,
    separatorsTo: readonly Direction[],
  ) => {
    for (const row of chain?.rows ?? []) {
      if (row.kind === 'separator') {
        for (const direction of separatorsTo) rows[direction].push(row)
        continue
      }
      const { to, rule, why } = place_(row)
      const kept = why === undefined ? rule : { ...row, enabled: false }
      for (const direction of to) rows[direction].push(kept)
      if (why !== undefined && row.enabled)
        notes.push(`${named(row)} of ${chain?.name} is turned off: ${why}`)
    }
  }
  put(chains.forward, (rule) => forwarded(rule, place), ['inbound', 'outbound'])
  put(chains.input, (rule) => local(rule, 'inbound', place), place.kind === 'host' ? ['inbound'] : [])
  put(chains.output, (rule) => local(rule, 'outbound', place), place.kind === 'host' ? ['outbound'] : [])

  const inbound = place.kind === 'host' ? [chains.input] : [chains.forward, chains.input]
  const outbound = place.kind === 'host' ? [chains.output] : [chains.forward, chains.output]
  const policies = { inbound: strictest(inbound), outbound: strictest(outbound) }
  for (const [direction, from] of [
    ['inbound', inbound],
    ['outbound', outbound],
  ] as const) {
    const differ = new Set(from.map((chain) => chain?.base?.policy)).size > 1
    if (differ) {
      const names = from.map((chain) => chain?.name).join(' and ')
      notes.push(
        `${names} have different policies; ${direction} takes the stricter one: ${policies[direction]}.`,
      )
    }
  }
  const users = main?.chains.filter((chain) => !chain.base) ?? []
  if (users.length > 0) {
    const list = users.map((chain) => chain.name).join(', ')
    notes.push(`User chains are kept and not asked: ${list}.`)
  }
  const home: Table = {
    name: HOME_INBOUND.table,
    family: HOME_INBOUND.family,
    chains: [
      { name: 'inbound', base: { policy: policies.inbound }, rows: withFreshIds(rows.inbound) },
      { name: 'outbound', base: { policy: policies.outbound }, rows: withFreshIds(rows.outbound) },
      ...users,
    ],
  }
  const second = filters.filter(
    (table) => table !== main && table.chains.some((chain) => chain.rows.length > 0),
  )
  for (const table of second) {
    notes.push(`Table ${table.family} filter cannot be kept beside ${main?.family} filter and is kept aside.`)
  }
  const aside = second.map((table): Table => ({ ...table, name: `filter of ${table.family}` }))
  return { ruleset: { tables: [home, ...aside, ...otherTables(firewall.ruleset)] }, notes }
}

function named(rule: Rule): string {
  return rule.name === '' ? `Rule ${rule.id}` : `Rule "${rule.name}"`
}

function strictest(chains: readonly (Chain | undefined)[]): Policy {
  const policies = chains.map((chain) => chain?.base?.policy ?? 'accept')
  return policies.find((policy) => policy !== 'accept') ?? 'accept'
}

const without = (rule: Rule, field: 'iif' | 'oif'): Rule => ({
  ...rule,
  match: withCondition(rule.match, field, undefined),
})

function forwarded(rule: Rule, place: Place): Placed {
  const from = sideOf(conditionOn(rule.match, 'iif'), place)
  const to = sideOf(conditionOn(rule.match, 'oif'), place)
  if (place.kind === 'host') return { to: ['inbound'], rule, why: 'a host passes nothing on.' }
  const bare = without(without(rule, 'iif'), 'oif')
  if (from === 'outside' && (to === 'any' || to === 'inside')) return { to: ['inbound'], rule: bare }
  if (to === 'outside' && (from === 'any' || from === 'inside')) return { to: ['outbound'], rule: bare }
  if (from === 'any' && to === 'any') return { to: ['inbound', 'outbound'], rule }
  if (from === 'inside' && to === 'any') return { to: ['outbound'], rule: bare }
  if (from === 'any' && to === 'inside') return { to: ['inbound'], rule: bare }
  return {
    to: ['inbound'],
    rule,
    why: 'a home filter asks only what crosses the outside, and this rule looks at other interfaces.',
  }
}

/** A rule for the device itself. On a router it is held to the router's own address: the chain is asked for more there. */
function local(rule: Rule, direction: Direction, place: Place): Placed {
  const field = direction === 'inbound' ? 'iif' : 'oif'
  const own = direction === 'inbound' ? 'dst' : 'src'
  const to = [direction]
  if (place.kind === 'host') return { to, rule }
  const side = sideOf(conditionOn(rule.match, field), place)
  if (side === 'inside' || side === 'mixed') {
    return {
      to,
      rule,
      why: `a home filter does not ask what the router itself ${direction === 'inbound' ? 'gets from' : 'sends to'} inside.`,
    }
  }
  const bare = without(rule, field)
  if (conditionOn(rule.match, own)) return { to, rule: bare }
  const test: FieldTest = {
    kind: 'test',
    field: own,
    negated: false,
    terms: [{ kind: 'token', token: { kind: 'outside-address' } }],
  }
  return { to, rule: { ...bare, match: withCondition(bare.match, own, test) } }
}
