import { walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING } from '@/engine/filter/recorder'
import type { CompiledChain, NetworkDevice } from '@/engine/network'
import type { MatchContext, Resolver, Scalar } from '@/model/fields/field'
import { resolveTerms } from '@/model/fields/resolve'

/** A range of destination ports, both ends inside, with what the chain says of a packet to any of them. */
export interface PortVerdict {
  readonly first: number
  readonly last: number
  readonly verdict: 'accept' | 'drop' | 'reject'
  /** Number of the rule that decides; absent for the policy and locked rules. */
  readonly rule?: number
}

const LAST_PORT = 65535

/**
 * What a chain says of one packet for every destination port: exact, because the answer can change only at the ends of
 * an interval that some rule names. Neighboring ranges with the same decider are joined.
 */
export function portVerdicts(
  device: NetworkDevice,
  chain: CompiledChain,
  context: MatchContext,
  resolver: Resolver,
): PortVerdict[] {
  const { packet } = context
  if (packet.kind !== 'tcp' && packet.kind !== 'udp') return []
  const starts = [...cuts(chain, device, resolver)].sort((a, b) => a - b)
  const ranges = starts.map((first, index): PortVerdict => {
    const decision = walkChain({
      chain,
      context: { ...context, packet: { ...packet, dport: first } },
      find: (ref) => device.chain(ref),
      recorder: KEEP_NOTHING,
    })
    const verdict = decision.kind === 'translate' ? 'accept' : decision.kind
    const rule = decision.by.kind === 'rule' ? decision.by.number : undefined
    return {
      first,
      last: (starts[index + 1] ?? LAST_PORT + 1) - 1,
      verdict,
      ...(rule === undefined ? {} : { rule }),
    }
  })
  return ranges.reduce<PortVerdict[]>((joined, range) => {
    const before = joined.at(-1)
    if (before && before.verdict === range.verdict && before.rule === range.rule)
      joined[joined.length - 1] = { ...before, last: range.last }
    else joined.push(range)
    return joined
  }, [])
}

/** The ports at which a rule's interval begins or has just ended, 0 among them; chains that are jumped to count too. */
function cuts(
  chain: CompiledChain,
  device: NetworkDevice,
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
      const next = device.chain({ ...chain.ref, chain: rule.target.chain })
      if (next) for (const port of cuts(next, device, resolver, seen)) found.add(port)
    }
  }
  return found
}

/** How many ports of a range the chain accepts. */
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
