import type { Hook } from '@/model/ruleset/ruleset'
import { contextOf, type Passage, type Tracking } from '../passage'
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
      const { id, name } = rule
      const kind = 'rule-tried'
      const common = { chain: chain.ref, rule: id, name, locked }
      if (failed) {
        // Written out for the common case: the trace of a long chain is mostly this.
        steps.push(
          number === undefined
            ? { kind, atMs, device, journey, ...common, matched: false, failed: failed.explain(context) }
            : {
                kind,
                atMs,
                device,
                journey,
                chain: chain.ref,
                rule: id,
                number,
                name,
                locked,
                matched: false,
                failed: failed.explain(context),
              },
        )
        return
      }
      steps.push({
        kind,
        atMs,
        device,
        journey,
        ...common,
        ...(number === undefined ? {} : { number }),
        matched: true,
        target: compiled.target.kind,
        ...(assumed ? { assumed } : {}),
      })
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
