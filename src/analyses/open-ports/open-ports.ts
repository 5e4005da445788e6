import { walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING } from '@/engine/filter/recorder'
import type { CompiledChain, CompiledRule, NetworkDevice } from '@/engine/network'
import type { MatchContext, Resolver, Scalar } from '@/model/fields/field'
import { resolveTerms } from '@/model/fields/resolve'

/** A range of destination ports, both ends inside, with what a filter says of a packet to any of them. */
export interface PortVerdict {
  readonly first: number
  readonly last: number
  readonly verdict: 'accept' | 'drop' | 'reject'
  /** Number of the rule that decides; absent for the policy and locked rules. */
  readonly rule?: number
}

const LAST_PORT = 65535

/**
 * What a chain says of one packet for every destination port, in rising order without gaps: exact, because the answer
 * can change only at the ends of an interval that some rule names. Neighboring ranges with the same decider are joined.
 * Nothing for packets without ports.
 */
export function portVerdicts(
  device: NetworkDevice,
  chain: CompiledChain,
  context: MatchContext,
  resolver: Resolver,
): PortVerdict[] {
  const { packet } = context
  if (packet.kind !== 'tcp' && packet.kind !== 'udp') return []
  const inPlay = rulesInPlay(context)
  const find: NetworkDevice['chain'] = (ref) => {
    const found = device.chain(ref)
    return found && inPlay(found)
  }
  const starts = [...cuts(inPlay(chain), find, resolver)].sort((a, b) => a - b)
  const ranges = starts.map((first, index): PortVerdict => {
    const decision = walkChain({
      chain: inPlay(chain),
      context: { ...context, packet: { ...packet, dport: first } },
      find,
      recorder: KEEP_NOTHING,
    })
    const rule = decision.by.kind === 'rule' ? decision.by.number : undefined
    return {
      first,
      last: (starts[index + 1] ?? LAST_PORT + 1) - 1,
      verdict: decision.kind === 'translate' ? 'accept' : decision.kind,
      ...(rule === undefined ? {} : { rule }),
    }
  })
  return joined(ranges)
}

const ENDS_THE_WALK: ReadonlySet<string> = new Set(['accept', 'drop', 'reject'])

/**
 * Chains without the rules that no destination port could make match, and without those behind a rule that takes every
 * port. What is left decides the same, however long the table is.
 */
function rulesInPlay(context: MatchContext): (chain: CompiledChain) => CompiledChain {
  const made = new Map<CompiledChain, CompiledChain>()
  const mayMatch = ({ conditions }: CompiledRule) =>
    conditions.every((each) => each.field === 'dport' || each.test(context) === true)
  const takesAll = ({ conditions, target }: CompiledRule) =>
    ENDS_THE_WALK.has(target.kind) && conditions.every(({ field }) => field !== 'dport')
  return (chain) => {
    const known = made.get(chain)
    if (known) return known
    const rules: CompiledRule[] = []
    for (const rule of chain.rules) {
      if (!mayMatch(rule)) continue
      rules.push(rule)
      if (takesAll(rule)) break
    }
    const inPlay = { ...chain, rules }
    made.set(chain, inPlay)
    return inPlay
  }
}

/** The ports at which a rule's interval begins or has just ended, 0 among them; chains that are jumped to count too. */
function cuts(
  chain: CompiledChain,
  find: NetworkDevice['chain'],
  resolver: Resolver,
  seen = new Set<CompiledChain>(),
): Set<number> {
  const found = new Set<number>([0])
  if (seen.has(chain)) return found
  seen.add(chain)
  const add = (port: Scalar) => {
    const number = Number(port)
    if (number >= 0 && number <= LAST_PORT) found.add(number)
  }
  for (const { rule } of chain.rules) {
    for (const condition of rule.match) {
      if (condition.kind !== 'test' || condition.field !== 'dport') continue
      const set = resolveTerms(condition.terms, resolver)
      if (set.kind !== 'intervals') continue
      for (const { first, last } of set.intervals) {
        add(first)
        add(Number(last) + 1)
      }
    }
    if (rule.target.kind === 'jump' || rule.target.kind === 'goto') {
      const next = find({ ...chain.ref, chain: rule.target.chain })
      if (next) for (const port of cuts(next, find, resolver, seen)) found.add(port)
    }
  }
  return found
}

function joined(ranges: readonly PortVerdict[]): PortVerdict[] {
  const result: PortVerdict[] = []
  for (const range of ranges) {
    const before = result.at(-1)
    if (before && before.verdict === range.verdict && before.rule === range.rule)
      result[result.length - 1] = { ...before, last: range.last }
    else result.push(range)
  }
  return result
}

/** What two filters in a row say: the first refusal, else what the second says. Both cover all ports. */
export function inRow(first: readonly PortVerdict[], second: readonly PortVerdict[]): PortVerdict[] {
  const starts = [...new Set([...first, ...second].map((range) => range.first))].sort((a, b) => a - b)
  const at = (ranges: readonly PortVerdict[], port: number) =>
    ranges.find((range) => port >= range.first && port <= range.last)
  return joined(
    starts.flatMap((port, index) => {
      const one = at(first, port)
      const other = at(second, port)
      const decides = one?.verdict === 'accept' ? other : one
      return decides ? [{ ...decides, first: port, last: (starts[index + 1] ?? LAST_PORT + 1) - 1 }] : []
    }),
  )
}

/** How many ports of a range are accepted. */
export function acceptedPorts(
  verdicts: readonly PortVerdict[],
  range: { readonly first: number; readonly last: number },
): number {
  return verdicts
    .filter(({ verdict }) => verdict === 'accept')
    .reduce(
      (sum, { first, last }) =>
        sum + Math.max(0, Math.min(last, range.last) - Math.max(first, range.first) + 1),
      0,
    )
}
