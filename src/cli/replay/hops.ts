import type { PipelineResult } from '@/engine/pipeline'
import type { RecordedStep } from '@/engine/recording'
import type { Decider } from '@/engine/trace'
import type { ChainRef } from '@/model/ruleset/ruleset'

/** A rule by its place as the tool lists it, or a base chain's policy. */
export type RuleJson =
  | { readonly table: string; readonly chain: string; readonly rule: number }
  | { readonly table: string; readonly chain: string; readonly policy: true }

/** One visit of a packet to one host. */
export interface HopJson {
  readonly host: string
  readonly iif?: string
  readonly oif?: string
  readonly state?: string
  readonly dir?: 'original' | 'reply'
  readonly path: readonly RuleJson[]
  readonly end: 'sent' | 'delivered' | 'dropped' | 'vanished'
}

export function lastRule(by: Decider): RuleJson {
  if (by.kind === 'policy') return { ...place(by.chain), policy: true }
  return { ...place(by.chain), rule: by.number ?? 0 }
}

function place({ table, chain }: ChainRef): { table: string; chain: string } {
  return { table, chain }
}

/** The visit as one hop, or two where the host sent the packet to itself and it came back in by `lo`. */
export function hopsOf(host: string, iif: string | undefined, result: PipelineResult): HopJson[] {
  const { steps } = result
  const sent = steps.findIndex((step) => step.kind === 'sent' && step.oif === 'lo')
  const back =
    sent >= 0 &&
    (result.deliver?.iif === 'lo' ||
      steps.slice(sent).some((step) => step.kind === 'chain-entered' && step.iif === 'lo'))
  if (!back) return [hopOf(host, iif, steps, endOf(result), result.forward?.oif)]
  // POSTROUTING is asked before the packet comes back, with `lo` as the way out.
  const isReturn = (step: RecordedStep) => step.kind === 'chain-entered' && step.iif === 'lo'
  const turn = steps.findIndex((step, index) => index > sent && isReturn(step))
  const cut = turn < 0 ? steps.length : turn
  const out = hopOf(host, undefined, steps.slice(0, cut), 'sent', 'lo')
  const inward = hopOf(host, 'lo', steps.slice(cut), endOf(result), undefined)
  // The state is decided once, on the way out [E13].
  const { state, dir } = out
  return [out, { ...inward, ...(state !== undefined && { state }), ...(dir !== undefined && { dir }) }]
}

function endOf({ deliver, forward, ended }: PipelineResult): HopJson['end'] {
  if (deliver) return 'delivered'
  if (forward || ended?.kind === 'no-neighbor' || ended?.kind === 'no-link') return 'sent'
  return ended?.kind === 'dropped' || ended?.kind === 'rejected' ? 'dropped' : 'vanished'
}

function hopOf(
  host: string,
  iif: string | undefined,
  steps: readonly RecordedStep[],
  end: HopJson['end'],
  forwardOif: string | undefined,
): HopJson {
  const tracked = steps.find((step) => step.kind === 'conntrack' && step.change !== 'confirmed')
  const untracked = steps.find((step) => step.kind === 'chain-entered' && step.ctState === 'untracked')
  const state = tracked?.kind === 'conntrack' ? tracked.state : untracked ? 'untracked' : undefined
  const dir = tracked?.kind === 'conntrack' ? tracked.direction : undefined
  const oif = forwardOif ?? oifOf(steps)
  return {
    host,
    ...(iif !== undefined && { iif }),
    ...(oif !== undefined && { oif }),
    ...(state !== undefined && { state: state.toUpperCase() }),
    ...(dir !== undefined && { dir }),
    path: steps.flatMap(pathOf),
    end,
  }
}

/** Where it was to leave by, as far as it came. */
function oifOf(steps: readonly RecordedStep[]): string | undefined {
  for (const step of [...steps].reverse()) {
    if (
      (step.kind === 'routed' || step.kind === 'sent' || step.kind === 'chain-entered') &&
      step.oif !== undefined
    )
      return step.oif
  }
  return undefined
}

function pathOf(step: RecordedStep): RuleJson[] {
  if (step.kind === 'rule-tried' && step.matched) return [{ ...place(step.chain), rule: step.number ?? 0 }]
  if (step.kind === 'verdict' && step.by.kind === 'policy') return [{ ...place(step.by.chain), policy: true }]
  return []
}
