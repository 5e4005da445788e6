import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { type Chain, type ChainType, PRIORITY, type Table } from '@/model/ruleset/ruleset'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { Losses } from '../losses'
import { misplacedRules } from './places'
import { printHomeTable } from './print-home'
import { isChainName } from './write-names'
import { baseLine, chainBlock, printRows, tableBlock } from './write-rows'
import type { TargetPlace } from './write-target'

/** Writes a firewall for `nft -f`. The tables it makes are emptied first, so that loading twice does no harm. */
export function printNft(firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const body =
    firewall.kind === 'netfilter'
      ? firewall.ruleset.tables.flatMap((table) => printTable(table, context, losses))
      : firewall.kind === 'ipchains'
        ? noIpchains(losses)
        : printHomeTable(firewall, context, losses)
  const text = ['#!/usr/sbin/nft -f', `# ${exportHeader(context)}`, ...body, ''].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

function noIpchains(losses: Losses): string[] {
  const { label } = firewallKind('ipchains')
  losses.lose(
    `${label} asks input, forward and output of one packet, which nft does not. Switch the kind first.`,
    undefined,
    false,
  )
  return [`# ${label} has no spelling here.`]
}

function printTable(given: Table, context: PrintContext, losses: Losses): string[] {
  const table = withTypes(given)
  if (!/^[A-Za-z_][\w-]*$/.test(table.name)) {
    losses.lose('A table is left out: nft does not take its name.', undefined, false)
    return []
  }
  const names = chainNames(table, losses)
  const misplaced = new Set(misplacedRules(table).map(({ rule }) => rule))
  const place: TargetPlace = {
    table: table.family,
    isRefused: (rule) => misplaced.has(rule),
    chain: (name) =>
      table.chains.some((chain) => chain.name === name && !chain.base) ? names.get(name) : undefined,
  }
  const blocks = table.chains.flatMap((chain) => {
    const name = names.get(chain.name)
    if (name === undefined) return []
    const base = chain.base ? [baseOf(chain.base)] : []
    const last = chain.base?.policy === 'reject' ? ['reject'] : []
    return chainBlock(name, [...base, ...printRows(chain.rows, place, context, losses), ...last])
  })
  return tableBlock(table.family, table.name, blocks)
}

/** The table with the type of each base chain: what iptables' tables of that name are. */
function withTypes(table: Table): Table {
  const typeOf = ({ type, hook }: NonNullable<Chain['base']>): ChainType => {
    if (type !== undefined) return type
    if (table.name === 'nat') return 'nat'
    // Changed packets of the output hook are routed again (nft(8) "route").
    return table.name === 'mangle' && hook === 'output' ? 'route' : 'filter'
  }
  const chains = table.chains.map((chain) =>
    chain.base ? { ...chain, base: { ...chain.base, type: typeOf(chain.base) } } : chain,
  )
  return { ...table, chains }
}

function baseOf({ type, hook, priority, policy }: NonNullable<Chain['base']>): string {
  return baseLine(
    type ?? 'filter',
    hook ?? 'input',
    priority ?? PRIORITY.filter,
    policy === 'accept' ? 'accept' : 'drop',
  )
}

function chainNames(table: Table, losses: Losses): Map<string, string> {
  const names = new Map<string, string>()
  for (const { name } of table.chains) {
    let written = isChainName(name) ? name : 'chain_1'
    for (let copy = 2; [...names.values()].includes(written); copy++) written = `chain_${copy}`
    if (written !== name)
      losses.lose(`A chain is called ${written} here: nft does not take its name.`, undefined, true)
    names.set(name, written)
  }
  return names
}
