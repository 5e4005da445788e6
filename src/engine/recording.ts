import type { ConntrackEntry } from './conntrack/entry'
import { entryView } from './conntrack/entry-view'
import { missesIn } from './filter/evaluate'
import type { PassedRules } from './filter/recorder'
import type { StepBase, TraceStep } from './trace'

/**
 * A step as it is written down while packets run. Rules that a packet passed by stand together, which costs next to
 * nothing; a trace tells them apart when somebody looks (`stepsOf`). Most traces of a design are only asked how they end.
 */
export type RecordedStep =
  | TraceStep
  | RecordedTracking
  | (StepBase & { readonly kind: 'rules-passed'; readonly rules: PassedRules })

type TrackingStep = Extract<TraceStep, { readonly kind: 'conntrack' }>
/** The entry itself; how tables show it is told from it. */
type RecordedTracking = Omit<TrackingStep, 'entry'> & { readonly tracked?: ConntrackEntry }

type RuleTried = Extract<TraceStep, { kind: 'rule-tried' }>
type Draft = { -readonly [Key in keyof RuleTried]: RuleTried[Key] }

/** The recording with one step for each rule tried. */
export function stepsOf(recorded: readonly RecordedStep[]): TraceStep[] {
  const steps: TraceStep[] = []
  for (const step of recorded) {
    if (step.kind === 'conntrack' && 'tracked' in step) {
      const { tracked, ...told } = step
      steps.push(tracked ? { ...told, entry: entryView(tracked) } : told)
      continue
    }
    if (step.kind !== 'rules-passed') {
      steps.push(step)
      continue
    }
    const { atMs, device, journey, rules } = step
    const chain = rules.chain.ref
    for (const { rule: compiled, failed } of missesIn(rules)) {
      const { rule, number, locked } = compiled
      const tried: Draft = {
        kind: 'rule-tried',
        atMs,
        device,
        chain,
        rule: rule.id,
        name: rule.name,
        locked,
        matched: false,
        failed: failed.explain(rules.context),
      }
      // Not spread into the literal: there are thousands of these in a trace.
      if (journey !== undefined) tried.journey = journey
      if (number !== undefined) tried.number = number
      steps.push(tried)
    }
  }
  return steps
}
