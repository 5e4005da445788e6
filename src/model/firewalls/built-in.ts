import { ctStateTerms } from '../fields/ct-state'
import type { Rule } from '../ruleset/ruleset'
import type { BuiltinGroup, Firewall } from './firewall-kind'

/** Ids of locked rules start with this, so that no rule of a person can have the same. */
export const BUILTIN_PREFIX = 'builtin:'

/** The group of home routers that drops what comes from listed addresses, before any rule is asked (R006). */
export const BLACK_LIST_DEFENSE = {
  id: 'black-list-defense',
  label: 'Black List Defense',
  rule: `${BUILTIN_PREFIX}black-list-defense`,
} as const

export const REPLIES_RULE = `${BUILTIN_PREFIX}replies`

export function blackListDefense(enabled: boolean, addresses: BuiltinGroup['addresses'] = []): BuiltinGroup {
  return { id: BLACK_LIST_DEFENSE.id, enabled, addresses }
}

export function builtinGroup(firewall: Firewall, id: string): BuiltinGroup | undefined {
  return firewall.builtins.find((group) => group.id === id)
}

/** The firewall with that group replaced, or added where it had none. */
export function withBuiltin(firewall: Firewall, group: BuiltinGroup): Firewall {
  const has = builtinGroup(firewall, group.id) !== undefined
  const builtins = has
    ? firewall.builtins.map((each) => (each.id === group.id ? group : each))
    : [...firewall.builtins, group]
  return { ...firewall, builtins }
}

/** The group as the rule that it acts as; none where the list is empty, since that drops nothing. */
export function blackListRule(group: BuiltinGroup): Rule | undefined {
  if (group.addresses.length === 0) return undefined
  return {
    kind: 'rule',
    id: BLACK_LIST_DEFENSE.rule,
    enabled: group.enabled,
    name: BLACK_LIST_DEFENSE.label,
    match: [
      {
        kind: 'test',
        field: 'src',
        negated: false,
        terms: group.addresses.map(({ first, last }) => ({ kind: 'range', first, last })),
      },
    ],
    target: { kind: 'drop' },
    log: true,
  }
}

/** The first row of a stateful home filter, in both directions (R019, R021). */
export const REPLIES: Rule = {
  kind: 'rule',
  id: REPLIES_RULE,
  enabled: true,
  name: 'replies to tracked connections',
  match: [{ kind: 'test', field: 'ctState', negated: false, terms: ctStateTerms('established', 'related') }],
  target: { kind: 'accept' },
  log: false,
}
