import { isPrivate } from '../topology/addressing'
import type { Interface } from '../topology/topology'
import { acts, asksOnly, interfacesAsked, prefixesAsked, type RuleFact, takesNew } from './rule-facts'

type Side = Interface['side']

/** What speaks for one side of an interface, and how much. */
export interface Evidence {
  readonly name: string
  readonly side: Side
  readonly weight: number
  /** A sentence. */
  readonly reason: string
}

export interface InterfaceSide {
  readonly name: string
  readonly side: Side
  readonly reason: string
}

const OUTSIDE_NAME = /^(wan|ppp|pppoe|wwan|ext|inet|internet|red|dsl|uplink)/i
const INSIDE_NAME = /^(lan|br|docker|virbr|vmbr|veth|int|dmz|green|guest|wlan|wg|tun|tap|vlan)/i

const LETS: Parameters<typeof acts>[1] = ['accept', 'jump', 'goto']
const STOPS: Parameters<typeof acts>[1] = ['drop', 'reject']

/** What one rule tells of the interfaces that it asks for. */
function evidenceOf({ rule, hooks, where }: RuleFact): Evidence[] {
  const found: Evidence[] = []
  const say = (names: readonly string[], side: Side, weight: number, what: string) => {
    for (const name of names) found.push({ name, side, weight, reason: `${where} ${what}.` })
  }
  const into = interfacesAsked(rule, 'iif')
  const notInto = interfacesAsked(rule, 'iif', true)
  const outOf = interfacesAsked(rule, 'oif')
  const notOutOf = interfacesAsked(rule, 'oif', true)
  const fromPrivate = prefixesAsked(rule, 'src').some(({ address }) => isPrivate(address))
  const toPrivate = prefixesAsked(rule, 'dst').some(({ address }) => isPrivate(address))
  if (acts(rule, ['masquerade', 'snat'])) {
    say(outOf, 'outside', 8, 'translates the source of what leaves by it')
    say(notOutOf, 'inside', 6, 'translates the source of what leaves by any other interface')
  }
  if (acts(rule, ['dnat', 'redirect'])) {
    say(into, 'outside', acts(rule, ['dnat']) ? 6 : 0, 'sends on what arrives by it')
    say(notInto, 'inside', 6, 'sends on what arrives by any other interface')
  }
  if (acts(rule, LETS)) {
    if (fromPrivate) say(into, 'inside', 5, 'lets private addresses in by it')
    if (toPrivate) say(outOf, 'inside', 4, 'lets packets to private addresses out by it')
    if (hooks.has('forward') && takesNew(rule) && into.length > 0 && outOf.length > 0) {
      say(into, 'inside', 3, 'lets connections begin from it to another interface')
      if (!toPrivate) say(outOf, 'outside', 2, 'lets connections from another interface out by it')
    }
    if (hooks.has('forward') && !takesNew(rule)) say(into, 'outside', 2, 'lets only replies in by it')
    if (hooks.has('input') && acts(rule, ['accept']) && asksOnly(rule, ['iif', 'ctState']) && takesNew(rule))
      say(into, 'inside', 4, 'takes everything that arrives by it')
  }
  if (acts(rule, STOPS)) {
    if (fromPrivate) say(into, 'outside', 5, 'stops private addresses that arrive by it')
    else if (asksOnly(rule, ['iif', 'ctState', 'tcpFlags']))
      say(into, 'outside', 2, 'stops what arrives by it')
  }
  return found
}

function evidenceOfName(name: string): Evidence[] {
  if (OUTSIDE_NAME.test(name))
    return [{ name, side: 'outside', weight: 3, reason: 'Interfaces of that name lead to a provider.' }]
  if (INSIDE_NAME.test(name))
    return [
      { name, side: 'inside', weight: 3, reason: 'Interfaces of that name lead to a network of ones own.' },
    ]
  return []
}

/** Every interface that the rules ask for, in the order of the text. */
export function interfacesOf(facts: readonly RuleFact[]): string[] {
  return [
    ...new Set(
      facts.flatMap(({ rule }) =>
        (['iif', 'oif'] as const).flatMap((field) => [
          ...interfacesAsked(rule, field),
          ...interfacesAsked(rule, field, true),
        ]),
      ),
    ),
  ]
}

/**
 * The side of every interface of a router. One of each side is there in the end: where the rules ask for too few, an
 * interface is added.
 */
export function interfaceSides(facts: readonly RuleFact[]): InterfaceSide[] {
  const evidence = facts.flatMap(evidenceOf)
  const known = interfacesOf(facts).map((name) => ({
    name,
    ...verdict([...evidence.filter((each) => each.name === name), ...evidenceOfName(name)]),
  }))
  const sides = known.map(({ side }) => side)
  const open = known.filter(({ side }) => side === undefined)
  const outside = sides.includes('outside') ? undefined : (open[0] ?? leastInside(known))
  const decided = known.map(({ name, side, reason }): InterfaceSide => {
    if (name === outside?.name)
      return { name, side: 'outside', reason: 'No rule says which interface leads outside; this one may.' }
    return {
      name,
      side: side ?? 'inside',
      reason: reason ?? 'The rules tell another interface to be the outside.',
    }
  })
  return withBothSides(decided)
}

interface Verdict {
  readonly side?: Side
  readonly reason?: string
  readonly weight: number
}

function verdict(evidence: readonly Evidence[]): Verdict {
  const sum = (side: Side) =>
    evidence.reduce((total, each) => total + (each.side === side ? each.weight : 0), 0)
  const [inside, outside] = [sum('inside'), sum('outside')]
  if (inside === outside) return { weight: 0 }
  const side = inside > outside ? 'inside' : 'outside'
  const [strongest] = evidence.filter((each) => each.side === side).sort((a, b) => b.weight - a.weight)
  return { side, weight: Math.abs(inside - outside), ...(strongest && { reason: strongest.reason }) }
}

/** Evidence below this much may be wrong. */
const SURE = 4

/** Where all seem to be inside and there are several, the one with the least that speaks for it, if it is little. */
function leastInside<Known extends Verdict>(known: readonly Known[]): Known | undefined {
  const [least] = [...known].sort((a, b) => a.weight - b.weight)
  return known.length > 1 && least && least.weight < SURE ? least : undefined
}

function withBothSides(decided: readonly InterfaceSide[]): InterfaceSide[] {
  const added = (['inside', 'outside'] as const)
    .filter((side) => !decided.some((each) => each.side === side))
    .map((side): InterfaceSide => {
      const name = freshName(side === 'inside' ? 'lan' : 'wan', decided)
      return { name, side, reason: `The rules ask for no interface on the ${side}; a router has one.` }
    })
  return [...decided, ...added]
}

function freshName(base: string, taken: readonly InterfaceSide[]): string {
  for (let n = 0; ; n++) {
    const name = n === 0 ? base : `${base}${n}`
    if (!taken.some((each) => each.name === name)) return name
  }
}
