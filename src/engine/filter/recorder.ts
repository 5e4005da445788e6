import type { MatchContext } from '@/model/fields/field'
import type { HelperName } from '@/model/ruleset/ruleset'
import type { CompiledChain, CompiledRule } from '../network'
import type { Decider } from '../trace'

/** Neighbouring rules of one chain that a packet met and that did not match, not yet told apart (see `missesIn`). */
export interface PassedRules {
  readonly chain: CompiledChain
  /** Places in `chain.rules`, from `first` up to but without `end`. */
  readonly first: number
  readonly end: number
  readonly context: MatchContext
  /** What an opaque condition was taken for. */
  readonly assumeMatch: boolean
}

/** Told of everything that a walk through a chain does, in order. What it keeps is its own business. */
export interface Recorder {
  /** `base`: the walk begins here; otherwise a jump or goto led here. */
  entered(chain: CompiledChain, base: boolean): void
  passed(rules: PassedRules): void
  matched(
    chain: CompiledChain,
    rule: CompiledRule,
    /** It matched only because an opaque condition is taken to match. */
    assumed: boolean,
    /** What the rule changed, as a clause. */
    effect: string | undefined,
  ): void
  /** The rule writes a log line. */
  logged(chain: CompiledChain, rule: CompiledRule, prefix: string): void
  /** The rule has changed the packet or its marks: how later rules see it. */
  changed(context: MatchContext): void
  /**
   * The rule takes the packet out of the tracker's sight. Returns how later rules see it; nothing where nobody tracks.
   * `isNft`: the rule is one of nft, which looks at the connection alone (nft_ct.c), where iptables looks whether the packet
   * has been seen at all (xt_CT.c).
   */
  untracked(isNft: boolean): MatchContext | undefined
  /** The rule gives the connection that the packet begins a helper. */
  helped(name: HelperName): void
}

const nothing = () => {}

/** For a verdict alone. */
export const KEEP_NOTHING: Recorder = {
  entered: nothing,
  passed: nothing,
  matched: nothing,
  logged: nothing,
  changed: nothing,
  untracked: () => undefined,
  helped: nothing,
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
