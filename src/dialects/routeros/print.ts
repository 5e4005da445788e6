import type { Firewall } from '@/model/firewalls/firewall-kind'
import { FAMILY, type Family } from '@/model/packet/address'
import { rulesOf } from '@/model/ruleset/chains'
import type { Chain, Table } from '@/model/ruleset/ruleset'
import { chainsLedTo } from '@/model/ruleset/targets'
import { netfilterTables } from '../as-netfilter'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { concernsFamily } from '../families'
import { writeTag } from '../iptables/tag'
import { writeSeparator } from '../iptables/write-rule'
import { Losses } from '../losses'
import { ACTIONS, BUILT_IN_CHAINS, TABLE_NAMES, type TableName } from './spelling'
import { menuOf, WrittenLists } from './write-lists'
import { type RuleWriter, writeLine, writeRule } from './write-rule'

/** Writes a firewall as a script for `/import`, in the form of an export. */
export function printRouteros(firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const lists = new WrittenLists()
  const tables = netfilterTables(firewall, context, losses)
  const families: readonly Family[] = [4, 6]
  const rules = families.map((family) => ({
    family,
    lines: TABLE_NAMES.flatMap((name) => printMenu(name, tables, { family, lists, losses, context })),
  }))
  for (const { name } of tables)
    if (!TABLE_NAMES.includes(name as TableName))
      losses.lose('A table is left out: RouterOS has filter, mangle, nat and raw only.', undefined, false)
  const text = [
    `# ${exportHeader(context)}`,
    ...(losses.complete
      ? []
      : ['# Incomplete: some rules could not be said here; each is named where it stood.']),
    '# For /import of RouterOS 7. The lines are added behind the rules that are there.',
    ...lists.interfaceLines(),
    ...rules.flatMap(({ family, lines }) => [...lists.addressLines(family), ...lines]),
    // An empty firewall is one too.
    ...(rules.every(({ lines }) => lines.length === 0) ? ['/ip firewall filter'] : []),
    '',
  ].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

type Around = Pick<RuleWriter, 'family' | 'lists' | 'losses' | 'context'>

function printMenu(name: TableName, tables: readonly Table[], around: Around): string[] {
  const { family, losses } = around
  const mine = tables.filter(
    (table) =>
      table.name === name && (table.family === 'inet' || table.family === (family === 4 ? 'ip' : 'ip6')),
  )
  const [table, ...more] = mine
  if (more.length > 0)
    losses.lose(
      `There are two tables ${name} for one packet of ${FAMILY[family].name}; the first is written.`,
      undefined,
      false,
    )
  if (!table) return []
  const names = chainNames(table, name, losses)
  const lines = table.chains.flatMap((chain) => printChain(chain, table, name, names, around))
  return lines.length === 0 ? [] : [`/${menuOf(family)} firewall ${name}`, ...lines]
}

function printChain(
  chain: Chain,
  table: Table,
  menu: TableName,
  names: ReadonlyMap<string, string>,
  around: Around,
): string[] {
  const chainName = names.get(chain.name)
  if (chainName === undefined) return []
  const writer: RuleWriter = {
    ...around,
    table: menu,
    hook: chain.base?.hook,
    policy: chain.base?.policy,
    chainName,
    chain: (jumped) => {
      const target = table.chains.find((each) => each.name === jumped)
      return target && !target.base ? names.get(jumped) : undefined
    },
  }
  const { family, context } = around
  const rows = chain.rows.flatMap((row) => {
    if (row.kind === 'separator') return [writeSeparator(row, chainName)]
    // A rule for the other family stands in its menu.
    const elsewhere = table.family === 'inet' && !concernsFamily(row, family, context)
    return elsewhere && concernsFamily(row, family === 4 ? 6 : 4, context) ? [] : writeRule(row, writer)
  })
  return [...rows, ...policyLines(chain, writer)]
}

/** A chain ends with accept here; another policy is a last rule. */
function policyLines({ base }: Chain, { table, chainName, losses }: RuleWriter): string[] {
  if (!base || base.policy === 'accept') return []
  const action = base.policy === 'drop' ? 'drop' : 'reject'
  if (!ACTIONS[table].includes(action)) {
    losses.lose(
      `The policy of ${chainName} in ${table} cannot be said: the menu has no action ${action}.`,
      undefined,
      false,
    )
    return [`# left out: the policy of ${chainName}: the ${table} menu has no action ${action}.`]
  }
  const comment = writeTag({ rule: 'policy', policy: base.policy }, 'policy')
  return [
    writeLine({
      action,
      chain: chainName,
      comment,
      ...(action === 'reject' && { 'reject-with': 'icmp-port-unreachable' }),
    }),
  ]
}

/** The name under which each chain is written; none for a base chain that has no place. */
function chainNames(table: Table, menu: TableName, losses: Losses): Map<string, string> {
  const builtIn = BUILT_IN_CHAINS[menu]
  const names = new Map<string, string>()
  const taken = new Set(builtIn.map(({ name }) => name))
  const used = new Set<string>()
  for (const { name, base, rows } of table.chains) {
    if (base) {
      const place = builtIn.find(({ hook }) => hook === base.hook)
      if (place && !used.has(place.name)) {
        used.add(place.name)
        names.set(name, place.name)
      } else if (rows.length > 0 || base.policy !== 'accept')
        losses.lose(
          `A base chain at ${base.hook ?? 'no hook'} of table ${menu} has no place here.`,
          undefined,
          false,
        )
      continue
    }
    const plain = /^[\w.+-]{1,60}$/.test(name)
    let written = plain ? name : 'chain'
    for (let copy = 2; taken.has(written); copy++) written = `${plain ? name : 'chain'}-${copy}`
    if (written !== name) losses.lose(`A user chain is called ${written} here.`, undefined, true)
    const isNamed = table.chains.some((chain) =>
      rulesOf(chain).some(({ target }) => chainsLedTo(target).includes(name)),
    )
    if (rows.length === 0 && !isNamed)
      losses.lose(`The chain ${written} has no rules and is not in the text.`, undefined, true)
    taken.add(written)
    names.set(name, written)
  }
  return names
}
