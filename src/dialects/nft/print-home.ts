import type { Firewall } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { familyOf, formatAddress } from '@/model/packet/address'
import { findChain } from '@/model/ruleset/chains'
import { type ChainRef, PRIORITY, type Rule } from '@/model/ruleset/ruleset'
import { plainTargetsOf } from '@/model/ruleset/targets'
import type { PortMapping } from '@/model/topology/topology'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { type Losses, NO_BINDING } from '../losses'
import { writeComment, writeInterface } from './write-names'
import { baseLine, chainBlock, printRows, printRule, tableBlock } from './write-rows'
import type { TargetPlace } from './write-target'

const PLACE: TargetPlace = { table: 'inet', isRefused: isOutOfPlace, chain: () => undefined }

/** Chains of a home table are of type filter, which take no translation, and input leads to them, which knows no path. */
function isOutOfPlace({ target }: Rule): boolean {
  return plainTargetsOf(target).some(
    (each) =>
      ['snat', 'dnat', 'masquerade', 'redirect'].includes(each.kind) ||
      (each.kind === 'mss' && each.size === undefined),
  )
}

/**
 * A home table as one inet table: chains `inbound` and `outbound`, and base chains that ask them. Two base chains hang on
 * forward, since accept ends only its own: what crosses from outside to outside is asked by both, as in the table.
 */
export function printHomeTable(firewall: Firewall, context: PrintContext, losses: Losses): string[] {
  const outside = outsideNames(context, losses)
  const filter =
    firewall.kind === 'none'
      ? []
      : [
          ...[HOME_INBOUND, HOME_OUTBOUND].flatMap((ref) => printChain(firewall, ref, context, losses)),
          ...printHooks(context, outside),
        ]
  const nat = context.nat === 'napt' ? printNapt(context, outside, losses) : []
  return tableBlock('inet', 'highport', [...filter, ...nat])
}

function outsideNames(context: PrintContext, losses: Losses): string[] {
  const names = context.interfaces.filter(({ side }) => side === 'outside').map(({ name }) => name)
  if (context.place === 'router' && names.length === 0)
    losses.lose('The device has no outside interface: no packet is asked.', undefined, false)
  return names.flatMap((name) => {
    try {
      return [writeInterface(name.replace(/\+$/, ''))]
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error
      losses.lose('An outside interface is left out: nft does not take its name.', undefined, false)
      return []
    }
  })
}

function printChain(firewall: Firewall, ref: ChainRef, context: PrintContext, losses: Losses): string[] {
  const chain = findChain(firewall.ruleset, ref)
  const policy = chain?.base?.policy ?? 'accept'
  const target: Rule['target'] =
    policy === 'reject' ? { kind: 'reject', with: 'tcp-reset' } : { kind: policy }
  const last: Rule = {
    kind: 'rule',
    id: 'policy',
    enabled: true,
    name: 'policy',
    match: [],
    target,
    log: false,
  }
  const locked = firewallKind(firewall.kind).lockedRules(firewall, ref)
  return chainBlock(ref.chain, [
    ...locked.flatMap((rule) => printRule(rule, PLACE, context, losses)),
    ...printRows(chain?.rows ?? [], PLACE, context, losses),
    ...printRule(last, PLACE, context, losses),
  ])
}

function printHooks({ place }: PrintContext, outside: readonly string[]): string[] {
  const asks = (name: string, hook: string, priority: number, key: string, chain: string) => {
    const jumps = place === 'host' ? [`jump ${chain}`] : outside.map((each) => `${key} ${each} jump ${chain}`)
    return chainBlock(name, [baseLine('filter', hook, priority, 'accept'), ...jumps])
  }
  return [
    ...asks('input', 'input', PRIORITY.filter, 'iifname', 'inbound'),
    ...(place === 'router'
      ? [
          ...asks('forward_inbound', 'forward', PRIORITY.filter, 'iifname', 'inbound'),
          ...asks('forward_outbound', 'forward', PRIORITY.filter + 1, 'oifname', 'outbound'),
        ]
      : []),
    ...asks('output', 'output', PRIORITY.filter, 'oifname', 'outbound'),
  ]
}

function printNapt({ mappings }: PrintContext, outside: readonly string[], losses: Losses): string[] {
  losses.lose(NO_BINDING, undefined, true)
  const dnat = mappings.flatMap((mapping) => outside.map((name) => printMapping(mapping, name, losses)))
  return [
    ...chainBlock('prerouting', [baseLine('nat', 'prerouting', PRIORITY.dstnat, 'accept'), ...dnat]),
    ...chainBlock('postrouting', [
      baseLine('nat', 'postrouting', PRIORITY.srcnat, 'accept'),
      ...outside.map((name) => `oifname ${name} meta nfproto ipv4 masquerade`),
    ]),
  ]
}

function printMapping(mapping: PortMapping, outside: string, losses: Losses): string {
  const { protocol, insidePort, outside: ports } = mapping
  if (familyOf(mapping.insideAddress) !== 4) {
    losses.lose('A port mapping to an IPv6 address is left out.', mapping.id, false)
    return '# left out: a port mapping to an IPv6 address'
  }
  const range = ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`
  // A range as the port to translate to means any of it; a map says which goes where.
  const pairs = Array.from(
    { length: ports.last - ports.first + 1 },
    (_, index) => `${ports.first + index} : ${insidePort + index}`,
  )
  const port =
    insidePort === ports.first
      ? ''
      : ports.first === ports.last
        ? `:${insidePort}`
        : `:${protocol} dport map { ${pairs.join(', ')} }`
  const comment = writeComment(mapping.name)
  const rule =
    `iifname ${outside} meta nfproto ipv4 ${protocol} dport ${range} dnat ip to ${formatAddress(mapping.insideAddress)}${port} ${comment.text}`.trim()
  return mapping.enabled ? rule : `# off: ${rule}`
}
