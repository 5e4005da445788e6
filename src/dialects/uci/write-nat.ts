import { FAMILY, type Family, familyOf, formatAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { NatTo, Rule } from '@/model/ruleset/ruleset'
import { LeftOut } from '../left-out'
import { type Options, type WrittenMatch, writeMatch } from './write-match'
import { logOf, named, type RuleWriter, sectionsOf } from './write-rule'

const REDIRECT_ENDS = { src: 'src_ip', dst: 'src_dip', sport: 'src_port', dport: 'src_dport' }
const NAT_ENDS = { src: 'src_ip', dst: 'dest_ip', sport: 'src_port', dport: 'dest_port' }

/** Sections of one rule of a nat table: a redirect before routing, `config nat` after it. */
export function writeNatRule(rule: Rule, writer: RuleWriter): string[] {
  const { target } = rule
  return sectionsOf(rule, writer, () => {
    switch (target.kind) {
      case 'dnat':
      case 'redirect':
        if (writer.hook !== 'prerouting') throw new LeftOut('it translates elsewhere than before routing.')
        return matches(rule, target.to, REDIRECT_ENDS, writer)
          .flatMap(comingIn(rule, writer))
          .map((written) => [
            'redirect',
            {
              ...named(rule),
              ...redirectPlace(written, writer),
              ...written.options,
              ...destination(target.to, written),
              ...logOf(rule),
            },
          ])
      case 'snat':
      case 'masquerade':
      case 'accept': {
        if (writer.hook !== 'postrouting')
          throw new LeftOut('it does not translate, and cannot be said before routing.')
        const to = target.kind === 'accept' ? {} : target.to
        return matches(rule, to, NAT_ENDS, writer).map((written) => [
          'nat',
          {
            ...named(rule),
            ...natPlace(written),
            ...written.options,
            ...source(to, target.kind),
            ...logOf(rule),
          },
        ])
      }
      default:
        throw new LeftOut('what it does has no spelling in a nat table here.')
    }
  })
}

/** Without an address either family may be meant, which must be said: OpenWrt takes IPv4 by itself. */
function matches(
  rule: Rule,
  to: NatTo,
  ends: typeof NAT_ENDS,
  { families, context }: RuleWriter,
): WrittenMatch[] {
  if (to.random) throw new LeftOut('ports at random cannot be said here.')
  const own = to.addresses ? familyOf(to.addresses.first) : undefined
  if (own !== undefined && !families.includes(own))
    throw new LeftOut(`it translates to an ${FAMILY[own].name} address.`)
  const asked: readonly Family[] = own === undefined ? families : [own]
  const single = ['src_ip', 'src_dip', 'dest_ip', 'src_port', 'src_dport', 'dest_port']
  return writeMatch(rule.match, asked, ends, context).flatMap((written) =>
    alternatives(
      { ...written, options: { ...written.options, family: written.options.family ?? 'any' } },
      single,
    ),
  )
}

/** A translation takes one value where a rule takes a list. */
function alternatives(written: WrittenMatch, names: readonly string[]): WrittenMatch[] {
  return names.reduce<WrittenMatch[]>(
    (all, name) =>
      all.flatMap((each) => {
        const value = each.options[name]
        if (value === undefined || typeof value === 'string') return [each]
        if (value.length > 1 && value.some((one) => one.startsWith('!')))
          throw new LeftOut('"none of several" has no spelling in a translation here.')
        return value.map((one) => ({ ...each, options: { ...each.options, [name]: one } }))
      }),
    [written],
  )
}

/** A redirect is of one zone: without a way in, of each outside one, which leaves out what comes from inside. */
const comingIn =
  (rule: Rule, { context, losses }: RuleWriter) =>
  (written: WrittenMatch): WrittenMatch[] => {
    if (written.iif !== undefined) return [written]
    const outside = context.interfaces.filter(
      ({ side, name }) => side === 'outside' && /^[\w.:@-]{1,15}$/.test(name),
    )
    if (outside.length === 0)
      throw new LeftOut('OpenWrt translates what comes in from a zone, and none is named.')
    losses.lose('It translates what comes in from outside only: a redirect is of one zone.', rule.id, false)
    return outside.map(({ name }) => ({ ...written, iif: name }))
  }

function redirectPlace({ iif, oif }: WrittenMatch, { zones }: RuleWriter): Options {
  if (iif === undefined || oif !== undefined)
    throw new LeftOut(
      'OpenWrt translates what comes in from one zone: name the interface that it comes in by.',
    )
  return { src: zones.zoneOf(iif), target: 'DNAT', reflection: '0' }
}

function natPlace({ iif, oif }: WrittenMatch): Options {
  if (iif !== undefined) throw new LeftOut('the way in is not known after routing.')
  return { src: '*', ...(oif !== undefined && { device: oif }) }
}

const PORTED: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp]

function portsOf({ ports }: NatTo, { protocols }: Pick<WrittenMatch, 'protocols'>): string | undefined {
  if (!ports) return undefined
  if (protocols === 'any' || !protocols.every((number) => PORTED.includes(number)))
    throw new LeftOut('it translates ports, which needs tcp or udp as its protocol.')
  return ports.first === ports.last ? String(ports.first) : `${ports.first}-${ports.last}`
}

function addressOf({ addresses }: NatTo): string | undefined {
  if (!addresses) return undefined
  if (addresses.first !== addresses.last) throw new LeftOut('it translates to a range of addresses.')
  return formatAddress(addresses.first)
}

function destination(to: NatTo, written: WrittenMatch): Options {
  const [address, port] = [addressOf(to), portsOf(to, written)]
  const asked = written.options.src_dport
  // OpenWrt takes the port that was asked for where none is named; a list or a negation is not one.
  if (port === undefined && asked !== undefined && (typeof asked !== 'string' || asked.startsWith('!')))
    throw new LeftOut('it keeps ports that are none of some.')
  return {
    ...(address !== undefined && { dest_ip: address }),
    ...(port !== undefined && { dest_port: port }),
  }
}

function source(to: NatTo, kind: 'snat' | 'masquerade' | 'accept'): Options {
  const address = addressOf(to)
  if (kind !== 'snat' && to.ports) throw new LeftOut('masquerading to a range of ports has no spelling here.')
  if (kind === 'snat' && (address === undefined || to.ports))
    throw new LeftOut('a translation of source ports has no spelling here.')
  return { target: kind.toUpperCase(), ...(address !== undefined && { snat_ip: address }) }
}
