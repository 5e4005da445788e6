import type { Network } from '@/engine/network'
import type { Decider, FailedCondition, Journey, Trace, TraceStep } from '@/engine/trace'
import type { CtState, MatchContext } from '@/model/fields/field'
import type { Packet } from '@/model/packet/packet'
import { sameRef } from '@/model/ruleset/chains'
import type { ChainRef, TargetKind } from '@/model/ruleset/ruleset'

/** One rule of a walk: it matched, or the first condition that failed. */
export interface TriedRule {
  readonly chain: ChainRef
  readonly rule: string
  readonly number?: number
  readonly name: string
  readonly locked: boolean
  readonly matched: boolean
  /** It matched because a condition that nobody can answer is assumed to. */
  readonly assumed?: boolean
  readonly failed?: FailedCondition
  readonly target?: TargetKind
  readonly effect?: string
}

/** One base chain's way with one packet at one device. */
export interface Walk {
  readonly device: string
  readonly chain: ChainRef
  /** The packet as the rules saw it. */
  readonly packet: Packet
  /** The packet as it came in on the wire, or left it, where that differs. */
  readonly onTheWire?: Packet
  readonly state?: CtState
  /** What the rules looked at. */
  readonly context: MatchContext
  readonly tried: readonly TriedRule[]
  readonly verdict: 'accept' | 'drop' | 'reject'
  readonly by: Decider
  /** Index in the trace of the step that decided. */
  readonly step: number
}

/** Every base chain that was asked about a packet up to a step of the trace, in order. */
export function walksOf(
  trace: Pick<Trace, 'steps'>,
  journey: Pick<Journey, 'steps'>,
  upToStep: number,
): Walk[] {
  const walks: Walk[] = []
  let open: { entered: Extract<TraceStep, { kind: 'chain-entered' }>; tried: TriedRule[] } | undefined
  let arrived: Packet | undefined
  for (const index of journey.steps) {
    const step = trace.steps[index]
    if (!step || index > upToStep) break
    if (step.kind === 'arrived') arrived = step.packet
    if (step.kind === 'chain-entered' && step.base) open = { entered: step, tried: [] }
    if (step.kind === 'rule-tried') open?.tried.push(step)
    if (step.kind === 'verdict' && open) {
      const { entered, tried } = open
      const differs =
        arrived !== undefined && (arrived.src !== entered.packet.src || arrived.dst !== entered.packet.dst)
      walks.push({
        device: step.device,
        chain: entered.chain,
        packet: entered.packet,
        ...(differs && arrived ? { onTheWire: arrived } : {}),
        ...(entered.ctState ? { state: entered.ctState } : {}),
        context: entered,
        tried,
        verdict: step.verdict,
        by: step.by,
        step: index,
      })
      open = undefined
    }
  }
  return walks
}

/** The walk that decided a packet's fate: the one that stopped it, else the last that let it pass. */
export function decidingWalk(walks: readonly Walk[]): Walk | undefined {
  return walks.find(({ verdict }) => verdict !== 'accept') ?? walks.at(-1)
}

/** Whether this rule of this walk decided. */
export function isDecider(walk: Walk, tried: Pick<TriedRule, 'rule' | 'chain'>): boolean {
  return walk.by.kind === 'rule' && walk.by.rule === tried.rule && sameRef(walk.by.chain, tried.chain)
}

export function deviceName(network: Network, id: string): string {
  return network.devices.get(id)?.name ?? 'a device that is gone'
}
