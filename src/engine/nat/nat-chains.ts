import type { CompiledChain, NetworkDevice, Stage } from '../network'

const NAT_TARGETS: ReadonlySet<string> = new Set(['snat', 'dnat', 'masquerade', 'redirect'])

/**
 * Whether a base chain is a nat chain: it is in iptables' table of that name, or leads to a rule that translates, which
 * the kernel allows in chains of type nat only (nft(8), "CHAINS").
 */
export function isNatStage(device: NetworkDevice, { table, chain }: Stage): boolean {
  return device.firewall.id === 'netfilter' && (table.name === 'nat' || translates(device, chain, new Set()))
}

function translates(device: NetworkDevice, chain: CompiledChain, seen: Set<CompiledChain>): boolean {
  if (seen.has(chain)) return false
  seen.add(chain)
  return chain.rules.some(({ target }) => {
    if (NAT_TARGETS.has(target.kind)) return true
    if (target.kind !== 'jump' && target.kind !== 'goto') return false
    const next = device.chain({ ...chain.ref, chain: target.chain })
    return next !== undefined && translates(device, next, seen)
  })
}
