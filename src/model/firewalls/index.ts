import type { FirewallKind } from './firewall-kind'
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
