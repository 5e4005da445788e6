import { CT_STATUS } from '@/model/fields/connection'
import { type Condition, CT_STATES, type FieldTest } from '@/model/fields/field'
import { unionIntervals } from '@/model/fields/intervals'
import type { Policy, Rule } from '@/model/ruleset/ruleset'
import type { FlatRow } from '../flatten'

/**
 * OpenWrt accepts what comes in and goes out by `lo`, and packets of connections that it knows, before any rule. Rules that
 * say no more than that need not be written; where a table does not say it, the text lets more through than the table.
 */

const ESTABLISHED = CT_STATES.indexOf('established')
const RELATED = CT_STATES.indexOf('related')

/** Whether the rule only accepts what OpenWrt accepts before it. */
export function isImplied({ target, match, log }: Rule): boolean {
  return target.kind === 'accept' && !log && (match.some(isKnownStates) || match.some(isLoopback))
}

const isKnownStates = (condition: Condition) =>
  condition.kind === 'test' &&
  condition.field === 'ctState' &&
  !condition.negated &&
  condition.terms.length > 0 &&
  condition.terms.every(
    (term) => term.kind === 'range' && Number(term.first) >= ESTABLISHED && Number(term.last) <= RELATED,
  )

const isLoopback = (condition: Condition) =>
  condition.kind === 'test' &&
  (condition.field === 'iif' || condition.field === 'oif') &&
  !condition.negated &&
  condition.terms.length > 0 &&
  condition.terms.every((term) => term.kind === 'name' && term.pattern === 'lo')

/** Whether the rule accepts what a redirect has translated, which OpenWrt does by itself in the chains of its zone. */
export function isOfRedirects({ target, match }: Rule): boolean {
  return (
    target.kind === 'accept' &&
    match.some(
      (each) =>
        each.kind === 'test' &&
        each.field === 'ctStatus' &&
        !each.negated &&
        each.terms.every(
          (term) => term.kind === 'masked' && term.bits === CT_STATUS.dnat && term.mask === CT_STATUS.dnat,
        ),
    )
  )
}

/** What OpenWrt would accept although the rows and the policy of a chain do not, or not before something else. */
export function missingAccepts(
  rows: readonly FlatRow[],
  policy: Policy,
): { readonly replies: boolean; readonly loopback: boolean } {
  let [replies, loopback] = [false, false]
  const accepts: Rule[] = []
  for (const row of rows) {
    if (row.kind !== 'rule' || !row.enabled) continue
    if (isImplied(row)) accepts.push(row)
    else if (row.target.kind === 'drop' || row.target.kind === 'reject') {
      replies ||=
        !never(row, isKnownStates) && !accepts.some((accept) => covers(accept, row.match, isKnownStates))
      loopback ||= !elsewhere(row) && !accepts.some((accept) => covers(accept, row.match, isLoopback))
    }
  }
  if (policy !== 'accept') {
    replies ||= !accepts.some((accept) => covers(accept, [], isKnownStates))
    loopback ||= !accepts.some((accept) => covers(accept, [], isLoopback))
  }
  return { replies, loopback }
}

/** The accept asks, beside the state or interface, nothing that the match does not ask too. */
function covers(
  accept: Rule,
  match: readonly Condition[],
  about: (condition: Condition) => boolean,
): boolean {
  const asked = new Set(match.map(key))
  const [own, rest] = [accept.match.filter(about), accept.match.filter((condition) => !about(condition))]
  if (own.length === 0 || !rest.every((condition) => asked.has(key(condition)))) return false
  if (about !== isKnownStates) return true
  const states = own.flatMap((condition) => (condition.kind === 'test' ? condition.terms : []))
  const [whole] = unionIntervals(states.flatMap((term) => (term.kind === 'range' ? [term] : [])))
  return whole?.first === ESTABLISHED && whole.last === RELATED
}

const key = (condition: Condition) =>
  JSON.stringify(condition, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))

/** A rule for other states than those two never meets such a packet. */
function never({ match }: Rule, _about: unknown): boolean {
  const state = match.find((each): each is FieldTest => each.kind === 'test' && each.field === 'ctState')
  if (!state) return false
  const listed = (value: number) =>
    state.terms.some(
      (term) => term.kind === 'range' && Number(term.first) <= value && value <= Number(term.last),
    )
  return [ESTABLISHED, RELATED].every((value) => listed(value) === state.negated)
}

/** A rule for other interfaces than `lo`. */
function elsewhere({ match }: Rule): boolean {
  return match.some(
    (each) =>
      each.kind === 'test' &&
      (each.field === 'iif' || each.field === 'oif') &&
      each.terms.some(
        (term) =>
          term.kind === 'name' &&
          'lo'.startsWith(term.pattern.replace(/\+$/, '')) &&
          (term.pattern.endsWith('+') || term.pattern === 'lo'),
      ) === each.negated,
  )
}
