import { compileChain } from '@/engine/filter/compile-chain'
import { type ChainDecision, missesIn, walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING, type Recorder } from '@/engine/filter/recorder'
import type { CompiledChain, CompiledRule } from '@/engine/network'
import { CT_STATES, type CtState, type MatchContext, type Resolver } from '@/model/fields/field'
import type { Attachment, Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { allChains, chainKey } from '@/model/ruleset/chains'
import { type ChainRef, HOOKS, type Hook, PRIORITY } from '@/model/ruleset/ruleset'
import type { PlacedPacket } from '../packet-text'
import { NO_NAMES } from '../translate'

/** One rule that was tried, or a user chain that was entered. */
export type WalkStep =
  | { readonly kind: 'chain'; readonly chain: string }
  | {
      readonly kind: 'rule'
      readonly chain: string
      readonly rule: string
      readonly number?: number
      readonly name: string
      /** Line of the text that the rule was read from. */
      readonly line?: number
      readonly matched: boolean
      /** Why not: the first condition that failed. */
      readonly reason?: string
      readonly target?: string
    }

/** One base chain asked about the packet. */
export interface WalkOfChain {
  readonly ref: ChainRef
  readonly hook: Hook
  /** Connection states for which the walk is this one; none where no rule asks. */
  readonly states: readonly CtState[]
  readonly steps: readonly WalkStep[]
  readonly decision: ChainDecision
}

export interface Surroundings {
  readonly place: 'router' | 'host'
  /** Name of the inside interface; every other one is outside. */
  readonly inside: string
  /** Only the base chain of that name. */
  readonly chain: string | undefined
  readonly state: CtState | undefined
}

const NOTHING: Resolver = { token: () => [], set: () => undefined }

/** Asks every base chain whose hook fits the interfaces of the packet, in the order of hooks and priorities. */
export function walkAll(firewall: Firewall, packet: PlacedPacket, around: Surroundings): WalkOfChain[] {
  const kind = firewallKind(firewall.kind)
  const compiled = new Map(
    allChains(firewall.ruleset).map(({ ref, chain }) => [
      chainKey(ref),
      compileChain(chain, {
        ref,
        resolver: NOTHING,
        names: NO_NAMES,
        kind: kind.id,
        builtins: firewall.builtins,
        locked: () => kind.lockedRules(firewall, ref),
      }),
    ]),
  )
  const find = (ref: ChainRef) => compiled.get(chainKey(ref))
  const walked = allChains(firewall.ruleset).flatMap(({ ref, chain }): PlacedWalk[] => {
    const start = find(ref)
    if (!chain.base || !start || (around.chain !== undefined && around.chain !== ref.chain)) return []
    if (ref.family !== 'inet' && ref.family !== (packet.packet.family === 4 ? 'ip' : 'ip6')) return []
    const place = kind.attachments(ref, chain, around.place).find((each) => fits(each, packet, around))
    if (!place) return []
    const asks = kind.keepsState && asksForState([...compiled.values()])
    const seen = kind.id === 'netfilter' ? statesSeen(place, ref.table) : CT_STATES
    const states = around.state ? statesGiven(around.state, seen) : asks ? seen : [undefined]
    const walks = states.map((state) => walkOne(start, ref, place.hook, packet, state, find))
    return joinStates(walks, seen.length).map((walk) => ({ walk, priority: place.priority }))
  })
  const order = ({ walk, priority }: PlacedWalk) => [HOOKS.indexOf(walk.hook), priority] as const
  return walked
    .sort((a, b) => {
      const [[hookA, priorityA], [hookB, priorityB]] = [order(a), order(b)]
      return hookA - hookB || priorityA - priorityB
    })
    .map(({ walk }) => walk)
}

interface PlacedWalk {
  readonly walk: WalkOfChain
  readonly priority: number
}

/**
 * The connection states that a packet can have there: before the tracker has looked, all count as invalid [e11 B2], and
 * nat chains are asked about the first packet of a connection alone [B13].
 */
function statesSeen({ hook, priority }: Attachment, table: string): readonly CtState[] {
  const isEarly = (hook === 'prerouting' || hook === 'output') && priority <= PRIORITY.conntrack
  if (isEarly) return ['invalid']
  return table === 'nat' ? ['new', 'related'] : CT_STATES
}

/** A state that was asked for; none where the chain is not asked about packets of that state. */
function statesGiven(state: CtState, seen: readonly CtState[]): readonly CtState[] {
  if (seen.length === 1) return seen
  return seen.includes(state) ? [state] : []
}

function asksForState(chains: readonly CompiledChain[]): boolean {
  return chains.some(({ rules }) =>
    rules.some(({ conditions }) => conditions.some(({ field }) => field === 'ctState')),
  )
}

interface Place {
  readonly hook: Hook
  readonly iifSide?: 'inside' | 'outside'
  readonly oifSide?: 'inside' | 'outside'
}

/** With no interface named every hook fits; one that is named must be one that the hook knows. */
function fits(
  { hook, iifSide, oifSide }: Place,
  { iif, oif }: PlacedPacket,
  { inside }: Surroundings,
): boolean {
  if (iif === undefined && oif === undefined) return true
  const side = (name: string) => (name === inside ? 'inside' : 'outside')
  if (iifSide && (iif === undefined || side(iif) !== iifSide)) return false
  if (oifSide && (oif === undefined || side(oif) !== oifSide)) return false
  switch (hook) {
    case 'ingress':
    case 'prerouting':
      return iif !== undefined
    case 'input':
      return iif !== undefined && oif === undefined
    case 'output':
      return iif === undefined
    case 'postrouting':
    case 'egress':
      return oif !== undefined
    case 'forward':
      return true
  }
}

function walkOne(
  chain: CompiledChain,
  ref: ChainRef,
  hook: Hook,
  { packet, iif, oif }: PlacedPacket,
  state: CtState | undefined,
  find: (ref: ChainRef) => CompiledChain | undefined,
): WalkOfChain {
  const knowsIif = hook !== 'output' && hook !== 'postrouting' && hook !== 'egress'
  const knowsOif = hook !== 'input' && hook !== 'prerouting' && hook !== 'ingress'
  const context: MatchContext = {
    packet,
    ...(knowsIif && iif !== undefined && { iif }),
    ...(knowsOif && oif !== undefined && { oif }),
    ...(state !== undefined && { ctState: state }),
  }
  const steps: WalkStep[] = []
  const recorder: Recorder = {
    ...KEEP_NOTHING,
    entered: (entered, base) => {
      if (!base) steps.push({ kind: 'chain', chain: entered.ref.chain })
    },
    passed: (rules) => {
      for (const { rule, failed } of missesIn(rules)) {
        const reason = failed.explain(context).sentence
        steps.push({ ...ruleStep(rules.chain, rule), matched: false, reason })
      }
    },
    matched: (tried, rule) => {
      steps.push({ ...ruleStep(tried, rule), matched: true, target: targetWord(rule.target) })
    },
  }
  const decision = walkChain({ chain, context, find, recorder })
  return { ref, hook, states: state === undefined ? [] : [state], steps, decision }
}

function ruleStep({ ref }: CompiledChain, { rule, number }: CompiledRule) {
  return {
    kind: 'rule',
    chain: ref.chain,
    rule: rule.id,
    ...(number !== undefined && { number }),
    name: rule.name,
    ...(rule.sourceLine !== undefined && { line: rule.sourceLine }),
  } as const
}

function targetWord(target: CompiledChain['rules'][number]['target']): string {
  switch (target.kind) {
    case 'jump':
    case 'goto':
      return `${target.kind} ${target.chain}`
    case 'reject':
      return `reject with ${target.with}`
    case 'opaque':
      return target.text
    default:
      return target.kind
  }
}

/** States that take the same way are told once. */
function joinStates(walks: readonly WalkOfChain[], possible: number): WalkOfChain[] {
  const joined = new Map<string, WalkOfChain>()
  for (const walk of walks) {
    const way = JSON.stringify([
      walk.steps.map((step) => (step.kind === 'rule' ? [step.chain, step.rule, step.matched] : step)),
      walk.decision.kind,
    ])
    const known = joined.get(way)
    joined.set(way, known ? { ...known, states: [...known.states, ...walk.states] } : walk)
  }
  // Where every state takes the same way, none matters.
  return [...joined.values()].map((walk) =>
    walk.states.length === possible ? { ...walk, states: [] } : walk,
  )
}
