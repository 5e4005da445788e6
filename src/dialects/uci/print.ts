import type { Firewall } from '@/model/firewalls/firewall-kind'
import { FAMILY, type Family } from '@/model/packet/address'
import type { Chain, Hook, Policy, Table } from '@/model/ruleset/ruleset'
import { netfilterTables } from '../as-netfilter'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { type FlatRow, flatten } from '../flatten'
import { Losses } from '../losses'
import { plainText, shortText } from '../plain-text'
import { isImplied, isOfRedirects, missingAccepts } from './implied'
import { writeNatRule } from './write-nat'
import { writeRule, Zones } from './write-rule'
import { writeSection } from './write-section'

const FILTER_HOOKS = ['input', 'forward', 'output'] as const
type FilterHook = (typeof FILTER_HOOKS)[number]
const FAMILIES: readonly Family[] = [4, 6]

/** What is asked at a hook of the filter, for one family or both. */
interface Asked {
  readonly families: readonly Family[]
  readonly policy: Policy
  readonly rows: readonly FlatRow[]
}

/** Writes /etc/config/firewall. */
export function printUci(firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const tables = netfilterTables(firewall, context, losses)
  const zones = new Zones()
  const filters = tables.filter(({ name }) => name === 'filter')
  const asked = FILTER_HOOKS.map((hook) => [hook, askedAt(hook, filters, context, losses)] as const)
  const policies = Object.fromEntries(asked.map(([hook, lists]) => [hook, policyOf(lists)]))
  const rules = asked.flatMap(([hook, lists]) => printHook(hook, lists, zones, context, losses))
  const nat = tables
    .filter(({ name }) => name === 'nat')
    .flatMap((table) => printNat(table, zones, context, losses))
  for (const { name, chains } of tables)
    if (name !== 'filter' && name !== 'nat' && chains.some(({ rows }) => rows.length > 0))
      losses.lose('A table is left out: OpenWrt writes filter and nat rules only.', undefined, false)
  if (nat.some((line) => line === 'config redirect') && policies.forward !== 'ACCEPT')
    losses.lose(
      'OpenWrt lets in whatever a redirect has translated, after the rules and before the policy.',
      undefined,
      false,
    )
  const text = [
    `# ${exportHeader(context)}`,
    ...(losses.complete
      ? []
      : ['# Incomplete: what could not be said here is named where it stood, or lets more or less through.']),
    '# /etc/config/firewall for fw4 (OpenWrt 22.03 or newer). Takes the place of the whole file.',
    ...writeSection('defaults', policies),
    ...zones.sections(),
    ...rules,
    ...nat,
    '',
  ].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

function askedAt(
  hook: FilterHook,
  filters: readonly Table[],
  context: PrintContext,
  losses: Losses,
): Asked[] {
  const lists: Asked[] = []
  const open = new Set(FAMILIES)
  for (const table of filters) {
    const families = FAMILIES.filter(
      (family) =>
        open.has(family) && (table.family === 'inet' || table.family === (family === 4 ? 'ip' : 'ip6')),
    )
    const chains = table.chains.filter(({ base }) => base?.hook === hook)
    const [chain, ...more] = chains
    if (families.length === 0 || more.length > 0) {
      const rows = [...(families.length === 0 ? chains : more)].flatMap((each: Chain) => each.rows)
      if (rows.length > 0)
        losses.lose(`Two chains are asked for one packet at ${hook}; the first is written.`, undefined, false)
    }
    if (families.length === 0 || !chain?.base) continue
    for (const family of families) open.delete(family)
    lists.push({ families, policy: chain.base.policy, rows: flatten(chain, table, context, losses) })
  }
  // Where no chain asks, everything passes.
  if (open.size > 0) lists.push({ families: [...open], policy: 'accept', rows: [] })
  for (const { rows, policy } of lists) tellImplied(hook, rows, policy, losses)
  return lists
}

function tellImplied(hook: FilterHook, rows: readonly FlatRow[], policy: Policy, losses: Losses): void {
  const missing = missingAccepts(rows, policy)
  if (missing.replies)
    losses.lose(
      `OpenWrt accepts packets of connections that it knows before any rule of ${hook}; the table does not.`,
      undefined,
      false,
    )
  if (missing.loopback && hook !== 'forward')
    losses.lose(
      `OpenWrt accepts what goes by lo before any rule of ${hook}; the table does not.`,
      undefined,
      false,
    )
}

/** One word for both families; where they differ, the strict one, and a last rule lets the other family through. */
function policyOf(lists: readonly Asked[]): string {
  const all = lists.map(({ policy }) => policy)
  if (all.every((policy) => policy === 'accept')) return 'ACCEPT'
  return all.includes('drop') ? 'DROP' : 'REJECT'
}

function printHook(
  hook: FilterHook,
  lists: readonly Asked[],
  zones: Zones,
  context: PrintContext,
  losses: Losses,
): string[] {
  const strict = policyOf(lists) !== 'ACCEPT'
  return lists.flatMap(({ families, policy, rows }) => {
    const written = rows.flatMap((row): string[] => {
      if (row.kind === 'separator') return ['', `# == ${shortText(row.title, 200)} ==`]
      if (row.kind === 'left-out')
        return ['', `# left out: ${shortText(row.rule.name || row.rule.id, 80)}: ${plainText(row.reason)}`]
      if (isOfRedirects(row)) {
        losses.lose('OpenWrt lets in by itself what a redirect has translated.', row.id, true)
        return []
      }
      return row.enabled && isImplied(row) ? [] : writeRule(row, { hook, families, zones, context, losses })
    })
    const passes = strict && policy === 'accept'
    const place = { input: { src: '*' }, forward: { src: '*', dest: '*' }, output: { dest: '*' } }[hook]
    const [family] = families
    const through = passes
      ? writeSection('rule', {
          name: 'not asked',
          ...place,
          ...(families.length === 1 && family && { family: `ipv${family}` }),
          proto: 'any',
          target: 'ACCEPT',
        })
      : []
    if (passes && family)
      losses.lose(
        `${FAMILY[family].name} has another policy at ${hook}: a last rule accepts it.`,
        undefined,
        true,
      )
    return [...written, ...through]
  })
}

function printNat(table: Table, zones: Zones, context: PrintContext, losses: Losses): string[] {
  const hooks: readonly Hook[] = ['prerouting', 'postrouting']
  return table.chains.flatMap((chain) => {
    if (!chain.base) return []
    const { hook, policy } = chain.base
    const rows = flatten(chain, table, context, losses)
    if (!hook || !hooks.includes(hook) || policy !== 'accept') {
      if (rows.length > 0 || policy !== 'accept')
        losses.lose(
          'A nat chain is left out: OpenWrt translates before routing and after it only.',
          undefined,
          false,
        )
      return []
    }
    const families =
      table.family === 'inet' ? FAMILIES : [table.family === 'ip' ? (4 as const) : (6 as const)]
    return rows.flatMap((row): string[] => {
      if (row.kind === 'separator') return ['', `# == ${shortText(row.title, 200)} ==`]
      if (row.kind === 'left-out')
        return ['', `# left out: ${shortText(row.rule.name || row.rule.id, 80)}: ${plainText(row.reason)}`]
      return writeNatRule(row, { hook, families, zones, context, losses })
    })
  })
}
