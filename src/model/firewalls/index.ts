import type { FirewallKind, FirewallKindId } from './firewall-kind'
import { homeStateful } from './home-stateful'
import { homeStateless } from './home-stateless'
import { ipchains } from './ipchains'
import { netfilter } from './netfilter'
import { none } from './none'

/** The kinds of firewall in the order of the menu. */
export const FIREWALL_KINDS: readonly FirewallKind[] = [
  none,
  homeStateless,
  homeStateful,
  netfilter,
  ipchains,
]

const BY_ID = new Map(FIREWALL_KINDS.map((kind) => [kind.id, kind]))

export function firewallKind(id: FirewallKindId): FirewallKind {
  const kind = BY_ID.get(id)
  if (!kind) throw new Error(`no kind of firewall ${id}`)
  return kind
}
