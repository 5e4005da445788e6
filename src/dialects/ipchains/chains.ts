import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { masqueradeRule } from '@/model/firewalls/switch-nat'
import { wrapped } from '@/model/firewalls/switch-shape'
import type { Chain, Table } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import type { Losses } from '../losses'

/** The chains of Linux 2.2 that do what a firewall does, as far as they can; what they cannot is told. */
export function ipchainsChains(firewall: Firewall, context: PrintContext, losses: Losses): readonly Chain[] {
  switch (firewall.kind) {
    case 'ipchains':
      return filterOf(firewall.ruleset.tables, losses)
    case 'netfilter':
      return forwardOf(firewall.ruleset.tables, losses)
    case 'none':
      return withMasquerading(empty(), context, losses)
    default:
      return homeChains(firewall, context, losses)
  }
}

const empty = (): readonly Chain[] => firewallKind('ipchains').create().ruleset.tables[0]?.chains ?? []

function filterOf(tables: readonly Table[], losses: Losses): readonly Chain[] {
  const own = tables.find(({ name, family }) => name === 'filter' && family === 'ip')
  const others = tables.filter((table) => table !== own && table.chains.some(({ rows }) => rows.length > 0))
  if (others.length > 0) losses.lose('Tables that Linux 2.2 does not have are left out.', undefined, true)
  const base = empty().map((chain) => own?.chains.find(({ name }) => name === chain.name) ?? chain)
  const wrong =
    own?.chains.filter(({ name, base: hooked }) => hooked && !base.some((each) => each.name === name)) ?? []
  if (wrong.length > 0)
    losses.lose('Base chains other than input, forward and output are left out.', undefined, false)
  return [...base, ...(own?.chains.filter(({ base: hooked }) => !hooked) ?? [])]
}

/** `forward` is asked as FORWARD is; `input` and `output` are asked of what is passed on too, which INPUT and OUTPUT are not. */
function forwardOf(tables: readonly Table[], losses: Losses): readonly Chain[] {
  const filter = tables.find(({ name, family }) => name === 'filter' && family !== 'ip6')
  const asked = tables.flatMap((table) =>
    table.chains.filter(({ base, rows }) => base && (rows.length > 0 || base.policy !== 'accept')),
  )
  const forward = filter?.chains.find(({ base }) => base?.hook === 'forward')
  if (asked.some((chain) => chain !== forward))
    losses.lose(
      'INPUT, OUTPUT and other tables are left out: Linux 2.2 asks input and output of what is passed on too. Switch the kind to carry them over.',
      undefined,
      false,
    )
  const users = filter?.chains.filter(({ base }) => !base) ?? []
  const base = empty().map((chain) =>
    chain.name === 'forward' && forward
      ? { ...chain, base: { policy: forward.base?.policy ?? 'accept' }, rows: forward.rows }
      : chain,
  )
  return [...base, ...users]
}

function homeChains(firewall: Firewall, context: PrintContext, losses: Losses): readonly Chain[] {
  const outside = context.interfaces.filter(({ side }) => side === 'outside').map(({ name }) => name)
  if (context.place === 'router' && outside.length === 0)
    losses.lose('The device has no outside interface: no packet is asked.', undefined, false)
  losses.lose(
    'Read back, the table is chains of Linux 2.2: inbound and outbound, with the policy as their last rule.',
    undefined,
    true,
  )
  const { tables } = wrapped(firewall, 'ipchains', { kind: context.place, outside })
  const table = tables.find(({ name, family }) => name === 'filter' && family === 'ip')
  return withMasquerading(table?.chains ?? [], context, losses)
}

/** NAPT is masquerading in `forward`. What input and output see of it differs from what a home filter sees. */
function withMasquerading(chains: readonly Chain[], context: PrintContext, losses: Losses): readonly Chain[] {
  if (context.mappings.length > 0) losses.lose('Port mappings are not in this text.', undefined, false)
  if (context.nat !== 'napt') return chains
  losses.lose(
    'Linux 2.2 asks inbound before it puts addresses back, and outbound after it has masqueraded: rules see the outside address and ports 61000-65095.',
    undefined,
    false,
  )
  const outside = context.interfaces.filter(({ side }) => side === 'outside').map(({ name }) => name)
  const masquerade = masqueradeRule(outside)
  return chains.map((chain) =>
    chain.name === 'forward' && masquerade ? { ...chain, rows: [...chain.rows, masquerade] } : chain,
  )
}
