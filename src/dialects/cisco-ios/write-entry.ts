import type { Condition, FieldId, FieldTest, Interval } from '@/model/fields/field'
import { FAMILY, type Family, formatAddress, fromInteger } from '@/model/packet/address'
import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import type { Prefix } from '@/model/packet/prefix'
import type { FlagTest } from '@/model/packet/tcp-flags'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { ANY_FLAGS, type PlainCase, plainCases } from '../plain-cases'
import { plainTest } from '../plain-terms'
import { keepsOption } from './read-entry'
import { ESTABLISHED, FLAG_NAMES } from './read-flags'
import { PROTOCOLS } from './spelling'

const FIELDS: ReadonlySet<FieldId> = new Set([
  'protocol',
  'src',
  'sport',
  'dst',
  'dport',
  'hopLimit',
  'tos',
  'tcpFlags',
  'icmpType',
  'icmpv6Type',
] as const)

const PORTED: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp])

type Lookup = Pick<PrintContext, 'resolve' | 'resolveSet'>

/** What stands behind `permit` or `deny`, one text per entry; none where the rule is for the other family. Throws LeftOut. */
export function writeEntries(match: readonly Condition[], family: Family, context: Lookup): string[] {
  const kept = match.filter((condition) => condition.kind === 'opaque')
  const options = kept.map(({ dialect, text }) => {
    if (dialect !== 'cisco-ios' || !keepsOption(text))
      throw new LeftOut('it has a condition that was read from another language.')
    return text
  })
  const rest = match.filter((condition) => condition.kind !== 'opaque')
  const established = rest.find((each) => each.kind === 'test' && saysEstablished(each, context))
  // Any flags will do in its place: they still ask for TCP.
  const asked = rest.map((each) => (each === established ? ANY_FLAGS : each))
  const cases = plainCases(asked, family, context, FIELDS)
  return cases.map((each) => writeCase(each, family, [...(established ? ['established'] : []), ...options]))
}

function saysEstablished(condition: FieldTest, context: Lookup): boolean {
  if (condition.field !== 'tcpFlags') return false
  const { negated, intervals } = plainTest(condition, context)
  return (
    !negated &&
    intervals.length === ESTABLISHED.length &&
    intervals.every(
      ({ first, last }, at) => first === ESTABLISHED[at]?.first && last === ESTABLISHED[at]?.last,
    )
  )
}

function writeCase(each: PlainCase, family: Family, options: readonly string[]): string {
  const ported = each.sport ?? each.dport
  if (ported && !PORTED.has(each.protocol?.number ?? 0))
    throw new LeftOut('ports of that protocol cannot be asked for here.')
  return [
    writeProtocol(each.protocol, family),
    writeEnd(each.src, family),
    writeComparison(each.sport, 65535),
    writeEnd(each.dst, family),
    writeComparison(each.dport, 65535),
    each.icmp ? [each.icmp.type, each.icmp.code].filter((part) => part !== undefined).join(' ') : '',
    writeFlags(each.flags),
    writeTos(each.tos),
    each.hopLimit ? `ttl ${writeComparison(each.hopLimit, 255)}` : '',
    ...options,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function writeProtocol(protocol: PlainCase['protocol'], family: Family): string {
  if (!protocol) return family === 4 ? 'ip' : 'ipv6'
  if (protocol.not) throw new LeftOut('"any protocol but one" has no spelling here.')
  if (protocol.number === 0) throw new LeftOut('protocol 0 means any protocol here.')
  if (protocol.number === FAMILY[family].protocolOfIcmp) return 'icmp'
  const name = Object.entries(PROTOCOLS).find(([, number]) => number === protocol.number)?.[0]
  return name === undefined || name === 'icmp' ? String(protocol.number) : name
}

function writeEnd(prefix: Prefix | undefined, family: Family): string {
  if (!prefix) return 'any'
  const address = formatAddress(prefix.address)
  if (prefix.prefixLength === FAMILY[family].bits) return `host ${address}`
  if (family === 6) return `${address}/${prefix.prefixLength}`
  const wildcard = fromInteger(4, (1n << BigInt(32 - prefix.prefixLength)) - 1n)
  return `${address} ${formatAddress(wildcard)}`
}

function writeComparison(interval: Interval | undefined, highest: number): string {
  if (!interval) return ''
  const { first, last } = interval
  if (first === last) return `eq ${first}`
  if (last === highest && Number(first) > 0) return `gt ${Number(first) - 1}`
  if (first === 0 && last !== highest) return `lt ${Number(last) + 1}`
  return `range ${first} ${last}`
}

/** A flag by its name wants it set, whatever the others are. */
function writeFlags(test: FlagTest | undefined): string {
  if (!test || test.mask === 0) return ''
  const known = FLAG_NAMES.reduce((bits, name) => bits | bitOf(name), 0)
  if (test.mask & ~known) throw new LeftOut('ECE and CWR cannot be looked at here.')
  const asked = FLAG_NAMES.filter((name) => test.mask & bitOf(name))
  const [only, ...others] = asked
  if (only && others.length === 0 && test.value !== 0) return only
  return `match-all ${asked.map((name) => `${test.value & bitOf(name) ? '+' : '-'}${name}`).join(' ')}`
}

const bitOf = (name: (typeof FLAG_NAMES)[number]) => TCP_FLAG[name.toUpperCase() as keyof typeof TCP_FLAG]

/** Six bits of DSCP, or three of precedence. */
function writeTos(interval: Interval | undefined): string {
  if (!interval) return ''
  const first = Number(interval.first)
  const size = Number(interval.last) - first + 1
  if (size === 4 && first % 4 === 0) return `dscp ${first / 4}`
  if (size === 32 && first % 32 === 0) return `precedence ${first / 32}`
  throw new LeftOut('its type of service is neither one DSCP nor one precedence.')
}
