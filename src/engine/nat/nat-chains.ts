import { chainsLedTo, plainTargetsOf } from '@/model/ruleset/targets'
import type { CompiledChain, NetworkDevice, Stage } from '../network'

export const NAT_TARGETS: ReadonlySet<string> = new Set(['snat', 'dnat', 'masquerade', 'redirect', 'netmap'])

/**
 * Whether a base chain is a nat chain: its type says so, or it is in iptables' table of that name, or it leads to a rule
 * that translates, which the kernel allows in chains of type nat only (nft(8), "CHAINS").
 */
export function isNatStage(device: NetworkDevice, { table, chain }: Stage): boolean {
  if (device.firewall.id !== 'netfilter') return false
  if (chain.type !== undefined) return chain.type === 'nat'
  return table.name === 'nat' || translates(device, chain)
}

/** Looks through all chains that the base chain leads to; there may be thousands, one below the other. */
function translates(device: NetworkDevice, base: CompiledChain): boolean {
  const seen = new Set([base])
  // The set grows while it is walked.
  for (const chain of seen) {
    for (const { target } of chain.rules) {
      if (plainTargetsOf(target).some(({ kind }) => NAT_TARGETS.has(kind))) return true
      for (const name of chainsLedTo(target)) {
        const next = device.chain({ ...chain.ref, chain: name })
        if (next) seen.add(next)
      }
    }
  }
  return false
}
