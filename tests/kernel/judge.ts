import { replayText } from '@/cli/replay/replay'
import type { Answer, Case } from './case'
import { disagreement } from './compare'

export const engine = (given: Case): Answer => replayText(JSON.stringify(given)) as Answer

/** What comparing one case came to. */
export interface Judgement {
  /** Absent where both agree as far as they can be compared. */
  readonly sentence?: string
  /** Packets that were compared. */
  readonly compared: number
  /** A translation had to choose a port by chance: from there on the two may differ. */
  readonly cutByChance: boolean
}

export function judge(given: Case, asked: Answer): Judgement {
  const ours = engine(given)
  const found = disagreement(asked, ours)
  const all = asked.packets?.length ?? 0
  if (!found) return { compared: all, cutByChance: false }
  const determined = packetsWithoutChance(given, ours)
  if (found.packet >= determined) return { compared: determined, cutByChance: true }
  return { sentence: found.sentence, compared: found.packet + 1, cutByChance: false }
}

/** How many packets come out the same whatever the engine's random numbers are. */
function packetsWithoutChance(given: Case, ours: Answer): number {
  const packets = ours.packets ?? []
  const others = [2, 3].map((seed) => engine({ ...given, options: { ...given.options, seed } }).packets ?? [])
  const differs = (index: number) =>
    others.some((other) => JSON.stringify(other[index]) !== JSON.stringify(packets[index]))
  const first = packets.findIndex((_, index) => differs(index))
  return first < 0 ? packets.length : first
}
