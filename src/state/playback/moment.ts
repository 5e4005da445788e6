import type { RecordedStep } from '@/engine/recording'
import type { BindingView, EntryView, Trace, TraceStep } from '@/engine/trace'
import { chainKey } from '@/model/ruleset/chains'
import type { ChainRef } from '@/model/ruleset/ruleset'

/** Entries of a device's tracker after a step, by id. Timed-out ones are gone. */
export function conntrackAt(trace: Trace, device: string, step: number): EntryView[] {
  const entries = new Map<number, EntryView>()
  const nowMs = trace.steps[step]?.atMs ?? 0
  for (const each of trace.steps.slice(0, step + 1)) {
    if (each.kind !== 'conntrack' || each.device !== device || !each.entry) continue
    if (each.change === 'destroyed') entries.delete(each.entry.id)
    else if (each.change !== 'looked-up') entries.set(each.entry.id, each.entry)
  }
  return [...entries.values()].filter((entry) => entry.timeoutAtMs > nowMs)
}

/** NAT bindings of a device after a step. */
export function bindingsAt(trace: Trace, device: string, step: number): BindingView[] {
  const bindings = new Map<number, BindingView>()
  const nowMs = trace.steps[step]?.atMs ?? 0
  for (const each of trace.steps.slice(0, step + 1)) {
    if (each.kind !== 'binding' || each.device !== device) continue
    if (each.change === 'expired') bindings.delete(each.binding.id)
    else bindings.set(each.binding.id, each.binding)
  }
  const own = [...bindings.values()].filter((binding) => binding.timeoutAtMs > nowMs)
  return own.length > 0 ? own : conntrackAt(trace, device, step).flatMap(bindingOf)
}

/** On netfilter a binding is a tracked connection whose reply is not its original turned round. */
function bindingOf(entry: EntryView): BindingView[] {
  const [inside = '', peer = ''] = entry.original.split(' > ')
  const [answers = '', outside = ''] = entry.reply.split(' > ')
  if (answers === peer && outside === inside) return []
  const { id, protocol, timeoutAtMs } = entry
  return [{ id, protocol, inside, outside, peer, timeoutAtMs }]
}

export type LoggedStep = Extract<TraceStep, { kind: 'logged' }>

/** Lines written up to a step, with the index of the step that wrote each. */
export function logAt(trace: Trace, step: number): { readonly step: number; readonly line: LoggedStep }[] {
  return trace.steps.flatMap((each, index) =>
    index <= step && each.kind === 'logged' ? [{ step: index, line: each }] : [],
  )
}

export const POLICY_HIT = 'policy'

/** Key of a hit counter; `rule` is the rule's id or POLICY_HIT. */
export function hitKey(device: string, chain: ChainRef, rule: string): string {
  return `${device} ${chainKey(chain)} ${rule}`
}

/** How often each rule and policy decided or matched: whole runs, but of the selected flow only up to the step. */
export function hitsAt(
  traces: ReadonlyMap<string, Trace>,
  flow: string | undefined,
  step: number,
): Map<string, number> {
  const hits = new Map<string, number>()
  for (const [id, trace] of traces) {
    const own = id === flow ? hitsIn(trace.steps.slice(0, step + 1)) : hitsOf(trace)
    for (const [key, count] of own) hits.set(key, (hits.get(key) ?? 0) + count)
  }
  return hits
}

const wholeRuns = new WeakMap<Trace, ReadonlyMap<string, number>>()

function hitsOf(trace: Trace): ReadonlyMap<string, number> {
  const known = wholeRuns.get(trace)
  if (known) return known
  const hits = hitsIn(trace.recorded)
  wholeRuns.set(trace, hits)
  return hits
}

function hitsIn(steps: readonly RecordedStep[]): Map<string, number> {
  const hits = new Map<string, number>()
  const count = (key: string) => hits.set(key, (hits.get(key) ?? 0) + 1)
  for (const each of steps) {
    if (each.kind === 'rule-tried' && each.matched) count(hitKey(each.device, each.chain, each.rule))
    if (each.kind === 'verdict' && each.by.kind === 'policy')
      count(hitKey(each.device, each.by.chain, POLICY_HIT))
  }
  return hits
}
