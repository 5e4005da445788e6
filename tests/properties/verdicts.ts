import { compileChain } from '@/engine/filter/compile-chain'
import { walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING } from '@/engine/filter/recorder'
import type { Decider } from '@/engine/trace'
import type { Attachment, Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import type { Packet } from '@/model/packet/packet'
import { allChains, chainKey } from '@/model/ruleset/chains'
import { type ChainRef, HOOKS } from '@/model/ruleset/ruleset'
import { context } from '../arbitraries/rules'

/** A packet's way through the router of the arbitraries, by the names of its interfaces. */
export interface Way {
  readonly iif?: string
  readonly oif?: string
}

export const WAYS: readonly Way[] = [
  { iif: 'wan', oif: 'lan' },
  { iif: 'lan', oif: 'wan' },
  { iif: 'wan' },
  { iif: 'lan' },
  { oif: 'wan' },
  { oif: 'lan' },
]

export interface Verdict {
  /** "accept", "drop" or "reject" with its answer. */
  readonly verdict: string
  /** Id of the rule that decided; "policy" where none did. */
  readonly by: string
}

/** What a whole firewall without state says of a packet: the first chain that refuses it, else the last that was asked. */
export function verdictOf(firewall: Firewall, packet: Packet, way: Way): Verdict {
  const kind = firewallKind(firewall.kind)
  const resolver = { token: context.resolve, set: (name: string) => context.resolveSet(name) }
  const chains = allChains(firewall.ruleset).map(({ ref, chain }) => {
    const around = { ref, resolver, names: context.names, kind: kind.id, builtins: firewall.builtins }
    return {
      ref,
      chain,
      compiled: compileChain(chain, { ...around, locked: () => kind.lockedRules(firewall, ref) }),
    }
  })
  const find = (ref: ChainRef) => chains.find((each) => chainKey(each.ref) === chainKey(ref))?.compiled
  const asked = chains
    .flatMap(({ ref, chain, compiled }) => {
      const family = ref.family === 'inet' || ref.family === (packet.family === 4 ? 'ip' : 'ip6')
      const at =
        chain.base && family
          ? kind.attachments(ref, chain, 'router').find((each) => fits(each, way))
          : undefined
      return at ? [{ at, compiled }] : []
    })
    .sort((a, b) => HOOKS.indexOf(a.at.hook) - HOOKS.indexOf(b.at.hook) || a.at.priority - b.at.priority)
  let last: Verdict = { verdict: 'accept', by: 'policy' }
  for (const { at, compiled } of asked) {
    const { iif, oif } = way
    const knowsIif = !['output', 'postrouting', 'egress'].includes(at.hook)
    const knowsOif = !['input', 'prerouting', 'ingress'].includes(at.hook)
    const seen = {
      packet,
      ...(knowsIif && iif !== undefined && { iif }),
      ...(knowsOif && oif !== undefined && { oif }),
    }
    const decision = walkChain({ chain: compiled, context: seen, find, recorder: KEEP_NOTHING })
    const answer = decision.kind === 'reject' ? ` ${decision.with ?? 'by policy'}` : ''
    last = { verdict: `${decision.kind}${answer}`, by: idOf(decision.by) }
    if (decision.kind !== 'accept') return last
  }
  return last
}

const idOf = (by: Decider) => (by.kind === 'rule' && by.name !== 'policy' ? by.rule : 'policy')

function fits({ hook, iifSide, oifSide }: Attachment, { iif, oif }: Way): boolean {
  const side = (name: string | undefined) => context.interfaces.find((each) => each.name === name)?.side
  if ((iifSide && side(iif) !== iifSide) || (oifSide && side(oif) !== oifSide)) return false
  switch (hook) {
    case 'ingress':
    case 'prerouting':
      return iif !== undefined
    case 'input':
      return iif !== undefined && oif === undefined
    case 'forward':
      return iif !== undefined && oif !== undefined
    case 'output':
      return iif === undefined
    case 'postrouting':
    case 'egress':
      return oif !== undefined
  }
}
