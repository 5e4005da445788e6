import type { PlainTarget, Target } from './ruleset'

/** What a rule may do: a map is its entries. */
export function plainTargetsOf(target: Target): readonly PlainTarget[] {
  return target.kind === 'map' ? target.entries.map((entry) => entry.target) : [target]
}

/** Names of the chains that a rule may lead to. */
export function chainsLedTo(target: Target): string[] {
  return plainTargetsOf(target).flatMap((each) =>
    each.kind === 'jump' || each.kind === 'goto' ? [each.chain] : [],
  )
}
