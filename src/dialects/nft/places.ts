import { rulesOf } from '@/model/ruleset/chains'
import type { Chain, PlainTarget, Rule, Table } from '@/model/ruleset/ruleset'
import { chainsLedTo, plainTargetsOf } from '@/model/ruleset/targets'

type Base = NonNullable<Chain['base']>

/** Where the kernel lets a target stand: type of the base chain, and hooks. Source: nft_nat.c, nft_masq.c, nft_redir.c, nft_reject.c. */
const PLACES: Readonly<Record<string, { readonly type?: string; readonly hooks: readonly string[] }>> = {
  snat: { type: 'nat', hooks: ['postrouting', 'input'] },
  dnat: { type: 'nat', hooks: ['prerouting', 'output'] },
  masquerade: { type: 'nat', hooks: ['postrouting'] },
  redirect: { type: 'nat', hooks: ['prerouting', 'output'] },
  reject: { hooks: ['prerouting', 'input', 'forward', 'output'] },
  'mss of the path': { hooks: ['forward', 'output', 'postrouting'] },
}

/** Rules that the kernel refuses where they stand, or where a jump leads to them from. */
export function misplacedRules(table: Table): { readonly rule: Rule; readonly message: string }[] {
  const byName = new Map(table.chains.map((chain) => [chain.name, chain]))
  const told = new Set<Rule>()
  return table.chains.flatMap(({ base, name }) => {
    if (!base) return []
    return reachedFrom(name, byName).flatMap((chain) =>
      rulesOf(chain).flatMap((rule) => {
        const message = plainTargetsOf(rule.target)
          .map((target) => refusal(asksForPath(target) ? 'mss of the path' : target.kind, base))
          .find((each) => each !== undefined)
        if (message === undefined || told.has(rule)) return []
        told.add(rule)
        return [{ rule, message }]
      }),
    )
  })
}

/** `rt mtu` (nft_rt.c). */
const asksForPath = (target: PlainTarget) => target.kind === 'mss' && target.size === undefined

function refusal(kind: string, { type = 'filter', hook = 'input' }: Base): string | undefined {
  const place = Object.hasOwn(PLACES, kind) ? PLACES[kind] : undefined
  if (!place || ((place.type === undefined || place.type === type) && place.hooks.includes(hook)))
    return undefined
  const where = `${place.type ? `chains of type ${place.type} on ` : ''}${place.hooks.join(', ')}`
  return `${kind} stands in ${where} alone. The kernel refuses it where a chain of type ${type} on ${hook} leads to it.`
}

/** The chain and all that jumps lead to from it. */
function reachedFrom(name: string, byName: ReadonlyMap<string, Chain>): Chain[] {
  const seen = new Set([name])
  // The set grows while it is walked.
  for (const each of seen) {
    const chain = byName.get(each)
    for (const rule of chain ? rulesOf(chain) : []) for (const to of chainsLedTo(rule.target)) seen.add(to)
  }
  return [...seen].flatMap((each) => byName.get(each) ?? [])
}
