import { missesIn } from './filter/evaluate'
import type { PassedRules } from './filter/recorder'
import type { StepBase, TraceStep } from './trace'

/**
 * A step as it is written down while packets run. Rules that a packet passed by stand together, which costs next to
 * nothing; a trace tells them apart when somebody looks (`stepsOf`). Most traces of a design are only asked how they end.
 */
export type RecordedStep =
  | TraceStep
  | (StepBase & { readonly kind: 'rules-passed'; readonly rules: PassedRules })

/** The recording with one step for each rule tried. */
export function stepsOf(recorded: readonly RecordedStep[]): TraceStep[] {
  const steps: TraceStep[] = []
  for (const step of recorded) {
    if (step.kind !== 'rules-passed') {
      steps.push(step)
      continue
    }
    const { rules, ...place } = step
    for (const { rule: compiled, failed } of missesIn(rules)) {
      const { rule, number, locked } = compiled
      steps.push({
        ...place,
        kind: 'rule-tried',
        chain: rules.chain.ref,
        rule: rule.id,
        ...(number === undefined ? {} : { number }),
        name: rule.name,
        locked,
        matched: false,
        failed: failed.explain(rules.context),
      })
    }
  }
  return steps
}
