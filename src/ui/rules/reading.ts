import { useMemo } from 'react'
import type { FailedCondition, Trace } from '@/engine/trace'
import { sameRef } from '@/model/ruleset/chains'
import type { ChainRef } from '@/model/ruleset/ruleset'
import { useCursor } from '@/state/playback/cursor'
import { hitKey, hitsAt, POLICY_HIT } from '@/state/playback/moment'
import { useCurrentTrace, useRun } from '@/state/run-store'

/** What the packet under the cursor did in a table. */
export interface TableReading {
  /** Row key of the decider (a rule's id or "policy") with its verdict. */
  readonly decided:
    | { readonly rule: string; readonly chain: ChainRef; readonly verdict: 'accept' | 'drop' | 'reject' }
    | undefined
  /** Rule id -> the field whose condition failed first. */
  readonly failed: ReadonlyMap<string, FailedCondition['field']>
  hits(chain: ChainRef, rule: string): number
}

/** Reads the trace for one device and the chains of one table at the cursor. */
export function useTableReading(device: string, chains: readonly ChainRef[]): TableReading {
  const trace = useCurrentTrace()
  const traces = useRun((state) => state.traces)
  const cursor = useCursor()
  const key = chains.map((ref) => `${ref.family} ${ref.table} ${ref.chain}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for the chains
  return useMemo(() => {
    const hits = hitsAt(traces, trace?.flow, cursor.step)
    return {
      ...readTrace(trace, cursor.journey, cursor.step, device, chains),
      hits: (chain, rule) => hits.get(hitKey(device, chain, rule)) ?? 0,
    }
  }, [trace, traces, cursor.journey, cursor.step, device, key])
}

function readTrace(
  trace: Trace | undefined,
  journey: number,
  upTo: number,
  device: string,
  chains: readonly ChainRef[],
): Pick<TableReading, 'decided' | 'failed'> {
  const failed = new Map<string, FailedCondition['field']>()
  let decided: TableReading['decided']
  for (const index of trace?.journeys[journey]?.steps ?? []) {
    const step = trace?.steps[index]
    if (!step || index > upTo) break
    if (step.device !== device) continue
    if (step.kind === 'chain-entered' && chains.some((ref) => sameRef(ref, step.chain))) {
      failed.clear()
      decided = undefined
    }
    if (step.kind === 'rule-tried' && step.failed && chains.some((ref) => sameRef(ref, step.chain)))
      failed.set(step.rule, step.failed.field)
    if (step.kind === 'verdict' && chains.some((ref) => sameRef(ref, step.by.chain))) {
      decided = {
        rule: step.by.kind === 'policy' ? POLICY_HIT : step.by.rule,
        chain: step.by.chain,
        verdict: step.verdict,
      }
    }
  }
  return { decided, failed }
}
