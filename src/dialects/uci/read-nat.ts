import { CT_STATUS } from '@/model/fields/connection'
import type { Condition } from '@/model/fields/field'
import { type Family, familyOf, type IpAddress } from '@/model/packet/address'
import { parsePortRange } from '@/model/packet/port'
import { type NatTo, PRIORITY, type Target } from '@/model/ruleset/ruleset'
import { RULE_OPTIONS, readAddress, readMatch } from './read-match'
import { commonParts } from './read-rule'
import { isNo } from './spelling'
import { head, joined, type Surroundings } from './surroundings'
import type { Section } from './syntax'
import { familyCondition, type Zone, zoneConditions } from './zones'

/** Translation: redirects, `config nat`, and zones that masquerade, with the accepts that a redirect brings. */
export function addNat(redirects: readonly Section[], nats: readonly Section[], around: Surroundings): void {
  const { zones, chains } = around
  const translating = [...zones.values()].filter(({ masq, masq6 }) => masq || masq6)
  if (redirects.length === 0 && nats.length === 0 && translating.length === 0) return
  chains.chain('nat', 'PREROUTING', { hook: 'prerouting', priority: PRIORITY.dstnat, policy: 'accept' })
  chains.chain('nat', 'POSTROUTING', { hook: 'postrouting', priority: PRIORITY.srcnat, policy: 'accept' })
  for (const { name } of zones.values()) {
    chains.chain('nat', `dstnat_${name}`)
    chains.chain('nat', `srcnat_${name}`)
  }
  for (const section of redirects) addRedirect(section, around)
  for (const section of nats) addSourceNat(section, around)
  for (const zone of around.redirected) letIn(zone, around)
  for (const zone of zones.values()) {
    masquerade(zone, around)
    const jump = (chain: string): Target => ({ kind: 'jump', chain: `${chain}_${zone.name}` })
    const [inwards, outwards] = [zoneConditions(zone, 'in'), zoneConditions(zone, 'out')]
    if (inwards) chains.add('PREROUTING', { match: inwards, target: jump('dstnat'), name: zone.name }, 'nat')
    if (outwards)
      chains.add('POSTROUTING', { match: outwards, target: jump('srcnat'), name: zone.name }, 'nat')
  }
}

function masquerade(zone: Zone, { chains }: Surroundings): void {
  const add = (family: Family) =>
    chains.add(
      `srcnat_${zone.name}`,
      {
        match: joined([...familyCondition(family), ...zone.masqSource], zone.masqDestination),
        target: { kind: 'masquerade', to: {} },
        name: `masquerading of ${zone.name}`,
        line: zone.line,
      },
      'nat',
    )
  if (zone.masq) add(4)
  if (zone.masq6) add(6)
}

function addRedirect(section: Section, around: Surroundings): void {
  const { zones, chains, say } = around
  const value = (name: string) => section.options.get(name)?.values[0]
  const isSource = /^snat$/i.test(value('target')?.text ?? 'dnat')
  const [srcValue, destValue] = [value('src'), value('dest')]
  const from = srcValue && zones.get(srcValue.text)
  const to = destValue && zones.get(destValue.text)
  const needed = isSource ? to : from
  if (!needed) {
    const at = (isSource ? destValue : srcValue) ?? head(section)
    say('syntax-error', `A redirect needs a zone as its ${isSource ? 'destination' : 'source'}.`, at)
    return
  }
  const ends = isSource
    ? { src: 'src_ip', dst: 'dest_ip', sport: 'src_port', dport: 'dest_port' }
    : { src: 'src_ip', dst: 'src_dip', sport: 'src_port', dport: 'src_dport' }
  const read = readMatch(section, ends, 'tcpudp', around.ipsets, say)
  const address = value(isSource ? 'src_dip' : 'dest_ip')
  const port = value(isSource ? 'src_dport' : 'dest_port') ?? (isSource ? undefined : value('src_dport'))
  const translated = readTo(address, port, say)
  if (!read || !translated) return
  const own = translated.addresses ? familyOf(translated.addresses.first) : (read.family ?? 4)
  const common = commonParts(section)
  const kind = isSource ? 'snat' : translated.addresses ? 'dnat' : 'redirect'
  for (const alternative of read.alternatives) {
    const match = joined(alternative, hasFamily(alternative) ? [] : familyCondition(own))
    const ported = match.some(
      (each) => each.kind === 'test' && (each.field === 'sport' || each.field === 'dport'),
    )
    const target: Target = { kind, to: ported ? whereItGoes(translated, match) : withoutPorts(translated) }
    if (isSource) {
      chains.add(`srcnat_${needed.name}`, { ...common, match, target }, 'nat')
      continue
    }
    chains.add(`dstnat_${needed.name}`, { ...common, match, target }, 'nat')
    around.redirected.add(needed)
    const reflects =
      !isNo(value('reflection')?.text) && to && needed.masq && translated.addresses && own === 4
    if (reflects) reflect(section, match, target, to, around)
  }
}

/** fw4 accepts whatever is translated in chains of the zones that redirects are of. */
function letIn({ name }: Zone, { chains }: Surroundings): void {
  const match: readonly Condition[] = [
    {
      kind: 'test',
      field: 'ctStatus',
      negated: false,
      terms: [{ kind: 'masked', bits: CT_STATUS.dnat, mask: CT_STATUS.dnat }],
    },
  ]
  for (const chain of ['input', 'forward'])
    chains.add(`${chain}_${name}`, { match, target: { kind: 'accept' }, name: `translated, of ${name}` })
}

function destination({ addresses, ports }: NatTo): Condition[] {
  return [
    ...(addresses ? [range('dst', addresses.first, addresses.last)] : []),
    ...(ports ? [range('dport', ports.first, ports.last)] : []),
  ]
}

const range = (field: 'dst' | 'dport', first: IpAddress | number, last: IpAddress | number): Condition => ({
  kind: 'test',
  field,
  negated: false,
  terms: [{ kind: 'range', first, last }],
})

/** Inside hosts reach the service by the outside address too, and the router answers in their name. */
function reflect(
  section: Section,
  match: readonly Condition[],
  target: Target,
  inside: Zone,
  { chains, redirected }: Surroundings,
): void {
  const { name, ...common } = commonParts(section)
  if (target.kind !== 'dnat') return
  const rest = match.filter((each) => each.kind !== 'test' || (each.field !== 'dst' && each.field !== 'src'))
  const own = match.filter((each) => each.kind === 'test' && each.field === 'dst')
  const lan: Condition = {
    kind: 'test',
    field: 'src',
    negated: false,
    terms: [{ kind: 'token', token: { kind: 'lan' } }],
  }
  const outside: Condition = {
    kind: 'test',
    field: 'dst',
    negated: false,
    terms: [{ kind: 'token', token: { kind: 'outside-address' } }],
  }
  const reflection = { ...common, name: `${name} (reflection)` }
  chains.add(
    `dstnat_${inside.name}`,
    { ...reflection, match: joined(rest, [lan, ...(own.length > 0 ? own : [outside])]), target },
    'nat',
  )
  const behind = rest.filter(
    (each) => each.kind !== 'test' || (each.field !== 'dport' && each.field !== 'sport'),
  )
  const there = joined(behind, [lan, ...destination(target.to)])
  chains.add(
    `srcnat_${inside.name}`,
    { ...reflection, match: there, target: { kind: 'masquerade', to: {} } },
    'nat',
  )
  redirected.add(inside)
}

/** `config nat`: source translation of what leaves by a zone or a device. */
function addSourceNat(section: Section, around: Surroundings): void {
  const { zones, chains, say } = around
  const value = (name: string) => section.options.get(name)?.values[0]
  const src = value('src')
  const zone = src && zones.get(src.text)
  if (src && src.text !== '*' && !zone) {
    say('syntax-error', `There is no zone ${src.text}.`, src)
    return
  }
  const read = readMatch(section, RULE_OPTIONS, 'all', around.ipsets, say)
  const to = readTo(value('snat_ip'), value('snat_port'), say)
  if (!read || !to) return
  const word = value('target')?.text.toLowerCase() ?? 'masquerade'
  const kind = word.startsWith('s') ? 'snat' : word.startsWith('a') ? 'accept' : 'masquerade'
  if (kind === 'snat' && !to.addresses && !to.ports) {
    say('syntax-error', 'SNAT needs snat_ip or snat_port.', value('target') ?? head(section))
    return
  }
  const own = to.addresses ? familyOf(to.addresses.first) : (read.family ?? (value('family') ? undefined : 4))
  const device = value('device')
  const leaves: Condition[] = device
    ? [
        {
          kind: 'test',
          field: 'oif',
          negated: false,
          terms: [{ kind: 'name', pattern: device.text.replace(/\*$/, '+') }],
        },
      ]
    : []
  for (const alternative of read.alternatives) {
    const match = joined(joined(alternative, hasFamily(alternative) ? [] : familyCondition(own)), leaves)
    const target: Target = kind === 'accept' ? { kind } : { kind, to }
    chains.add(
      zone ? `srcnat_${zone.name}` : 'POSTROUTING',
      { ...commonParts(section), match, target },
      'nat',
    )
  }
}

const hasFamily = (match: readonly Condition[]) =>
  match.some((each) => each.kind === 'test' && each.field === 'family')

const withoutPorts = ({ ports: _ports, ...rest }: NatTo): NatTo => rest

/** Ports that stay the same are not translated. */
function whereItGoes(to: NatTo, match: readonly Condition[]): NatTo {
  const dport = match.find((each) => each.kind === 'test' && each.field === 'dport')
  const [term, ...more] = dport?.kind === 'test' && !dport.negated ? dport.terms : []
  const same =
    term?.kind === 'range' &&
    more.length === 0 &&
    term.first === to.ports?.first &&
    term.last === to.ports?.last
  return same && to.addresses ? withoutPorts(to) : to
}

type Option = NonNullable<ReturnType<Section['options']['get']>>['values'][number]

function readTo(
  address: Option | undefined,
  port: Option | undefined,
  say: Surroundings['say'],
): NatTo | undefined {
  const interval = address ? readAddress(address.text) : undefined
  if (address && !interval) {
    say('syntax-error', `${address.text} is no address to translate to.`, address)
    return undefined
  }
  const ports = port ? parsePortRange(port.text) : undefined
  if (port && !ports?.ok) {
    say('syntax-error', `${port.text} is no port or range of ports.`, port)
    return undefined
  }
  return {
    ...(interval && { addresses: { first: interval.first as IpAddress, last: interval.last as IpAddress } }),
    ...(ports?.ok && { ports: ports.value }),
  }
}
