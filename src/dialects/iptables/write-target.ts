import { FAMILY, type Family, familyOf, formatAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { formatPrefix, intervalAsPrefix } from '@/model/packet/prefix'
import type { Hook, NatTo, Target } from '@/model/ruleset/ruleset'
import { LeftOut } from '../left-out'
import { own } from '../own'
import { hidesSomething } from '../plain-text'
import { writeHeaderTarget } from './header-targets'
import { writeMarkTarget } from './mark-targets'
import { readRuleSyntax, writeUse } from './rule-syntax'
import { OPAQUE_LENGTH, TARGET_PLACE, writeReject } from './spelling'
import { TARGET_READERS } from './target-readers'
import { restoreWords, writeWord } from './words'
import { writeLogPrefix, writeNflogPrefix } from './write-names'

export interface TargetPlace {
  readonly table: string
  /** Absent in a user chain. */
  readonly hook: Hook | undefined
  readonly family: Family
  /** Name of a user chain of the table as it is written; undefined where there is no such chain. */
  chain(name: string): string | undefined
}

export interface WrittenTarget {
  /** `-j ACCEPT`; empty for a rule that only counts. */
  readonly text: string
  readonly loss?: string
}

/** `protocol` is what the line says with `-p`. Throws LeftOut. */
export function writeTarget(target: Target, protocol: number | undefined, place: TargetPlace): WrittenTarget {
  switch (target.kind) {
    case 'accept':
      return { text: '-j ACCEPT' }
    case 'drop':
      if (place.table === 'nat') throw new LeftOut('the nat table refuses DROP.')
      return { text: '-j DROP' }
    case 'return':
      return { text: '-j RETURN' }
    case 'continue':
      return { text: '' }
    case 'jump':
    case 'goto': {
      const chain = place.chain(target.chain)
      if (chain === undefined) throw new LeftOut('it jumps to a chain that is not there.')
      return { text: `${target.kind === 'jump' ? '-j' : '-g'} ${writeWord(chain)}` }
    }
    case 'reject': {
      allowed('REJECT', place)
      // A reset answers TCP alone; other packets are answered as the model answers them.
      const kind =
        target.with === 'tcp-reset' && protocol !== PROTOCOL.tcp ? 'icmp-port-unreachable' : target.with
      const { name, exact } = writeReject(place.family, kind)
      const text = `-j REJECT --reject-with ${name}`
      return exact
        ? { text }
        : { text, loss: `${FAMILY[place.family].name} has no ${target.with}: it answers ${name}.` }
    }
    case 'log':
      return { text: `-j LOG${writeLogPrefix(target.prefix)}` }
    case 'map':
      throw new LeftOut('what it does depends on a map.')
    case 'helper':
      allowed('CT', place)
      if (protocol !== PROTOCOL.tcp) throw new LeftOut('the ftp helper needs tcp as its protocol.')
      return { text: `-j CT --helper ${target.name}` }
    case 'notrack':
      allowed('NOTRACK', place)
      return { text: '-j CT --notrack' }
    case 'snat':
    case 'dnat': {
      const name = target.kind === 'snat' ? 'SNAT' : 'DNAT'
      allowed(name, place)
      const to = writeNatTo(target.to, protocol, place.family)
      return {
        text: `-j ${name} --to-${target.kind === 'snat' ? 'source' : 'destination'} ${to}${random(target.to)}`,
      }
    }
    case 'masquerade':
    case 'redirect': {
      const name = target.kind === 'masquerade' ? 'MASQUERADE' : 'REDIRECT'
      allowed(name, place)
      const ports = target.to.ports ? ` --to-ports ${writePorts(target.to, protocol)}` : ''
      return { text: `-j ${name}${ports}${random(target.to)}` }
    }
    case 'hop-limit':
      allowed('TTL', place)
      return { text: writeHeaderTarget(target, place.family) }
    case 'tos':
      allowed('TOS', place)
      return { text: writeHeaderTarget(target, place.family) }
    case 'mss':
      if (target.size === undefined) allowed('TCPMSS --clamp-mss-to-pmtu', place)
      return { text: writeHeaderTarget(target, place.family) }
    case 'nflog': {
      const group = target.group === 0 ? '' : ` --nflog-group ${target.group}`
      return { text: `-j NFLOG${writeNflogPrefix(target.prefix)}${group}` }
    }
    case 'netmap': {
      allowed('NETMAP', place)
      const prefix = intervalAsPrefix(target.onto)
      if (!prefix || familyOf(prefix.address) !== place.family)
        throw new LeftOut('it maps to what is no network here.')
      return { text: `-j NETMAP --to ${formatPrefix(prefix)}` }
    }
    case 'mark':
    case 'connmark':
    case 'save-mark':
    case 'restore-mark':
      return { text: writeMarkTarget(target) }
    case 'opaque':
      return { text: writeOpaqueTarget(target.text, target.dialect, place.family) }
  }
}

function allowed(name: string, { table, hook }: TargetPlace): void {
  const place = TARGET_PLACE[name]
  if (
    place &&
    ((place.table !== undefined && place.table !== table) ||
      (hook && place.hooks && !place.hooks.includes(hook)))
  )
    throw new LeftOut(`${name} cannot stand in this chain.`)
}

const random = (to: NatTo) => (to.random ? ' --random' : '')

function writePorts(to: NatTo, protocol: number | undefined): string {
  if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp && protocol !== PROTOCOL.sctp)
    throw new LeftOut('it translates ports, which needs tcp or udp as its protocol.')
  return to.ports?.first === to.ports?.last ? String(to.ports?.first) : `${to.ports?.first}-${to.ports?.last}`
}

export function writeNatTo(to: NatTo, protocol: number | undefined, family: Family): string {
  if (to.addresses && familyOf(to.addresses.first) !== family)
    throw new LeftOut(`it translates to an ${FAMILY[familyOf(to.addresses.first)].name} address.`)
  if (!to.addresses && !to.ports) throw new LeftOut('it does not say where to translate to.')
  const one = to.addresses && formatAddress(to.addresses.first)
  const last = to.addresses && formatAddress(to.addresses.last)
  const addresses = one === last ? (one ?? '') : `${one}-${last}`
  if (!to.ports) return addresses
  const bracketed = family === 6 && one ? `[${addresses.replace('-', ']-[')}]` : addresses
  return `${bracketed}:${writePorts(to, protocol)}`
}

/** As with conditions: only what reads back as one target with its own options goes out. */
function writeOpaqueTarget(text: string, dialect: string, family: Family): string {
  if (dialect !== 'iptables' && dialect !== 'ip6tables')
    throw new LeftOut('its target was read from another language.')
  if (hidesSomething(text) || text.length > OPAQUE_LENGTH)
    throw new LeftOut('its target is not one short line of plain text.')
  const { uses, problems } = readRuleSyntax(restoreWords(text), family)
  const [jump, ...options] = uses
  const isTarget = jump?.name === '-j' && options.every((use) => use.owner.kind === 'target')
  const refused = jump && own(TARGET_READERS, jump.values[0]?.text ?? '')?.(options, family)
  if (problems.length > 0 || !isTarget || typeof refused === 'string')
    throw new LeftOut('its target is no target of iptables.')
  return uses.map(writeUse).join(' ')
}
