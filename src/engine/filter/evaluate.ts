import type { MatchContext } from '@/model/fields/field'
import { unreachable } from '@/model/result'
import type { ChainRef, PlainTarget, Policy, RejectKind, Target } from '@/model/ruleset/ruleset'
import type { CompiledChain, CompiledCondition, CompiledRule } from '../network'
import type { Decider } from '../trace'
import { changeBy } from './change'
import { type FieldValues, readValues } from './field-values'
import { type PassedRules, type Recorder, ruleDecider } from './recorder'

/** Targets of nat chains: they decide, and the translator does what they say. */
export type NatTarget = Extract<
  Target,
  { readonly kind: 'snat' | 'dnat' | 'masquerade' | 'redirect' | 'netmap' }
>

/** What one base chain says about one packet. */
export type ChainDecision =
  | { readonly kind: 'accept' | 'drop'; readonly by: Decider; readonly policy?: Policy }
  /** Without `with` it is a policy that rejects; the answer then suits the packet. */
  | { readonly kind: 'reject'; readonly by: Decider; readonly with?: RejectKind; readonly policy?: Policy }
  | { readonly kind: 'translate'; readonly by: Decider; readonly target: NatTarget }

/** One packet before one base chain. */
export interface Walk {
  readonly chain: CompiledChain
  readonly context: MatchContext
  /** Finds user chains of the same device. */
  find(ref: ChainRef): CompiledChain | undefined
  readonly recorder: Recorder
  /** What every opaque condition is taken for; where absent, what its rule says. */
  readonly assume?: 'match' | 'no-match'
}

/**
 * Jumps and gotos in one walk after which the packet is dropped: chains that call each other twice, twenty deep, are no
 * loop and have no end in our time either.
 */
const TRANSITIONS_LIMIT = 100_000

/** A chain being walked, and the rule to go on with. */
interface Frame {
  readonly chain: CompiledChain
  next: number
  /** Chains left by goto on the way here. */
  readonly left: CompiledChain[]
}

/**
 * Walks a base chain: the one evaluator. It tells the recorder of all rules tried and returns what the chain decides,
 * with the rule or policy that did. First match wins; a jump comes back, the end of a chain reached by goto returns to
 * the caller's caller [E3]; return in the base chain and the end of a goto from it are the policy [E3, E4].
 */
export function walkChain(walk: Walk): ChainDecision {
  const { recorder } = walk
  const assumeMatch = walk.assume === 'match'
  let { context } = walk
  let values = readValues(context, walk.chain.asks)
  let read = { chain: walk.chain, context }
  const stack: Frame[] = []
  let frame: Frame | undefined = { chain: walk.chain, next: 0, left: [] }
  let transitions = 0
  /** Chains being walked and those left by goto: to lead back to one is a loop, which the kernel refuses to load. */
  const open = new Set([walk.chain])
  const leave = ({ chain, left }: Frame): Frame | undefined => {
    open.delete(chain)
    for (const each of left) open.delete(each)
    return stack.pop()
  }
  recorder.entered(walk.chain, true)
  while (frame) {
    const { chain, next: first }: Frame = frame
    if (read.chain !== chain || read.context !== context) {
      values = readValues(context, chain.asks)
      read = { chain, context }
    }
    const end = firstMatch(chain, first, values, assumeMatch)
    if (end > first) recorder.passed({ chain, first, end, context, assumeMatch })
    const compiled: CompiledRule | undefined = chain.rules[end]
    if (!compiled) {
      frame = leave(frame)
      continue
    }
    frame.next = end + 1
    const { rule } = compiled
    const target = actOf(compiled, values)
    const change = changeBy(target, context)
    recorder.matched(chain, compiled, isUncertain(compiled), change?.effect)
    if (rule.log) recorder.logged(chain, compiled, rule.logPrefix ?? '')
    if (change) {
      context = change.context
      recorder.changed(context)
    }
    switch (target.kind) {
      case 'accept':
      case 'drop':
        return { kind: target.kind, by: ruleDecider(chain, compiled) }
      case 'reject':
        return { kind: 'reject', by: ruleDecider(chain, compiled), with: target.with }
      case 'snat':
      case 'dnat':
      case 'masquerade':
      case 'redirect':
      case 'netmap':
        return { kind: 'translate', by: ruleDecider(chain, compiled), target }
      case 'return':
        frame = leave(frame)
        break
      case 'jump':
      case 'goto': {
        const to = walk.find({ ...chain.ref, chain: target.chain })
        // A chain that is not there is a fault of the ruleset that `checkRuleset` reports; the rule does nothing.
        if (!to) break
        if (open.has(to) || ++transitions > TRANSITIONS_LIMIT) {
          return { kind: 'drop', by: ruleDecider(chain, compiled) }
        }
        open.add(to)
        if (target.kind === 'jump') {
          stack.push(frame)
          frame = { chain: to, next: 0, left: [] }
        } else {
          frame.left.push(chain)
          frame = { chain: to, next: 0, left: frame.left }
        }
        recorder.entered(to, false)
        break
      }
      case 'log':
        recorder.logged(chain, compiled, target.prefix)
        break
      case 'notrack':
        context = recorder.untracked(walk.chain.type !== undefined) ?? context
        break
      case 'helper':
        recorder.helped(target.name)
        break
      case 'mark':
      case 'connmark':
      case 'save-mark':
      case 'restore-mark':
      case 'hop-limit':
      case 'tos':
      case 'mss':
      case 'nflog':
      case 'continue':
      case 'opaque':
        break
      default:
        return unreachable(target)
    }
  }
  const policy = walk.chain.policy ?? 'accept'
  return { kind: policy, by: { kind: 'policy', chain: walk.chain.ref }, policy }
}

/** What the rule does with a packet that meets its conditions. */
function actOf({ target, lookup }: CompiledRule, values: FieldValues): PlainTarget {
  if (target.kind !== 'map') return target
  return lookup ? lookup(values) : { kind: 'continue' }
}

/** The place of the first rule from `from` on that matches; the length of the chain where none does. */
function firstMatch(
  { rules }: CompiledChain,
  from: number,
  values: FieldValues,
  assumeMatch: boolean,
): number {
  let at = from
  while (at < rules.length && firstFailed(rules[at] as CompiledRule, values, assumeMatch)) at++
  return at
}

/** A rule that did not match, with its first condition that was not met. */
export interface Miss {
  readonly rule: CompiledRule
  readonly failed: CompiledCondition
}

/** Tells rules that a walk passed by apart, in order. */
export function missesIn({ chain, first, end, context, assumeMatch }: PassedRules): Miss[] {
  const values = readValues(context, chain.asks)
  return chain.rules.slice(first, end).flatMap((rule) => {
    const failed = firstFailed(rule, values, assumeMatch)
    return failed ? [{ rule, failed }] : []
  })
}

function firstFailed(
  { conditions, rule }: CompiledRule,
  values: FieldValues,
  assumeMatch: boolean,
): CompiledCondition | undefined {
  const assumed = assumeMatch || rule.assume === 'matches'
  for (let i = 0; i < conditions.length; i++) {
    const condition = conditions[i] as CompiledCondition
    if (!(condition.holds(values) ?? assumed)) return condition
  }
  return undefined
}

function isUncertain({ conditions }: CompiledRule): boolean {
  return conditions.some((condition) => condition.field === 'opaque')
}
