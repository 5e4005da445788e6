import type { Firewall } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { FAMILY, type Family, familyOf, formatAddress } from '@/model/packet/address'
import { findChain } from '@/model/ruleset/chains'
import type { ChainRef, Policy, Rule } from '@/model/ruleset/ruleset'
import type { PortMapping } from '@/model/topology/topology'
import type { PrintContext } from '../dialect'
import { type Losses, NO_BINDING } from '../losses'
import { fitBytes, plainText } from '../plain-text'
import { writeTag } from './tag'
import { writeWord } from './words'
import { interfaceName, writeComment } from './write-names'
import { type RuleWriter, writeRule, writeSeparator } from './write-rule'

/** A home table in the shape that home-shape.ts reads back; the words of that shape are explained there. */
export function printHome(
  firewall: Firewall,
  context: PrintContext,
  family: Family,
  losses: Losses,
): string[] {
  const kind = firewallKind(firewall.kind)
  const outside = outsideNames(context, losses)
  const other = family === 4 ? 'ip6tables' : 'iptables'
  const header = [
    `# ${kind.label}${firewall.kind === 'none' ? '' : `, ${firewall.form} form`}. ${FAMILY[family].name} only: ${other} filters the rest.`,
  ]
  const filter = firewall.kind === 'none' ? [] : printFilter(firewall, context, family, outside, losses)
  if (firewall.kind === 'none') header.push(`# ${writeTag({ kind: 'none' }, '')}`)
  const empty = firewall.builtins.find((group) => group.addresses.length === 0)
  if (empty)
    header.push(
      `# ${writeTag({ builtin: fitBytes(plainText(empty.id), 100), enabled: empty.enabled ? 'yes' : 'no' }, '')}`,
    )
  const nat = family === 4 && context.nat === 'napt' ? printNapt(context, outside, losses) : []
  if (family === 6 && context.mappings.length > 0)
    losses.lose('Port mappings are in the iptables text.', undefined, true)
  const nothing = [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    'COMMIT',
  ]
  return [...header, ...nat, ...(filter.length > 0 ? filter : nothing)]
}

function outsideNames(context: PrintContext, losses: Losses): string[] {
  const names = context.interfaces.filter(({ side }) => side === 'outside').map(({ name }) => name)
  for (const name of names)
    if (interfaceName(name) !== name)
      losses.lose(
        `An outside interface is called ${interfaceName(name)} here: the tool does not take its name.`,
        undefined,
        false,
      )
  if (context.place === 'router' && names.length === 0)
    losses.lose('The device has no outside interface: no packet is asked.', undefined, false)
  if (context.place === 'router' && names.length > 1)
    losses.lose(
      'What comes from one outside interface and leaves by another is asked by inbound alone in this text, by both in the table.',
      undefined,
      false,
    )
  return [...new Set(names.map(interfaceName))]
}

function printFilter(
  firewall: Firewall,
  context: PrintContext,
  family: Family,
  outside: readonly string[],
  losses: Losses,
): string[] {
  const lines = [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':inbound - [0:0]',
    ':outbound - [0:0]',
  ]
  const jump = (chain: string, option: string, to: string) =>
    outside.map((name) => `-A ${chain} ${option} ${writeWord(name)} -j ${to}`)
  if (context.place === 'host') lines.push('-A INPUT -j inbound', '-A OUTPUT -j outbound')
  else
    lines.push(
      ...jump('INPUT', '-i', 'inbound'),
      ...jump('FORWARD', '-i', 'inbound'),
      ...jump('FORWARD', '-o', 'outbound'),
      ...jump('OUTPUT', '-o', 'outbound'),
    )
  for (const ref of [HOME_INBOUND, HOME_OUTBOUND])
    lines.push(...printChain(firewall, ref, context, family, losses))
  return [...lines, 'COMMIT']
}

function printChain(
  firewall: Firewall,
  ref: ChainRef,
  context: PrintContext,
  family: Family,
  losses: Losses,
): string[] {
  const chain = findChain(firewall.ruleset, ref)
  const writer: RuleWriter = {
    family,
    context,
    table: 'filter',
    hook: undefined,
    chainName: ref.chain,
    chain: () => undefined,
    losses,
  }
  const policy = chain?.base?.policy ?? 'accept'
  const mark = { policy, kind: firewall.kind, form: firewall.form }
  return [
    ...firewallKind(firewall.kind)
      .lockedRules(firewall, ref)
      .flatMap((rule) => writeRule(rule, writer, { locked: rule.id })),
    ...(chain?.rows ?? []).flatMap((row) =>
      row.kind === 'separator' ? [writeSeparator(row, ref.chain)] : writeRule(row, writer),
    ),
    ...writeRule(policyRule(policy), writer, mark),
  ]
}

function policyRule(policy: Policy): Rule {
  const target: Rule['target'] =
    policy === 'reject' ? { kind: 'reject', with: 'tcp-reset' } : { kind: policy }
  return { kind: 'rule', id: 'policy', enabled: true, name: 'policy', match: [], target, log: false }
}

/**
 * NAPT as a nat table. Ports of a mapping that moves a whole range go along with `--to-destination A:first-last/base`.
 */
function printNapt(context: PrintContext, outside: readonly string[], losses: Losses): string[] {
  losses.lose(NO_BINDING, undefined, true)
  const chains = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((name) => `:${name} ACCEPT [0:0]`)
  const mappings = context.mappings.flatMap((mapping) =>
    outside.map((name) => printMapping(mapping, name, losses)),
  )
  const masquerade = outside.map(
    (name) =>
      `-A POSTROUTING -o ${writeWord(name)} ${writeComment({ napt: 'on' }, {}, '').text} -j MASQUERADE`,
  )
  return ['*nat', ...chains, ...mappings, ...masquerade, 'COMMIT']
}

function printMapping(mapping: PortMapping, outside: string, losses: Losses): string {
  const { first, last } = mapping.outside
  if (familyOf(mapping.insideAddress) !== 4) {
    losses.lose('A port mapping to an IPv6 address is left out.', mapping.id, false)
    return '# left out: a port mapping to an IPv6 address'
  }
  const range = first === last ? String(first) : `${first}:${last}`
  const length = last - first
  const moved =
    length === 0 ? `${mapping.insidePort}` : `${mapping.insidePort}-${mapping.insidePort + length}/${first}`
  const to = `${formatAddress(mapping.insideAddress)}${mapping.insidePort === first ? '' : `:${moved}`}`
  const comment = writeComment({ mapping: mapping.id }, {}, mapping.name)
  if (comment.cut) losses.lose('The name of a port mapping is cut.', mapping.id, true)
  const rule = `-A PREROUTING -i ${writeWord(outside)} -p ${mapping.protocol} --dport ${range} ${comment.text} -j DNAT --to-destination ${to}`
  return mapping.enabled ? rule : `# off: ${rule}`
}
