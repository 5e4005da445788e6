import { allChains, type ChainOfRuleset } from '../ruleset/chains'
import type { Firewall } from './firewall-kind'
import { firewallKind } from './lookup'

/**
 * The chains that take part: base chains that the kind hangs somewhere, and the user chains of their tables where the
 * kind can jump. Tables that were kept for the way back to another kind are not among them.
 */
export function askedChains(firewall: Firewall): ChainOfRuleset[] {
  const kind = firewallKind(firewall.kind)
  const all = allChains(firewall.ruleset)
  const hangs = ({ ref, chain }: ChainOfRuleset) =>
    chain.base !== undefined && kind.attachments(ref, chain, 'router').length > 0
  const tables = new Set(all.filter(hangs).map(({ table }) => table))
  const jumps = kind.targets.includes('jump')
  return all.filter((each) => hangs(each) || (jumps && !each.chain.base && tables.has(each.table)))
}
