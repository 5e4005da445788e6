import type { Network } from '@/engine/network'
import type { Trace } from '@/engine/trace'
import { sameRef } from '@/model/ruleset/chains'
import type { ChainRef } from '@/model/ruleset/ruleset'

export interface GateCell {
  readonly key: string
  /** "1", "policy", "…", or a name for a locked rule. */
  readonly label: string
  readonly locked: boolean
  readonly state: 'waiting' | 'no-match' | 'matched' | 'accept' | 'drop' | 'reject'
}

export interface Gate {
  readonly chain: ChainRef
  readonly cells: readonly GateCell[]
  /** Index of the deciding cell. */
  readonly decided: number
}

/** More rules than this are folded: the first two, three around the one that decides, the policy. */
const CELLS_AT_MOST = 8

/** The chain that the packet under the cursor meets at a device, or the one that guards it at rest. */
export function gateOf(
  network: Network,
  trace: Trace | undefined,
  device: string,
  journey: number,
  upTo: number,
): Gate | undefined {
  const compiled = network.devices.get(device)
  if (!compiled) return undefined
  const met = trace ? chainMet(trace, device, journey, upTo) : undefined
  const stages = compiled.stages.filter(({ table }) => table.name === 'filter')
  const resting = stages.find(
    ({ iifSide, hook }) => iifSide === 'outside' || hook === 'input' || hook === 'forward',
  )
  const ref = met?.ref ?? resting?.chain.ref
  const chain = ref && compiled.chain(ref)
  if (!ref || !chain) return undefined
  const rules = chain.rules.map(({ rule, number, locked }): GateCell => {
    const tried = met?.tried.get(rule.id)
    return {
      key: rule.id,
      label: locked ? rule.name : String(number ?? ''),
      locked,
      state: tried ?? 'waiting',
    }
  })
  const policy: GateCell = { key: 'policy', label: 'policy', locked: false, state: met?.policy ?? 'waiting' }
  // A user chain has no policy.
  const cells = chain.policy === undefined ? rules : [...rules, policy]
  return fold({
    chain: ref,
    cells,
    decided: cells.findIndex(({ state }) => DECIDED.has(state)),
  })
}

const DECIDED = new Set(['accept', 'drop', 'reject'])

interface Met {
  readonly ref: ChainRef
  readonly tried: ReadonlyMap<string, GateCell['state']>
  readonly policy: GateCell['state'] | undefined
}

/** The chain that decided, if one has; until then the one that the packet is in. */
function chainMet(trace: Trace, device: string, journey: number, upTo: number): Met | undefined {
  const steps = (trace.journeys[journey]?.steps ?? [])
    .filter((index) => index <= upTo)
    .flatMap((index) => trace.steps[index] ?? [])
    .filter((step) => step.device === device)
  const base = steps.findLastIndex(
    (step) => step.kind === 'chain-entered' && step.base && step.chain.table === 'filter',
  )
  if (base < 0) return undefined
  const walked = steps.slice(base)
  const verdict = walked.find((step) => step.kind === 'verdict')
  const entered = walked.findLast((step) => step.kind === 'chain-entered')
  const ref =
    verdict?.kind === 'verdict'
      ? verdict.by.chain
      : entered?.kind === 'chain-entered'
        ? entered.chain
        : undefined
  if (!ref) return undefined
  const tried = new Map<string, GateCell['state']>()
  for (const step of walked) {
    if (step.kind === 'rule-tried' && sameRef(step.chain, ref))
      tried.set(step.rule, step.matched ? 'matched' : 'no-match')
  }
  if (verdict?.kind !== 'verdict') return { ref, tried, policy: undefined }
  if (verdict.by.kind === 'policy') return { ref, tried, policy: verdict.verdict }
  tried.set(verdict.by.rule, verdict.verdict)
  return { ref, tried, policy: undefined }
}

function fold(gate: Gate): Gate {
  const { cells, decided } = gate
  if (cells.length <= CELLS_AT_MOST + 1) return gate
  const last = cells.length - 1
  const around = decided >= 0 ? [decided - 1, decided, decided + 1] : [2, 3, 4]
  const keep = [...new Set([0, 1, ...around, last])]
    .filter((index) => index >= 0 && index <= last)
    .sort((a, b) => a - b)
  const folded: GateCell[] = []
  let before = -1
  for (const index of keep) {
    const cell = cells[index]
    if (!cell) continue
    if (index > before + 1) folded.push({ key: `fold-${index}`, label: '…', locked: false, state: 'waiting' })
    folded.push(cell)
    before = index
  }
  return { ...gate, cells: folded, decided: folded.findIndex(({ state }) => DECIDED.has(state)) }
}
