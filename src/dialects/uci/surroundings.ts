import { sortConditions } from '@/model/fields/cell'
import { ctStateTerms } from '@/model/fields/ct-state'
import type { Condition } from '@/model/fields/field'
import type { Target } from '@/model/ruleset/ruleset'
import type { Chains } from './build'
import type { IpSet } from './ipsets'
import type { Say } from './read-match'
import { REJECT_CODES, type Verdict } from './spelling'
import type { Section } from './syntax'
import { familyCondition, type Zone, zoneConditions } from './zones'

/** Everything that sections refer to while they are read. */
export interface Surroundings {
  readonly chains: Chains
  readonly zones: ReadonlyMap<string, Zone>
  readonly ipsets: ReadonlyMap<string, IpSet>
  /** What REJECT does: one rule for each of these, in order. */
  readonly rejects: readonly { readonly match: readonly Condition[]; readonly target: Target }[]
  /** Zones whose chains let in what has been translated. */
  readonly redirected: Set<Zone>
  readonly say: Say
}

/** The answer of a verdict, for what goes to a zone where one is named; a zone that masquerades lets no invalid packet out. */
export function verdictRules(
  verdict: Verdict,
  to: Zone | undefined,
  match: readonly Condition[],
  { rejects }: Pick<Surroundings, 'rejects'>,
): { readonly match: readonly Condition[]; readonly target: Target }[] {
  const out = to ? zoneConditions(to, 'out') : []
  if (!out) return []
  const all = joined(match, out)
  if (verdict === 'reject')
    return rejects.map((each) => ({ match: joined(all, each.match), target: each.target }))
  const leak = verdict === 'accept' && to?.masq && !to.masqAllowInvalid
  const invalid: Condition = {
    kind: 'test',
    field: 'ctState',
    negated: false,
    terms: ctStateTerms('invalid'),
  }
  return [
    ...(leak
      ? [{ match: joined(joined(all, familyCondition(4)), [invalid]), target: { kind: 'drop' as const } }]
      : []),
    { match: all, target: { kind: verdict } },
  ]
}

/** Conditions together, in the order of the fields; what is asked twice in the same words is asked once. */
export function joined(a: readonly Condition[], b: readonly Condition[]): Condition[] {
  const text = (condition: Condition) =>
    JSON.stringify(condition, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))
  const has = new Set(a.map(text))
  return sortConditions([...a, ...b.filter((each) => !has.has(text(each)))])
}

/** What REJECT answers: by itself a reset for TCP and "port unreachable" for the rest. */
export function rejectsOf(section: Section | undefined): Surroundings['rejects'] {
  const code = (name: string, fallback: string) =>
    REJECT_CODES[section?.options.get(name)?.values[0]?.text ?? fallback]
  const tcp = code('tcp_reject_code', 'tcp-reset') ?? 'tcp-reset'
  const any = code('any_reject_code', 'port-unreachable') ?? 'icmp-port-unreachable'
  // A reset answers TCP alone; everything else gets "port unreachable" with it.
  if (tcp === 'tcp-reset' && any === 'icmp-port-unreachable')
    return [{ match: [], target: { kind: 'reject', with: tcp } }]
  const isTcp: Condition = {
    kind: 'test',
    field: 'protocol',
    negated: false,
    terms: [{ kind: 'range', first: 6, last: 6 }],
  }
  return [
    { match: [isTcp], target: { kind: 'reject', with: tcp } },
    { match: [], target: { kind: 'reject', with: any } },
  ]
}

export const head = ({ line, type }: Section) => ({
  text: type,
  line,
  column: 1,
  length: 'config '.length + type.length,
})
