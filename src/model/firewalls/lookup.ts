import type { FirewallKind, FirewallKindId } from './firewall-kind'
import { FIREWALL_KINDS } from './index'

const BY_ID = new Map(FIREWALL_KINDS.map((kind) => [kind.id, kind]))

/** The kind of firewall with that id. */
export function firewallKind(id: FirewallKindId): FirewallKind {
  const kind = BY_ID.get(id)
  if (!kind) throw new Error(`no kind of firewall ${id}`)
  return kind
}
