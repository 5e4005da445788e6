import type { Hook } from '@/model/ruleset/ruleset'
import { inheritanceOf } from '../inheritance'
import type { Passage } from '../passage'
import type { Disposition } from '../trace'
import type { ChainDecision } from './evaluate'
import { rejectAnswer, rejectKindFor } from './reject'

/** Ends the journey with the answer that a reject sends, where it sends one. */
export function rejected(
  passage: Passage,
  hook: Hook,
  decision: Extract<ChainDecision, { readonly kind: 'reject' }>,
): Disposition {
  const { packet, visit, iif } = passage
  const kind = rejectKindFor(packet, decision.with)
  const answer = rejectAnswer(visit.device, packet, kind, { isRouted: hook !== 'prerouting', iif })
  if (answer) passage.made.push({ packet: answer, why: 'reject', inherits: inheritanceOf(passage) })
  return { kind: 'rejected', by: decision.by, with: kind }
}
