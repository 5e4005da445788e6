import { FAMILY, familyOf, formatAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { NatTo, PlainTarget, RejectKind, Rule, TableFamily } from '@/model/ruleset/ruleset'
import { LeftOut } from '../left-out'
import { writeChange } from './write-changes'
import { writeMarkTarget } from './write-marks'
import type { WrittenSpec } from './write-match'
import { writeLogPrefix } from './write-names'
import { writeOpaqueTarget } from './write-opaque'

export interface TargetPlace {
  readonly table: TableFamily
  /** Rules that the kernel takes from no base chain that leads to them. */
  isRefused(rule: Rule): boolean
  chain(name: string): string | undefined
}

/** Answers that both families have, under one name (nft(8) icmpx). */
const ICMPX: Partial<Record<RejectKind, string>> = {
  'icmp-port-unreachable': 'port-unreachable',
  'icmp-net-unreachable': 'no-route',
  'icmp-host-unreachable': 'host-unreachable',
  'icmp-admin-prohibited': 'admin-prohibited',
}

const ICMP: Partial<Record<RejectKind, string>> = {
  'icmp-proto-unreachable': 'prot-unreachable',
  'icmp-net-prohibited': 'net-prohibited',
  'icmp-host-prohibited': 'host-prohibited',
}

/** The lines that follow the matches: matches of their own may come with them. Throws LeftOut. */
export function writeTarget(target: PlainTarget, spec: WrittenSpec, place: TargetPlace): string[] {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return [target.kind]
    case 'jump':
    case 'goto': {
      const chain = place.chain(target.chain)
      if (chain === undefined) throw new LeftOut('it jumps to a chain that is not there.')
      return [`${target.kind} ${chain}`]
    }
    case 'reject':
      return writeReject(target.with, spec, place)
    case 'log':
      return [writeLogPrefix(target.prefix)]
    case 'helper':
      throw new LeftOut('its helper needs an object of its own in nft.')
    case 'notrack':
      return ['notrack']
    case 'hop-limit':
    case 'tos':
    case 'mss':
      return writeChange(target, place.table, spec.family)
    case 'nflog':
      return [`${writeLogPrefix(target.prefix)} group ${target.group}`]
    case 'netmap':
      throw new LeftOut('nft maps a network only where the rule names it.')
    case 'mark':
    case 'connmark':
    case 'save-mark':
    case 'restore-mark':
      return [writeMarkTarget(target)]
    case 'snat':
    case 'dnat':
      return [`${target.kind} ${writeNatTo(target.to, spec, place)}${random(target.to)}`]
    case 'masquerade':
    case 'redirect': {
      const ports = target.to.ports ? ` to :${writePorts(target.to.ports, spec)}` : ''
      return [`${target.kind}${ports}${random(target.to)}`]
    }
    case 'opaque':
      return [writeOpaqueTarget(target, place.table)]
  }
}

function writeReject(kind: RejectKind, spec: WrittenSpec, { table }: Pick<TargetPlace, 'table'>): string[] {
  if (kind === 'tcp-reset') {
    const rest = writeReject('icmp-port-unreachable', spec, { table })
    if (spec.protocol === PROTOCOL.tcp) return ['reject with tcp reset']
    // A reset answers TCP alone; the rest is answered by the line after it.
    return spec.protocol === undefined ? ['meta l4proto tcp reject with tcp reset', ...rest] : rest
  }
  const both = ICMPX[kind]
  if (both !== undefined && table === 'inet') return [`reject with icmpx ${both}`]
  if (table === 'ip' || spec.family === 4) return [`reject with icmp ${ICMP[kind] ?? V4[kind]}`]
  if (table === 'ip6' || spec.family === 6) return [`reject with icmpv6 ${V6[kind] ?? 'admin-prohibited'}`]
  return [
    `meta nfproto ipv4 reject with icmp ${ICMP[kind] ?? V4[kind]}`,
    `meta nfproto ipv6 reject with icmpv6 ${V6[kind] ?? 'admin-prohibited'}`,
  ]
}

const V4: Partial<Record<RejectKind, string>> = {
  'icmp-port-unreachable': 'port-unreachable',
  'icmp-net-unreachable': 'net-unreachable',
  'icmp-host-unreachable': 'host-unreachable',
  'icmp-admin-prohibited': 'admin-prohibited',
  'icmp6-policy-fail': 'admin-prohibited',
  'icmp6-reject-route': 'admin-prohibited',
}

/** What IPv6 has; nearest for the rest. */
const V6: Partial<Record<RejectKind, string>> = {
  'icmp-port-unreachable': 'port-unreachable',
  'icmp-net-unreachable': 'no-route',
  'icmp-host-unreachable': 'addr-unreachable',
  'icmp-proto-unreachable': 'port-unreachable',
  'icmp6-policy-fail': 'policy-fail',
  'icmp6-reject-route': 'reject-route',
}

const random = (to: NatTo) => (to.random ? ' random' : '')

function writePorts({ first, last }: NonNullable<NatTo['ports']>, { hasPorts }: WrittenSpec): string {
  if (!hasPorts) throw new LeftOut('it translates ports, which needs tcp or udp as its protocol.')
  return first === last ? `${first}` : `${first}-${last}`
}

function writeNatTo({ addresses, ports }: NatTo, spec: WrittenSpec, { table }: TargetPlace): string {
  const port = ports ? `:${writePorts(ports, spec)}` : ''
  if (!addresses) {
    if (port === '') throw new LeftOut('it does not say where to translate to.')
    return `to ${port}`
  }
  const family = familyOf(addresses.first)
  const pinned = table === 'inet' ? spec.family : table === 'ip' ? 4 : 6
  if (pinned !== undefined && pinned !== family)
    throw new LeftOut(`it translates to an ${FAMILY[family].name} address.`)
  const last = addresses.first === addresses.last ? '' : `-${formatAddress(addresses.last)}`
  const address = formatAddress(addresses.first)
  const bracketed =
    family === 6 && port !== '' ? `[${address}]${last && `-[${last.slice(1)}]`}` : `${address}${last}`
  return `${table === 'inet' ? `${family === 4 ? 'ip' : 'ip6'} ` : ''}to ${bracketed}${port}`
}
