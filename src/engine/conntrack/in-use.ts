import { fieldsOf } from '@/model/fields/cell'
import { NAT_TARGETS } from '../nat/nat-chains'
import type { CompiledChain, NetworkDevice } from '../network'

/** Targets beside those of nat that need the tracker. */
const TRACKER_TARGETS: ReadonlySet<string> = new Set([
  'notrack',
  'helper',
  'connmark',
  'save-mark',
  'restore-mark',
])

/**
 * Whether the kernel would have conntrack running for these rules: any of them asks for a connection or translates [E7].
 * A rule of a chain that nothing leads to counts too.
 */
export function usesConntrack(chains: readonly CompiledChain[]): boolean {
  return chains.some(({ rules }) =>
    rules.some(
      ({ conditions, target }) =>
        NAT_TARGETS.has(target.kind) ||
        TRACKER_TARGETS.has(target.kind) ||
        conditions.some(({ condition }) => fieldsOf(condition).some((field) => field.startsWith('ct'))),
    ),
  )
}

/** Gateways that translate, and filters that keep a state of their own, put fragments together; netfilter when it tracks. */
export function putsFragmentsTogether(
  { firewall, nat }: Pick<NetworkDevice, 'firewall' | 'nat'>,
  chains: readonly CompiledChain[],
): boolean {
  if (nat.mode === 'napt' || nat.mode === 'masquerading') return true
  return firewall.id === 'netfilter' ? usesConntrack(chains) : firewall.keepsState
}
