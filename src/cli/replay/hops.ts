import type { PipelineResult } from '@/engine/pipeline'
import type { RecordedStep } from '@/engine/recording'
import type { Decider } from '@/engine/trace'
import type { CtState } from '@/model/fields/field'
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

/** How results write the table of a chain. */
type TableOf = (ref: ChainRef) => string

export function ruleJson(by: Decider, tableOf: TableOf): RuleJson {
  const place = { table: tableOf(by.chain), chain: by.chain.chain }
  return by.kind === 'policy' ? { ...place, policy: true } : { ...place, rule: by.number ?? 0 }
}

/** As conntrack(8) and rules write it. */
const STATE_WORD: Readonly<Record<CtState, string>> = {
  new: 'NEW',
  established: 'ESTABLISHED',
  related: 'RELATED',
  invalid: 'INVALID',
  untracked: 'UNTRACKED',
}

/** The visit as one hop, or two where the host sent the packet to itself and it came back in by `lo`. */
export function hopsOf(
  host: string,
  iif: string | undefined,
  result: PipelineResult,
  tableOfHost: (host: string, ref: ChainRef) => string,
): HopJson[] {
  const { steps } = result
  const tableOf: TableOf = (ref) => tableOfHost(host, ref)
  const sent = steps.findIndex((step) => step.kind === 'sent' && step.oif === 'lo')
  const isReturn = (step: RecordedStep) =>
    step.kind === 'conntrack'
      ? step.change !== 'confirmed'
      : step.kind === 'chain-entered' && step.iif === 'lo'
  // POSTROUTING is asked before the packet comes back, with `lo` as the way out.
  const turn = sent < 0 ? -1 : steps.findIndex((step, index) => index > sent && isReturn(step))
  const back = sent >= 0 && (result.deliver?.iif === 'lo' || turn >= 0)
  if (!back) return [hopOf({ host, iif, oif: result.forward?.oif, end: endOf(result) }, steps, tableOf)]
  const cut = turn < 0 ? steps.length : turn
  const out = hopOf({ host, oif: 'lo', end: 'sent' }, steps.slice(0, cut), tableOf)
  const inward = hopOf({ host, iif: 'lo', end: endOf(result) }, steps.slice(cut), tableOf)
  if (inward.state !== undefined) return [out, inward]
  // The state is decided once, on the way out [E13].
  const { state, dir } = out
  return [out, { ...inward, ...(state !== undefined && { state }), ...(dir !== undefined && { dir }) }]
}

function endOf({ deliver, forward, ended }: PipelineResult): HopJson['end'] {
  if (deliver) return 'delivered'
  if (forward || ended?.kind === 'no-neighbor' || ended?.kind === 'no-link') return 'sent'
  return ended?.kind === 'dropped' || ended?.kind === 'rejected' ? 'dropped' : 'vanished'
}

interface HopEnds {
  readonly host: string
  readonly iif?: string | undefined
  readonly oif?: string | undefined
  readonly end: HopJson['end']
}

function hopOf({ host, iif, oif, end }: HopEnds, steps: readonly RecordedStep[], tableOf: TableOf): HopJson {
  const path: RuleJson[] = []
  let tracked: { readonly state: CtState; readonly direction?: HopJson['dir'] } | undefined
  /** Where it was to leave by, as far as it came. */
  let leaves = oif
  for (const step of steps) {
    switch (step.kind) {
      case 'conntrack':
        if (step.change !== 'confirmed') tracked ??= step
        break
      case 'chain-entered':
      case 'sent':
      case 'routed':
        leaves = oif ?? step.oif ?? leaves
        break
      case 'rule-tried':
        if (step.matched)
          path.push({ table: tableOf(step.chain), chain: step.chain.chain, rule: step.number ?? 0 })
        break
      case 'verdict':
        if (step.by.kind === 'policy') path.push(ruleJson(step.by, tableOf))
        break
      default:
        break
    }
  }
  // Members in the order in which people read them.
  const hop: Partial<Draft> = { host }
  if (iif !== undefined) hop.iif = iif
  if (leaves !== undefined) hop.oif = leaves
  if (tracked) hop.state = STATE_WORD[tracked.state]
  // What belongs to no connection has no direction.
  if (tracked?.direction && tracked.state !== 'invalid' && tracked.state !== 'untracked')
    hop.dir = tracked.direction
  hop.path = path
  hop.end = end
  return hop as HopJson
}

type Draft = { -readonly [Key in keyof HopJson]: HopJson[Key] }
