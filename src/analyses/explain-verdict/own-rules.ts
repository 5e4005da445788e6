import { type ChainDecision, missesIn, walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING, ruleDecider } from '@/engine/filter/recorder'
import type { CompiledChain, Network } from '@/engine/network'
import type { TriedRule, Walk } from './walks'

/** What a chain would have said of a packet without the rules that come with its firewall kind. */
export interface OwnVerdict {
  readonly decision: ChainDecision
  readonly tried: readonly TriedRule[]
}

/** Walks the person's own rules alone, where a locked rule stopped the packet before they were asked (R005, R006). */
export function ownRulesVerdict(network: Network, walk: Walk): OwnVerdict | undefined {
  if (walk.by.kind !== 'rule' || !walk.by.locked || walk.verdict === 'accept') return undefined
  const device = network.devices.get(walk.device)
  const chain = device?.chain(walk.chain)
  if (!device || !chain) return undefined
  const own: CompiledChain = { ...chain, rules: chain.rules.filter(({ locked }) => !locked) }
  const tried: TriedRule[] = []
  const decision = walkChain({
    chain: own,
    context: walk.context,
    find: (ref) => device.chain(ref),
    recorder: {
      ...KEEP_NOTHING,
      passed: (rules) => {
        for (const { rule, failed } of missesIn(rules)) {
          const why = failed.explain(rules.context)
          tried.push({ ...ruleDecider(rules.chain, rule), matched: false, failed: why })
        }
      },
      matched: (of, rule) => {
        tried.push({ ...ruleDecider(of, rule), matched: true })
      },
    },
  })
  return { decision, tried }
}

const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** "Your two rules let this packet in. Rule 1 does not match: ... Rule 2 would accept it. Black List Defense runs first." */
export function ownRulesSentence({ decision, tried }: OwnVerdict, own: number, group: string): string {
  const rules = own === 1 ? 'Your rule' : `Your ${COUNTS[own] ?? own} rules`
  const outcome =
    decision.kind === 'accept'
      ? `${rules} ${own === 1 ? 'lets' : 'let'} this packet in.`
      : `${rules} would stop this packet too.`
  const each = tried.map(({ number, matched, failed }) =>
    matched
      ? `Rule ${number} would ${decision.kind} it.`
      : `Rule ${number} does not match: ${failed?.sentence}.`,
  )
  const policy = decision.by.kind === 'policy' ? [`The policy would ${decision.kind} it.`] : []
  return [outcome, ...each, ...policy, `The built-in group ${group} runs before them and blocks it.`].join(
    ' ',
  )
}
