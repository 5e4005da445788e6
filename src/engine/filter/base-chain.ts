import type { Hook } from '@/model/ruleset/ruleset'
import type { Stage } from '../network'
import { contextOf, type Passage, record } from '../passage'
import { interfaceByName } from '../routing/lookup'
import { type ChainDecision, walkChain } from './evaluate'
import { traceRecorder } from './trace-recorder'

/** Whether the chain is asked about the packet: its table sees the family, and the interfaces are on its sides. */
export function concerns(passage: Passage, { table, iifSide, oifSide }: Stage): boolean {
  if (table.family !== 'inet' && table.family !== (passage.packet.family === 4 ? 'ip' : 'ip6')) return false
  return isOnSide(passage, passage.iif, iifSide) && isOnSide(passage, passage.oif, oifSide)
}

function isOnSide(passage: Passage, name: string | undefined, side: Stage['iifSide']): boolean {
  return side === undefined || interfaceByName(passage.visit.device, name)?.side === side
}

/** Walks the packet through one base chain and writes down what it decides. */
export function askChain(passage: Passage, hook: Hook, { chain }: Stage): ChainDecision {
  const { device } = passage.visit
  const decision = walkChain({
    chain,
    context: contextOf(passage),
    find: device.chain,
    recorder: traceRecorder(passage, hook),
  })
  const { by } = decision
  const policy = decision.kind !== 'translate' && decision.policy ? { policy: decision.policy } : {}
  const verdict = decision.kind === 'translate' ? 'accept' : decision.kind
  record(passage, { kind: 'verdict', hook, verdict, by, ...policy })
  return decision
}
