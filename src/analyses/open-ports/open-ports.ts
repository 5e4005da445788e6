import { walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING } from '@/engine/filter/recorder'
import type { CompiledChain, CompiledCondition, CompiledRule, NetworkDevice } from '@/engine/network'
import { fieldsOf } from '@/model/fields/cell'
import type { Condition, MatchContext, Resolver, Scalar, Term } from '@/model/fields/field'
import { resolveTerms } from '@/model/fields/resolve'
import type { Target } from '@/model/ruleset/ruleset'
import { chainsLedTo } from '@/model/ruleset/targets'

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

const looksAtPort = ({ condition }: CompiledCondition) => fieldsOf(condition).includes('dport')

const ENDS_THE_WALK: ReadonlySet<string> = new Set(['accept', 'drop', 'reject'])

/**
 * Chains without the rules that no destination port could make match, and without those behind a rule that takes every
 * port. What is left decides the same, however long the table is.
 */
function rulesInPlay(context: MatchContext): (chain: CompiledChain) => CompiledChain {
  const made = new Map<CompiledChain, CompiledChain>()
  const mayMatch = ({ conditions }: CompiledRule) =>
    conditions.every((each) => looksAtPort(each) || each.test(context) === true)
  const takesAll = ({ conditions, target }: CompiledRule) =>
    ENDS_THE_WALK.has(target.kind) && !conditions.some(looksAtPort)
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
    for (const terms of [...rule.match.map(portTerms), mapTerms(rule.target)]) {
      const set = resolveTerms(terms, resolver)
      if (set.kind !== 'intervals') continue
      for (const { first, last } of set.intervals) {
        add(first)
        add(Number(last) + 1)
      }
    }
    for (const name of chainsLedTo(rule.target)) {
      const next = find({ ...chain.ref, chain: name })
      if (next) for (const port of cuts(next, find, resolver, seen)) found.add(port)
    }
  }
  return found
}

/** What a condition says of the destination port. */
function portTerms(condition: Condition): readonly Term[] {
  if (condition.kind === 'test') return condition.field === 'dport' ? condition.terms : []
  if (condition.kind === 'opaque') return []
  if (condition.kind === 'either') return condition.tests.flatMap(portTerms)
  const at = condition.fields.indexOf('dport')
  return at < 0 ? [] : condition.entries.flatMap((entry) => entry[at] ?? [])
}

function mapTerms(target: Target): readonly Term[] {
  if (target.kind !== 'map') return []
  const at = target.fields.indexOf('dport')
  return at < 0 ? [] : target.entries.flatMap(({ key }) => key[at] ?? [])
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
