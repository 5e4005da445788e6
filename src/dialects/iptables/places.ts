import { NETFILTER_TABLES, type NetfilterTableName, netfilterTable } from '@/model/firewalls/netfilter'
import { type Hook, PRIORITY, type Table } from '@/model/ruleset/ruleset'
import { type DraftChain, type DraftRule, type DraftTable, isDraftRule } from './draft'
import type { ReadTarget } from './parse-target'
import type { Remark } from './refuse'
import type { readRuleSyntax } from './rule-syntax'
import { HOOK_KNOWS } from './spelling'

/** In the order of iptables-save. */
export const TABLES: readonly string[] = [...NETFILTER_TABLES, 'security']

/** The security table is filter's twin for SELinux: the same chains, asked after it (iptables(8)). */
export function builtInTable(name: string, family: 'ip' | 'ip6'): Table | undefined {
  if (!TABLES.includes(name)) return undefined
  if (name !== 'security') return netfilterTable(name as NetfilterTableName, family)
  const { chains } = netfilterTable('filter', family)
  const later = chains.map((chain) => ({
    ...chain,
    ...(chain.base && { base: { ...chain.base, priority: PRIORITY.security } }),
  }))
  return { name, family, chains: later }
}

export function interfaceRemarks(
  uses: ReturnType<typeof readRuleSyntax>['uses'],
  chain: DraftChain,
): Remark[] {
  const hook = chain.base?.hook
  const knows = HOOK_KNOWS[hook ?? '']
  if (!hook || !knows) return []
  return uses.flatMap((use): Remark[] => {
    const { owner, name, word } = use
    const isInterface =
      owner.kind === 'core' && ((name === '-i' && !knows.iif) || (name === '-o' && !knows.oif))
    const hooks = owner.kind === 'match' ? (MATCH_HOOKS[name] ?? MATCH_HOOKS[`-m ${owner.name}`]) : undefined
    if (isInterface)
      return [
        {
          kind: 'syntax-error',
          message: `${name} does not go with ${chain.name}, which does not know that interface.`,
          word,
        },
      ]
    if (!hooks || hooks.includes(hook) || (name !== '-m' && !(name in MATCH_HOOKS))) return []
    const works = hooks.map((each) => each.toUpperCase()).join(', ')
    const what = name === '-m' ? `-m ${owner.name}` : name
    return [{ kind: 'syntax-error', message: `${what} works in ${works} only.`, word }]
  })
}

/** Matches and options that the kernel takes from some hooks alone (xt_owner, xt_mac, xt_physdev). */
const MATCH_HOOKS: Readonly<Record<string, readonly Hook[]>> = {
  '-m owner': ['output', 'postrouting'],
  '-m mac': ['prerouting', 'input', 'forward'],
  '--physdev-out': ['prerouting', 'input', 'forward', 'postrouting'],
}

export function placeRemarks(place: ReadTarget['place'], table: string, hook: Hook | undefined): Remark[] {
  if (!place) return []
  const say = (message: string): Remark[] => [{ kind: 'syntax-error', message, word: place.word }]
  if (place.table !== undefined && place.table !== table)
    return say(`${place.word.text} works in table ${place.table} only, this is ${table}.`)
  if (!hook || !place.hooks || place.hooks.includes(hook)) return []
  return say(
    `${place.word.text} works in ${place.hooks.map((each) => each.toUpperCase()).join(' and ')} only.`,
  )
}

function hooksThatReach(table: DraftTable): Map<string, Set<Hook>> {
  const reach = new Map<string, Set<Hook>>()
  const open = [...table.chains.values()].flatMap((chain) =>
    chain.base?.hook ? [{ chain, hook: chain.base.hook }] : [],
  )
  for (let next = open.pop(); next; next = open.pop()) {
    for (const row of next.chain.rows) {
      if (!isDraftRule(row) || (row.rule.target.kind !== 'jump' && row.rule.target.kind !== 'goto')) continue
      const chain = table.chains.get(row.rule.target.chain)
      const hooks = reach.get(row.rule.target.chain) ?? new Set()
      if (!chain || hooks.has(next.hook)) continue
      reach.set(chain.name, hooks.add(next.hook))
      open.push({ chain, hook: next.hook })
    }
  }
  return reach
}

/** Targets that the kernel allows from some hooks only, in user chains that others lead to: asked once all jumps are known. */
export function misplacedTargets(
  tables: readonly DraftTable[],
): { readonly row: DraftRule; readonly remark: Remark }[] {
  return tables.flatMap((table) => {
    const reach = hooksThatReach(table)
    return [...table.chains.values()].flatMap((chain) =>
      (chain.base ? [] : chain.rows.filter(isDraftRule)).flatMap((row) =>
        [...(reach.get(chain.name) ?? [])].flatMap((hook) =>
          placeRemarks(row.place, table.name, hook).map((remark) => ({
            row,
            remark: {
              ...remark,
              message: `${remark.message} ${chain.name} is reached from ${hook.toUpperCase()}.`,
            },
          })),
        ),
      ),
    )
  })
}
