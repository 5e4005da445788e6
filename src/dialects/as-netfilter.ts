import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { natTableOf } from '@/model/firewalls/switch-nat'
import { POLICY_RULE, wrapped } from '@/model/firewalls/switch-shape'
import type { Row, Table } from '@/model/ruleset/ruleset'
import type { PrintContext } from './dialect'
import { type Losses, NO_BINDING } from './losses'

/**
 * The tables of any kind of firewall as netfilter has them, for languages of systems that are built on it. A home table
 * becomes user chains `inbound` and `outbound`, which the base chains ask for what crosses the outside; NAPT becomes a
 * nat table. What that changes is told.
 */
export function netfilterTables(firewall: Firewall, context: PrintContext, losses: Losses): readonly Table[] {
  const outside = context.interfaces.filter(({ side }) => side === 'outside').map(({ name }) => name)
  switch (firewall.kind) {
    case 'netfilter':
      return firewall.ruleset.tables
    case 'ipchains':
      losses.lose(
        `${firewallKind('ipchains').label} asks input, forward and output of one packet, which has no spelling here. Switch the kind first.`,
        undefined,
        false,
      )
      return []
    default:
      return [...filterTables(firewall, outside, context, losses), ...natTables(outside, context, losses)]
  }
}

function filterTables(
  firewall: Firewall,
  outside: readonly string[],
  { place }: PrintContext,
  losses: Losses,
): readonly Table[] {
  if (firewall.kind === 'none') return []
  if (place === 'router' && outside.length === 0)
    losses.lose('The device has no outside interface: no packet is asked.', undefined, false)
  losses.lose(
    'Read back, the table is chains of Linux netfilter: inbound and outbound, with the policy as their last rule.',
    undefined,
    true,
  )
  if (place === 'router' && outside.length > 1)
    losses.lose(
      'A packet from one outside interface to another is asked by inbound alone: an accept there ends the forward chain.',
      undefined,
      false,
    )
  const { tables } = wrapped(firewall, 'netfilter', { kind: place, outside })
  return tables.filter(({ name }) => name === 'filter').map(withSuitingPolicy)
}

/** A policy that rejects answers as suits the packet: a reset for TCP. */
function withSuitingPolicy(table: Table): Table {
  const answer = (row: Row): Row =>
    row.kind === 'rule' && row.id === POLICY_RULE && row.target.kind === 'reject'
      ? { ...row, target: { kind: 'reject', with: 'tcp-reset' } }
      : row
  return { ...table, chains: table.chains.map((chain) => ({ ...chain, rows: chain.rows.map(answer) })) }
}

function natTables(outside: readonly string[], context: PrintContext, losses: Losses): readonly Table[] {
  if (context.nat !== 'napt') return []
  losses.lose(NO_BINDING, undefined, true)
  return [natTableOf(outside, context.mappings)]
}
