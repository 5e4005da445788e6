import type { MatchContext } from '@/model/fields/field'
import type { CompiledChain, CompiledCondition, CompiledRule } from '../network'
import type { Decider } from '../trace'

/** Told of everything that a walk through a chain does. What it keeps is its own business. */
export interface Recorder {
  /** `base`: the walk begins here; otherwise a jump or goto led here. */
  entered(chain: CompiledChain, base: boolean): void
  /** `failed` is the first condition that was not met; undefined where the rule matched. */
  tried(
    chain: CompiledChain,
    rule: CompiledRule,
    failed: CompiledCondition | undefined,
    context: MatchContext,
    /** It matched only because an opaque condition is taken to match. */
    assumed: boolean,
  ): void
  /** The rule writes a log line. */
  logged(chain: CompiledChain, rule: CompiledRule, prefix: string): void
  /** The rule takes the packet out of the tracker's sight. */
  untracked(): void
}

const nothing = () => {}

/** For a verdict alone. */
export const KEEP_NOTHING: Recorder = {
  entered: nothing,
  tried: nothing,
  logged: nothing,
  untracked: nothing,
}

/** The rule as what made a verdict. */
export function ruleDecider(
  chain: CompiledChain,
  compiled: CompiledRule,
): Extract<Decider, { kind: 'rule' }> {
  const { rule, number, locked } = compiled
  return {
    kind: 'rule',
    chain: chain.ref,
    rule: rule.id,
    ...(number === undefined ? {} : { number }),
    name: rule.name,
    locked,
  }
}
