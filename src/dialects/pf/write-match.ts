import type { Condition, FieldId, Interval } from '@/model/fields/field'

import { PROTOCOL } from '@/model/packet/packet'
import { formatPrefix, type Prefix } from '@/model/packet/prefix'
import { formatProtocol } from '@/model/packet/protocol'
import { type FlagTest, flagLetters } from '@/model/packet/tcp-flags'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { type PlainCase, plainCases } from '../plain-cases'

const FIELDS: ReadonlySet<FieldId> = new Set([
  'protocol',
  'src',
  'sport',
  'dst',
  'dport',
  'tos',
  'tcpFlags',
  'icmpType',
  'icmpv6Type',
] as const)

type Lookup = Pick<PrintContext, 'resolve' | 'resolveSet'>

/**
 * A rule's conditions without its interfaces, as what stands behind `on`: a text for each alternative. A rule for both
 * families that is the same in both is written once. Throws LeftOut.
 */
export function writeMatch(match: readonly Condition[], context: Lookup): string[] {
  const kept = match.flatMap((condition) => (condition.kind === 'opaque' ? [keptOption(condition)] : []))
  const ends = { src: selfEnd(match, 'srcType'), dst: selfEnd(match, 'dstType') }
  const asked = match.filter((each) => each.kind !== 'opaque' && !isInterface(each) && !isOfSelf(each))
  const [four, six] = ([4, 6] as const).map((family) => plainCases(asked, family, context, FIELDS))
  const texts = (cases: readonly PlainCase[] | undefined, family?: 4 | 6) =>
    (cases ?? []).map((each) =>
      [writeCase(each, family, ends), ...kept].filter((part) => part !== '').join(' '),
    )
  const same = texts(four).join('\n') === texts(six).join('\n')
  return same ? texts(four) : [...texts(four, 4), ...texts(six, 6)]
}

const isInterface = (each: Condition) =>
  each.kind === 'test' && (each.field === 'iif' || each.field === 'oif')
const isOfSelf = (each: Condition) =>
  each.kind === 'test' && (each.field === 'srcType' || each.field === 'dstType')

/** Options that were kept as they stood, behind everything else. */
function keptOption({ dialect, text }: Condition & { readonly kind: 'opaque' }): string {
  const isOption =
    /^(user|group|tagged|probability|received-on|rtable|max-pkt-rate|fragment|tos) ?[\w.:%! -]*$/.test(text)
  if (dialect !== 'pf' || !isOption || text.length > 100)
    throw new LeftOut('it has a condition that was read from another language.')
  return text
}

/** `self` is every address of the device. */
function selfEnd(match: readonly Condition[], field: 'srcType' | 'dstType'): string {
  const tests = match.filter((each) => each.kind === 'test' && each.field === field)
  const [only, ...others] = tests
  if (!only) return ''
  const [term, ...terms] = only.kind === 'test' ? only.terms : []
  const isLocal = term?.kind === 'range' && term.first === 1 && term.last === 1 && terms.length === 0
  if (only.kind !== 'test' || !isLocal || others.length > 0)
    throw new LeftOut('what an address is to the device cannot be asked for here.')
  return only.negated ? '! self' : 'self'
}

type Ends = { readonly src: string; readonly dst: string }

function writeCase(each: PlainCase, family: 4 | 6 | undefined, self: Ends): string {
  const { protocol, icmp, flags } = each
  if (protocol?.not) throw new LeftOut('"any protocol but one" has no spelling here.')
  const ported = protocol?.number === PROTOCOL.tcp || protocol?.number === PROTOCOL.udp
  if ((each.sport || each.dport) && !ported)
    throw new LeftOut('ports of that protocol cannot be asked for here.')
  const says = each.src !== undefined || each.dst !== undefined
  const ends = [
    writeEnd('from', self.src, each.src, each.sport),
    writeEnd('to', self.dst, each.dst, each.dport),
  ]
  const both = ends.some((end) => end !== '')
    ? ends.map((end, at) => end || `${at === 0 ? 'from' : 'to'} any`)
    : ['all']
  return [
    family && !says ? (family === 4 ? 'inet' : 'inet6') : '',
    protocol
      ? `proto ${protocol.number === PROTOCOL.icmpv6 ? 'icmp6' : formatProtocol(protocol.number)}`
      : '',
    ...both,
    flags && flags.mask !== 0 ? `flags ${writeFlags(flags)}` : '',
    icmp ? `${protocol?.number === PROTOCOL.icmpv6 ? 'icmp6-type' : 'icmp-type'} ${icmp.type}` : '',
    icmp?.code === undefined ? '' : `code ${icmp.code}`,
    each.tos ? writeTos(each.tos) : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function writeEnd(
  word: 'from' | 'to',
  self: string,
  prefix: Prefix | undefined,
  ports: Interval | undefined,
): string {
  if (!prefix && !ports && self === '') return ''
  if (prefix && self !== '') throw new LeftOut('it asks for an address and what it is to the device at once.')
  const address = prefix ? formatPrefix(prefix) : self === '' ? 'any' : self
  if (!ports) return `${word} ${address}`
  return `${word} ${address} port ${ports.first === ports.last ? ports.first : `${ports.first}:${ports.last}`}`
}

const writeFlags = ({ mask, value }: FlagTest): string => `${lettersOf(value)}/${lettersOf(mask)}`
/** pf writes CWR as W. */
const lettersOf = (byte: number) => flagLetters(byte).replace('C', 'W')

function writeTos({ first, last }: Interval): string {
  if (first !== last) throw new LeftOut('of the type of service, one value can be asked for here.')
  return `tos ${Number(first)}`
}

/** Where a rule is asked: names that pf takes as they are. */
export function interfaceWord(pattern: string): string {
  const name = pattern.endsWith('+') ? pattern.slice(0, -1) : pattern
  const isKind = pattern.endsWith('+')
  if (!/^[A-Za-z][\w.:-]{0,14}$/.test(name) || (isKind && /\d$/.test(name)) || RESERVED.has(name))
    throw new LeftOut('the name of an interface cannot be written here.')
  return name
}

const RESERVED = new Set([
  'all',
  'any',
  'in',
  'out',
  'on',
  'inet',
  'inet6',
  'proto',
  'from',
  'to',
  'egress',
  'self',
])
