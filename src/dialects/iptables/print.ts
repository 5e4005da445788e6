import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import type { Family } from '@/model/packet/address'
import type { Chain, Table } from '@/model/ruleset/ruleset'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { Losses } from '../losses'
import { builtInTable, TABLES } from './places'
import { printHome } from './print-home'
import { writeWord } from './words'
import { isChainName } from './write-names'
import { type RuleWriter, writeRule, writeSeparator } from './write-rule'

/** Writes a firewall in iptables-save format, ready for iptables-restore or ip6tables-restore. */
export function printIptables(firewall: Firewall, context: PrintContext, family: Family): PrintedRules {
  const losses = new Losses()
  const body =
    firewall.kind === 'netfilter'
      ? printNetfilter(firewall, context, family, losses)
      : firewall.kind === 'ipchains'
        ? noIpchains(losses)
        : printHome(firewall, context, family, losses)
  const text = [
    `# ${exportHeader(context)} For ${family === 4 ? 'iptables' : 'ip6tables'}-restore.`,
    ...body,
    '',
  ].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

function noIpchains(losses: Losses): string[] {
  const label = firewallKind('ipchains').label
  losses.lose(
    `${label} asks input, forward and output of one packet, which iptables does not. Switch the kind first.`,
    undefined,
    false,
  )
  return [`# ${label} has no spelling here.`]
}

function printNetfilter(firewall: Firewall, context: PrintContext, family: Family, losses: Losses): string[] {
  const own = family === 4 ? 'ip' : 'ip6'
  const other = family === 4 ? 'ip6' : 'ip'
  const { tables } = firewall.ruleset
  if (tables.some((table) => table.family === other && table.chains.some(hasContent)))
    losses.lose(
      `The rules for ${family === 4 ? 'IPv6 are in the ip6tables' : 'IPv4 are in the iptables'} text.`,
      undefined,
      true,
    )
  return TABLES.flatMap((name) => {
    const mine = tables.filter(
      (table) => table.name === name && (table.family === own || table.family === 'inet'),
    )
    const [table, ...more] = mine
    if (more.length > 0)
      losses.lose(`There are two tables ${name} for one packet; the first is written.`, undefined, false)
    return table ? printTable(table, context, family, losses) : []
  }).concat(unknownTables(tables, losses))
}

const hasContent = (chain: Chain) => chain.rows.length > 0 || (chain.base && chain.base.policy !== 'accept')

function unknownTables(tables: readonly Table[], losses: Losses): string[] {
  for (const table of tables)
    if (!TABLES.includes(table.name))
      losses.lose(
        'A table is left out: iptables has raw, mangle, nat, filter and security only.',
        undefined,
        false,
      )
  return []
}

function printTable(table: Table, context: PrintContext, family: Family, losses: Losses): string[] {
  const names = chainNames(table, family, losses)
  const declarations: string[] = []
  const rules: string[] = []
  for (const chain of table.chains) {
    const name = names.get(chain.name)
    if (name === undefined) continue
    declarations.push(
      `:${name} ${chain.base ? (chain.base.policy === 'accept' ? 'ACCEPT' : 'DROP') : '-'} [0:0]`,
    )
    const writer: RuleWriter = {
      family,
      context,
      table: table.name,
      hook: chain.base?.hook,
      chainName: name,
      chain: (jumped) => {
        const target = table.chains.find((each) => each.name === jumped)
        return target && !target.base ? names.get(jumped) : undefined
      },
      losses,
    }
    for (const row of chain.rows)
      rules.push(...(row.kind === 'separator' ? [writeSeparator(row, name)] : writeRule(row, writer)))
    if (chain.base?.policy === 'reject') rules.push(`-A ${writeWord(name)} -j REJECT`)
  }
  // Built-in chains come first, in the order of the tool; it has them whether the table names them or not.
  const missing = (builtInTable(table.name, family === 4 ? 'ip' : 'ip6')?.chains ?? [])
    .filter((chain) => ![...names.values()].includes(chain.name))
    .map((chain) => `:${chain.name} ACCEPT [0:0]`)
  return [`*${table.name}`, ...missing, ...declarations, ...rules, 'COMMIT']
}

/** The name under which each chain is written. Base chains have the tool's names, user chains keep theirs where it takes them. */
function chainNames(table: Table, family: Family, losses: Losses): Map<string, string> {
  const builtIn = builtInTable(table.name, family === 4 ? 'ip' : 'ip6')?.chains ?? []
  const names = new Map<string, string>()
  const taken = new Set(builtIn.map((chain) => chain.name))
  for (const { name, base } of table.chains) {
    if (base) {
      const place = builtIn.find((chain) => chain.base?.hook === base.hook)
      if (!place || [...names.values()].includes(place.name))
        losses.lose(
          `A base chain at ${base.hook ?? 'no hook'} of table ${table.name} has no place here.`,
          undefined,
          false,
        )
      else names.set(name, place.name)
      continue
    }
    let written = isChainName(name) ? name : 'chain'
    for (let copy = 1; taken.has(written); copy++)
      written = `${isChainName(name) ? name.slice(0, 24) : 'chain'}-${copy}`
    if (written !== name)
      losses.lose(`A user chain is called ${written} here: the tool does not take its name.`, undefined, true)
    taken.add(written)
    names.set(name, written)
  }
  return names
}
