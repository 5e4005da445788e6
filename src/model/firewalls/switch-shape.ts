import { conditionOn } from '../fields/cell'
import type { Condition } from '../fields/field'
import { findChain } from '../ruleset/chains'
import type { Chain, Policy, Row, Rule, Ruleset, Table, Target } from '../ruleset/ruleset'
import { BLACK_LIST_DEFENSE, BUILTIN_PREFIX, builtinGroup, REPLIES_RULE, withBuiltin } from './built-in'
import type { Firewall } from './firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from './home-chains'
import { firewallKind } from './lookup'
import { MASQUERADE_RULE } from './switch-nat'

/** Where the device stands: a router asks only what crosses its outside interfaces. */
export interface Place {
  readonly kind: 'router' | 'host'
  /** Names of the outside interfaces. */
  readonly outside: readonly string[]
}

/** Id of the rule that a home chain's policy becomes. */
export const POLICY_RULE = `${BUILTIN_PREFIX}policy`

/** How the two home chains are reached from the base chains of another kind. */
const JUMPS = {
  netfilter: {
    family: 'inet',
    router: [
      ['INPUT', 'iif', 'inbound'],
      ['FORWARD', 'iif', 'inbound'],
      ['FORWARD', 'oif', 'outbound'],
      ['OUTPUT', 'oif', 'outbound'],
    ],
  },
  // Linux 2.2 asks input and output of what is passed on too.
  ipchains: {
    family: 'ip',
    router: [
      ['input', 'iif', 'inbound'],
      ['output', 'oif', 'outbound'],
    ],
  },
} as const

export type HookedKind = keyof typeof JUMPS

/** What a policy does, as the last rule of a chain that has none. */
function policyTarget(policy: Policy): Target {
  return policy === 'reject' ? { kind: 'reject', with: 'icmp-port-unreachable' } : { kind: policy }
}

function policyOf(target: Target): Policy | undefined {
  return target.kind === 'accept' || target.kind === 'drop' || target.kind === 'reject'
    ? target.kind
    : undefined
}

function jumpRule(id: string, chain: string, match: readonly Condition[]): Rule {
  const target: Target = { kind: 'jump', chain }
  return { kind: 'rule', id, enabled: true, name: '', match, target, log: false }
}

/**
 * A home filter as user chains `inbound` and `outbound` of another kind, reached for what crosses the outside. What ran
 * ahead of the person's rules becomes their first rows, the policy their last.
 */
export function wrapped(firewall: Firewall, to: HookedKind, place: Place): Ruleset {
  const kind = firewallKind(firewall.kind)
  const { family, router } = JUMPS[to]
  const empty = firewallKind(to)
    .create()
    .ruleset.tables.find((table) => table.name === 'filter')
  const body = (ref: typeof HOME_INBOUND): Chain => {
    const chain = findChain(firewall.ruleset, ref)
    const last: Rule = {
      ...jumpRule(POLICY_RULE, '', []),
      name: 'policy',
      target: policyTarget(chain?.base?.policy ?? 'accept'),
    }
    const own = [...kind.lockedRules(firewall, ref), ...(chain?.rows ?? []), last]
    return { name: ref.chain, rows: withFreshIds(own) }
  }
  const base = (empty?.chains ?? []).map((chain): Chain => {
    const rows = router
      .filter(([name]) => name === chain.name)
      .flatMap(([, field, target]): Rule[] => {
        if (place.kind === 'host') {
          // A host asks everything that comes in or goes out, and passes nothing on.
          return /forward/i.test(chain.name) ? [] : [jumpRule(target, target, [])]
        }
        return place.outside.map((name) =>
          jumpRule(`${target}-${name}`, target, [
            { kind: 'test', field, negated: false, terms: [{ kind: 'name', pattern: name }] },
          ]),
        )
      })
    return { ...chain, rows }
  })
  const table: Table = { name: 'filter', family, chains: [...base, body(HOME_INBOUND), body(HOME_OUTBOUND)] }
  return { tables: [...otherTables(firewall.ruleset), table] }
}

/** The rows with ids that are unique; the first of several keeps its own. */
export function withFreshIds(rows: readonly Row[]): Row[] {
  const taken = new Set<string>()
  return rows.map((row) => {
    let id = row.id
    for (let n = 2; taken.has(id); n++) id = `${row.id}-${n}`
    taken.add(id)
    return id === row.id ? row : { ...row, id }
  })
}

/** Tables that the home kinds do not know. */
export function otherTables(ruleset: Ruleset): readonly Table[] {
  return ruleset.tables.filter((table) => table.name !== 'filter')
}

/** The home table that `wrapped` made, taken out again; undefined where the tables have another shape by now. */
export function unwrapped(firewall: Firewall, from: HookedKind, place: Place): Firewall | undefined {
  const { family, router } = JUMPS[from]
  const table = firewall.ruleset.tables.find((each) => each.name === 'filter' && each.family === family)
  const filters = firewall.ruleset.tables.filter((each) => each.name === 'filter')
  if (!table || filters.length > 1) return undefined
  const [inbound, outbound] = [HOME_INBOUND, HOME_OUTBOUND].map((ref) =>
    table.chains.find((chain) => chain.name === ref.chain && !chain.base),
  )
  if (!inbound || !outbound || table.chains.filter((chain) => !chain.base).length > 2) return undefined
  const onlyJumps = table.chains
    .filter((chain) => chain.base)
    .every((chain) => {
      const wanted = router
        .filter(([name]) => name === chain.name)
        .filter(() => place.kind === 'router' || !/forward/i.test(chain.name))
        .flatMap(([, field, target]) =>
          place.kind === 'host' ? [target] : place.outside.map((name) => `${target} ${field} ${name}`),
        )
      const has = chain.rows.filter((row) => row.id !== MASQUERADE_RULE).map(jumpText)
      return chain.base?.policy === 'accept' && has.join() === wanted.join()
    })
  if (!onlyJumps) return undefined

  const group = builtinGroup(firewall, BLACK_LIST_DEFENSE.id)
  const listed = inbound.rows.find((row) => row.id === BLACK_LIST_DEFENSE.rule)
  const restored =
    group && listed?.kind === 'rule' ? withBuiltin(firewall, { ...group, enabled: listed.enabled }) : firewall
  return {
    ...restored,
    ruleset: {
      tables: [
        {
          name: HOME_INBOUND.table,
          family: HOME_INBOUND.family,
          chains: [homeChain(inbound, group !== undefined), homeChain(outbound, group !== undefined)],
        },
        ...otherTables(firewall.ruleset),
      ],
    },
  }
}

function jumpText(row: Row): string {
  if (row.kind === 'separator' || !row.enabled || row.target.kind !== 'jump') return 'other'
  const interfaces = (['iif', 'oif'] as const).flatMap((field) => {
    const condition = conditionOn(row.match, field)
    if (!condition) return []
    const text = condition.terms.map((term) => (term.kind === 'name' ? term.pattern : '?')).join('+')
    return [`${condition.negated ? 'not ' : ''}${field} ${text}`]
  })
  return row.match.length === interfaces.length ? [row.target.chain, ...interfaces].join(' ') : 'other'
}

/** Back to a chain with a policy. The rows that belong to the kind are taken out: the kind puts them in itself. */
function homeChain({ name, rows }: Chain, hasGroup: boolean): Chain {
  const last = rows.at(-1)
  const policy =
    last?.kind === 'rule' && last.enabled && last.match.length === 0 ? policyOf(last.target) : undefined
  const own = (policy ? rows.slice(0, -1) : rows).filter(
    ({ id }) => id !== REPLIES_RULE && !(hasGroup && id === BLACK_LIST_DEFENSE.rule),
  )
  return { name, base: { policy: policy ?? 'accept' }, rows: own }
}
