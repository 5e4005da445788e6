import type { Trace } from '@/engine/trace'
import { sameRef } from '@/model/ruleset/chains'
import type { ChainRef } from '@/model/ruleset/ruleset'
import { currentTrace, runStore } from '../run-store'
import { selectFlow, selectRule } from '../view-store'
import { currentCursor, goToStep } from './cursor'

/** A rule where it stands. */
export interface RulePlace {
  readonly device: string
  readonly chain: ChainRef
  /** The rule's id. */
  readonly rule: string
}

/**
 * The step at which a rule had its say about a packet, nearest to `near` (of two as near, the later): where it decided,
 * or where it only matched if it never decided. Where the packet ended by it, that step.
 */
export function stepOfRule(trace: Trace, place: RulePlace, near: number): number | undefined {
  const decisions: number[] = []
  const matches: number[] = []
  trace.steps.forEach((step, index) => {
    if (step.device !== place.device) return
    if (step.kind === 'verdict' && step.by.kind === 'rule' && isAt(place, step.by.chain, step.by.rule))
      decisions.push(trace.steps[index + 1]?.kind === 'ended' ? index + 1 : index)
    if (step.kind === 'rule-tried' && step.matched && isAt(place, step.chain, step.rule)) matches.push(index)
  })
  const from = decisions.length > 0 ? decisions : matches
  const distance = (index: number) => Math.abs(index - near)
  return from.reduce<number | undefined>(
    (best, index) => (best === undefined || distance(index) <= distance(best) ? index : best),
    undefined,
  )
}

function isAt(place: RulePlace, chain: ChainRef, rule: string): boolean {
  return rule === place.rule && sameRef(chain, place.chain)
}

/**
 * Selects a rule, and with it the nearest packet of the shown flow that it had its say about; where there is none, one of
 * the first flow that has one, which is shown then.
 */
export function selectRuleAndPacket(place: RulePlace): void {
  selectRule(place)
  const trace = currentTrace()
  const here = trace && stepOfRule(trace, place, currentCursor().step)
  if (here !== undefined) {
    goToStep(here)
    return
  }
  for (const [flow, other] of runStore.getState().traces) {
    const step = stepOfRule(other, place, 0)
    if (step === undefined) continue
    selectFlow(flow)
    goToStep(step)
    return
  }
}
