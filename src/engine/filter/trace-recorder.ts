import type { Hook } from '@/model/ruleset/ruleset'
import { contextOf, type Passage, type Tracking } from '../passage'
import type { TraceStep } from '../trace'
import { type Recorder, ruleDecider } from './recorder'

const UNTRACKED: Tracking = { state: 'untracked', direction: 'original' }

/** Keeps everything as steps of the packet's trace. */
export function traceRecorder(passage: Passage, hook: Hook): Recorder {
  const { steps, visit } = passage
  const { nowMs: atMs, journey } = visit
  const device = visit.device.id
  return {
    entered: (chain, base) => {
      steps.push({
        kind: 'chain-entered',
        atMs,
        device,
        journey,
        chain: chain.ref,
        hook,
        base,
        ...contextOf(passage),
      })
    },
    tried: (chain, compiled, failed, context, assumed) => {
      const { rule, number, locked } = compiled
      // One object per rule tried: the trace of a long chain is mostly these.
      const step = {
        kind: 'rule-tried' as const,
        atMs,
        device,
        journey,
        chain: chain.ref,
        rule: rule.id,
        name: rule.name,
        locked,
        matched: failed === undefined,
      } as Extract<TraceStep, { kind: 'rule-tried' }> & { number?: number }
      const whole = step as { -readonly [Key in keyof typeof step]: (typeof step)[Key] }
      if (number !== undefined) whole.number = number
      if (failed) whole.failed = failed.explain(context)
      else whole.target = compiled.target.kind
      if (assumed) whole.assumed = true
      steps.push(whole)
    },
    logged: (chain, compiled, prefix) => {
      const { packet, iif, oif } = passage
      steps.push({
        kind: 'logged',
        atMs,
        device,
        journey,
        prefix,
        packet,
        by: ruleDecider(chain, compiled),
        hook,
        ...(iif === undefined ? {} : { iif }),
        ...(oif === undefined ? {} : { oif }),
      })
    },
    untracked: () => {
      // NOTRACK after the tracker has looked does nothing [e11 B4].
      if (visit.device.tracks) passage.tracking ??= UNTRACKED
    },
  }
}
