import type { Firewall } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import type { Family } from '@/model/packet/address'
import { allChains, findChain } from '@/model/ruleset/chains'
import type { Chain, ChainRef, Row } from '@/model/ruleset/ruleset'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { LeftOut } from '../left-out'
import { Losses } from '../losses'
import { netfilterLists } from './print-netfilter'
import { type WrittenList, writeList } from './write-list'
import { interfaceName } from './write-names'

/** A list, and the interfaces on which it is asked. */
export interface PlannedList extends Omit<WrittenList, 'silent' | 'told'> {
  readonly bindings: readonly { readonly interface: string; readonly direction: 'in' | 'out' }[]
}

/** Writes a firewall as named access lists and the interfaces that they are bound to. */
export function printCiscoIos(firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const plans = plan(firewall, context, losses)
  sayTranslation(firewall, context, losses)
  const silent = isSilent(plans)
  const told = new Set<string>()
  const lists = plans.flatMap((list) => [...writeList({ ...list, silent, told }, context, losses), '!'])
  for (const row of plans.flatMap(({ rows }) => rows))
    if (row.kind === 'rule' && !told.has(row.id))
      losses.leaveOut(row, new LeftOut('it asks for both families of addresses at once.', true))
  const interfaces = writeInterfaces(plans, silent, losses)
  const incomplete = losses.complete
    ? []
    : ['! INCOMPLETE: some rules are not in this text, or mean less or more here.']
  const text = [`! ${exportHeader(context)} For Cisco IOS.`, ...incomplete, ...lists, ...interfaces, ''].join(
    '\n',
  )
  return { text, losses: losses.all, complete: losses.complete }
}

/** One device answers or does not: it is silent where something is dropped, by a rule that is on if there is one. */
function isSilent(plans: readonly PlannedList[]): boolean {
  const rows = plans.flatMap((list) => list.rows)
  const has = (kind: 'drop' | 'reject', enabled: boolean) =>
    rows.some((row) => row.kind === 'rule' && row.enabled === enabled && row.target.kind === kind) ||
    (enabled && plans.some(({ policy }) => policy === kind))
  return has('drop', true) || (!has('reject', true) && has('drop', false))
}

function plan(firewall: Firewall, context: PrintContext, losses: Losses): PlannedList[] {
  switch (firewall.kind) {
    case 'none':
      return []
    case 'home-stateless':
    case 'home-stateful':
      return homeLists(firewall, context, losses)
    case 'netfilter':
      return netfilterLists(firewall, context, losses)
    case 'ipchains':
      losses.lose(
        `${firewallKind('ipchains').label} asks input, forward and output of one packet, which a list does not. Switch the kind first.`,
        undefined,
        false,
      )
      return []
  }
}

function homeLists(firewall: Firewall, context: PrintContext, losses: Losses): PlannedList[] {
  const kind = firewallKind(firewall.kind)
  const sides = context.interfaces.filter(({ side }) => side === 'outside' || context.place === 'host')
  if (context.place === 'host')
    losses.lose(
      'A list asks nothing of what the device itself sends: a host is not guarded so.',
      undefined,
      false,
    )
  if (sides.length === 0)
    losses.lose('The device has no outside interface: no packet is asked.', undefined, false)
  const outbound = findChain(firewall.ruleset, HOME_OUTBOUND)
  const refuses = (row: Row) => row.kind === 'rule' && row.enabled && row.target.kind !== 'accept'
  if (context.place === 'router' && (outbound?.base?.policy !== 'accept' || outbound.rows.some(refuses)))
    losses.lose('What the router itself sends is not asked by outbound in this text.', undefined, false)
  const list = (ref: ChainRef, direction: 'in' | 'out', family: Family): PlannedList => {
    const chain: Chain = findChain(firewall.ruleset, ref) ?? { name: ref.chain, rows: [] }
    return {
      name: family === 4 ? ref.chain : `${ref.chain}-v6`,
      family,
      rows: [...kind.lockedRules(firewall, ref), ...chain.rows],
      policy: chain.base?.policy ?? 'accept',
      passes: new Set(['accept'] as const),
      bindings: sides.map(({ name }) => ({ interface: name, direction })),
    }
  }
  sayOtherChains(firewall, losses)
  return ([4, 6] as const).flatMap((family) => [
    list(HOME_INBOUND, 'in', family),
    list(HOME_OUTBOUND, 'out', family),
  ])
}

/** Tables kept aside, which a home filter does not ask. */
function sayOtherChains(firewall: Firewall, losses: Losses): void {
  const asked = [HOME_INBOUND, HOME_OUTBOUND].map(({ chain }) => chain)
  const others = allChains(firewall.ruleset).filter(
    ({ ref, chain }) => !asked.includes(ref.chain) && chain.rows.length > 0,
  )
  if (others.length > 0)
    losses.lose('Chains that the home filter does not ask are left out.', undefined, true)
}

function sayTranslation(firewall: Firewall, context: PrintContext, losses: Losses): void {
  const translates = context.nat === 'napt' || context.nat === 'masquerading' || context.mappings.length > 0
  const hasNat = firewall.ruleset.tables.some(
    ({ name, chains }) => name === 'nat' && chains.some(({ rows }) => rows.length > 0),
  )
  if (translates || hasNat) losses.lose('Translation is not in this text.', undefined, false)
}

function writeInterfaces(plans: readonly PlannedList[], silent: boolean, losses: Losses): string[] {
  const names = [...new Set(plans.flatMap(({ bindings }) => bindings.map((each) => each.interface)))]
  const written = names.map((name) => interfaceName(name))
  names.forEach((name, at) => {
    if (written[at] !== name)
      losses.lose(
        `An interface is called ${written[at]} here: the device does not take its name.`,
        undefined,
        false,
      )
  })
  return names.flatMap((name, at) => {
    const own = plans.flatMap(({ bindings, name: list, family }) =>
      bindings
        .filter((each) => each.interface === name)
        .map(({ direction }) =>
          family === 4
            ? ` ip access-group ${list} ${direction}`
            : ` ipv6 traffic-filter ${list} ${direction}`,
        ),
    )
    const families = [4, 6].filter((family) =>
      plans.some((list) => list.family === family && list.bindings.some((each) => each.interface === name)),
    )
    const quiet = silent ? families.map((family) => ` no ${family === 4 ? 'ip' : 'ipv6'} unreachables`) : []
    return [`interface ${written[at]}`, ...own, ...quiet, '!']
  })
}
