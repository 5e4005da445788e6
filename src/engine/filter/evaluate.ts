import type { MatchContext, Names } from '@/model/fields/field'
import type { ChainRef, Policy, RejectKind, Target } from '@/model/ruleset/ruleset'
import type { CompiledChain, CompiledCondition, CompiledRule } from '../network'
import type { Decider, FailedCondition, TraceStep } from '../trace'
import { failedCondition } from './sentence'

type Body<Step> = Step extends unknown ? Omit<Step, 'atMs' | 'device' | 'journey'> : never
/** A step without the place and time, which the one who walks the packet adds. */
export type StepBody = Body<TraceStep>
export type Recorder = (step: StepBody) => void

/** What one base chain says about one packet. */
export type ChainDecision =
  | { readonly kind: 'accept'; readonly by: Decider; readonly policy?: Policy }
  | { readonly kind: 'drop'; readonly by: Decider; readonly policy?: Policy }
  | { readonly kind: 'reject'; readonly by: Decider; readonly with: RejectKind; readonly policy?: Policy }
  /** A rule of a nat chain decided; what becomes of addresses and ports is the translator's business. */
  | {
      readonly kind: 'translate'
      readonly by: Decider
      readonly target: Extract<Target, { readonly to: unknown }>
    }

export interface Walk {
  readonly chain: CompiledChain
  readonly context: MatchContext
  readonly names: Names
  /** User chains of the same table. */
  find(ref: ChainRef): CompiledChain | undefined
  readonly record: Recorder
  /** Targets that change the packet's standing and go on (notrack). */
  effect?(target: Target): void
  /** Writes a log line. */
  log?(rule: CompiledRule, prefix: string): void
}

/** More than the kernel allows; loops are refused before a ruleset gets here. */
const DEPTH_LIMIT = 512

/**
 * Walks a base chain: the one evaluator. It tells the recorder of each rule tried and returns what the chain decides,
 * with the rule or policy that did. First match wins; a jump comes back, a goto does not [E3], return in the base
 * chain is its policy [E4].
 */
export function walkChain(walk: Walk): ChainDecision {
  return walkFrom(walk, walk.chain, 0) ?? policyDecision(walk.chain)
}

function policyDecision(chain: CompiledChain): ChainDecision {
  const by: Decider = { kind: 'policy', chain: chain.ref }
  const policy = chain.policy ?? 'accept'
  return policy === 'reject'
    ? { kind: 'reject', by, with: 'icmp-port-unreachable', policy }
    : { kind: policy, by, policy }
}

/** The decision of a rule, or undefined where the chain ends without one. */
function walkFrom(walk: Walk, chain: CompiledChain, depth: number): ChainDecision | undefined {
  if (depth > DEPTH_LIMIT) throw new Error(`chains nest deeper than ${DEPTH_LIMIT}`)
  for (const compiled of chain.rules) {
    const { rule, target } = compiled
    const failed = firstFailed(walk, compiled)
    const tried = {
      chain: chain.ref,
      rule: rule.id,
      name: rule.name,
      locked: compiled.locked,
      ...numberOf(compiled),
    }
    if (failed) {
      walk.record({ kind: 'rule-tried', ...tried, matched: false, failed })
      continue
    }
    walk.record({ kind: 'rule-tried', ...tried, matched: true, target: target.kind })
    if (rule.log) walk.log?.(compiled, rule.name)
    const by: Decider = { kind: 'rule', ...tried }
    switch (target.kind) {
      case 'accept':
      case 'drop':
        return { kind: target.kind, by }
      case 'reject':
        return { kind: 'reject', by, with: target.with }
      case 'snat':
      case 'dnat':
      case 'masquerade':
      case 'redirect':
        return { kind: 'translate', by, target }
      case 'return':
        return undefined
      case 'jump':
      case 'goto': {
        const next = walk.find({ ...chain.ref, chain: target.chain })
        const decision = next && walkFrom(walk, next, depth + 1)
        if (decision) return decision
        if (target.kind === 'goto') return undefined
        break
      }
      case 'log':
        walk.log?.(compiled, target.prefix)
        break
      case 'notrack':
        walk.effect?.(target)
        break
      case 'continue':
      case 'opaque':
        break
    }
  }
  return undefined
}

function numberOf({ number }: CompiledRule): { number?: number } {
  return number === undefined ? {} : { number }
}

/** The first condition that failed. An opaque one is assumed not to match, and the sentence says so. */
function firstFailed({ context, names }: Walk, compiled: CompiledRule): FailedCondition | undefined {
  for (const condition of compiled.conditions) {
    if (condition.test(context) !== true) {
      return lazyFailure(condition, context, names)
    }
  }
  return undefined
}

/** Words are made only for what is shown: the values are kept, the sentence is written when it is read. */
function lazyFailure(compiled: CompiledCondition, context: MatchContext, names: Names): FailedCondition {
  const actual = compiled.read(context)
  let words: FailedCondition | undefined
  const made = () => {
    words ??= failedCondition(compiled.condition, actual, names)
    return words
  }
  return {
    field: compiled.field,
    negated: compiled.negated,
    ...(actual === undefined ? {} : { actual }),
    get wanted() {
      return made().wanted
    },
    get sentence() {
      return made().sentence
    },
  }
}
