import type { Condition, FieldId, FieldTest } from '@/model/fields/field'
import { containsValue, unionIntervals } from '@/model/fields/intervals'
import { PROTOCOL } from '@/model/packet/packet'
import { formatPrefix, type Prefix } from '@/model/packet/prefix'
import { formatProtocol } from '@/model/packet/protocol'
import type { Rule } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import { ANY_FLAGS, type InterfaceTest, type PlainCase, plainCases } from '../plain-cases'
import { plainTest } from '../plain-terms'
import { opensConnection } from './rule-words'

const FIELDS: ReadonlySet<FieldId> = new Set([
  'protocol',
  'src',
  'sport',
  'dst',
  'dport',
  'tcpFlags',
  'icmpType',
  'icmpv6Type',
  'iif',
  'oif',
] as const)

type Lookup = Pick<PrintContext, 'resolve' | 'resolveSet'>

export interface WrittenSpecs {
  /** Options without the target, one text per command; none where the rule is for IPv6. */
  readonly specs: readonly string[]
  /** What the options do not say exactly. */
  readonly loss?: string
}

/** The conditions of a rule as options. `interfaceField`: what `-i` means in the chain. Throws LeftOut. */
export function writeSpecs(
  match: readonly Condition[],
  interfaceField: 'iif' | 'oif',
  context: Lookup,
): WrittenSpecs {
  const opaque = match.filter((condition) => condition.kind === 'opaque')
  const kept = opaque.map(({ dialect, text }) => {
    if (dialect !== 'ipchains' || !/^(! )?-f$/.test(text))
      throw new LeftOut('it has a condition that was read from another language.')
    return text
  })
  const state = match.some((condition) => condition.kind === 'test' && condition.field === 'ctState')
  if (state)
    throw new LeftOut(
      'Linux 2.2 keeps no state of connections. For TCP, "not SYN" in the flags lets answers in and nothing that opens.',
    )
  const flags = match.find((each): each is FieldTest => each.kind === 'test' && each.field === 'tcpFlags')
  const opening = flags && writeFlags(flags, context)
  const cases = plainCases(
    match.flatMap((each) => (each === flags ? [ANY_FLAGS] : each.kind === 'opaque' ? [] : [each])),
    4,
    context,
    FIELDS,
  )
  const options = [...(opening ? [opening.text] : []), ...kept]
  const specs = cases.map((each) =>
    [writeCase(each, interfaceField), ...options].filter((part) => part !== '').join(' '),
  )
  return { specs, ...(opening?.loss !== undefined && { loss: opening.loss }) }
}

/** `-y` looks at SYN, ACK and RST and at nothing else. */
function writeFlags(test: FieldTest, context: Lookup): { text: string; loss?: string } {
  const intervals = unionIntervals(plainTest(test, context).intervals)
  const accepts = (byte: number) => containsValue(intervals, byte) !== test.negated
  const bytes = Array.from({ length: 256 }, (_, byte) => byte)
  const all = (of: readonly number[], opens: boolean) =>
    of.every((byte) => accepts(byte) === (opensConnection(byte) === opens))
  const texts = [
    { text: '-y', opens: true },
    { text: '! -y', opens: false },
  ]
  const exact = texts.find(({ opens }) => all(bytes, opens))
  if (exact) return { text: exact.text }
  // Packets that open a connection and end it at once are all that differs.
  const without = bytes.filter((byte) => (byte & 3) !== 3)
  const near = texts.find(({ opens }) => all(without, opens))
  if (!near) throw new LeftOut('of flags, only those that open a connection can be asked for here.')
  return { text: near.text, loss: 'A packet with SYN and FIN counts as one that opens a connection here.' }
}

function writeCase(each: PlainCase, interfaceField: 'iif' | 'oif'): string {
  const { protocol, icmp } = each
  if (each[interfaceField === 'iif' ? 'oif' : 'iif'])
    throw new LeftOut(
      interfaceField === 'iif'
        ? 'the interface that a packet leaves by is not known in this chain.'
        : 'the interface that a packet came in by cannot be asked for in this chain.',
    )
  const isPorted = protocol?.number === PROTOCOL.tcp || protocol?.number === PROTOCOL.udp
  if ((each.sport || each.dport) && !isPorted)
    throw new LeftOut('ports of that protocol cannot be asked for here.')
  if (protocol?.number === 0) throw new LeftOut('protocol 0 means any protocol here.')
  const code = icmp?.code === undefined ? undefined : String(icmp.code)
  return [
    protocol ? `-p ${protocol.not ? '! ' : ''}${formatProtocol(protocol.number)}` : '',
    writeEnd('-s', each.src, icmp ? String(icmp.type) : writePorts(each.sport)),
    writeEnd('-d', each.dst, code ?? writePorts(each.dport)),
    writeInterface(each[interfaceField]),
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function writeEnd(option: '-s' | '-d', prefix: Prefix | undefined, ports: string | undefined): string {
  if (!prefix && ports === undefined) return ''
  const address = prefix ? formatPrefix(prefix) : '0.0.0.0/0'
  return ports === undefined ? `${option} ${address}` : `${option} ${address} ${ports}`
}

const writePorts = (ports: PlainCase['sport']): string | undefined =>
  ports && (ports.first === ports.last ? String(ports.first) : `${ports.first}:${ports.last}`)

/** Names that a shell and the tool take as they are. */
const INTERFACE = /^[A-Za-z][\w.:@-]{0,14}\+?$/

function writeInterface(test: InterfaceTest | undefined): string {
  if (!test) return ''
  if (!INTERFACE.test(test.pattern)) throw new LeftOut('the name of an interface cannot be written here.')
  return `-i ${test.negated ? '! ' : ''}${test.pattern}`
}

/** The target as words behind the options; empty for a rule that only counts. Throws LeftOut. */
export function writeTarget(
  { target }: Rule,
  chainName: (name: string) => string | undefined,
): { readonly text: string; readonly loss?: string } {
  switch (target.kind) {
    case 'accept':
      return { text: '-j ACCEPT' }
    case 'drop':
      return { text: '-j DENY' }
    case 'reject':
      return {
        text: '-j REJECT',
        ...(target.with !== 'icmp-port-unreachable' && {
          loss: 'What it rejects is answered "port unreachable" in this text.',
        }),
      }
    case 'return':
      return { text: '-j RETURN' }
    case 'jump': {
      const name = chainName(target.chain)
      if (name === undefined) throw new LeftOut('it jumps to a chain that is not in this text.')
      return { text: `-j ${name}` }
    }
    case 'masquerade':
      if (Object.keys(target.to).length > 0) throw new LeftOut('masquerading picks its ports itself here.')
      return { text: '-j MASQ' }
    case 'redirect': {
      const { ports, ...rest } = target.to
      if (Object.keys(rest).length > 0 || (ports && ports.first !== ports.last))
        throw new LeftOut('a redirection goes to one port here.')
      return { text: ports ? `-j REDIRECT ${ports.first}` : '-j REDIRECT' }
    }
    case 'log':
      return {
        text: '-l',
        ...(target.prefix !== '' && { loss: 'What its log line begins with is not in this text.' }),
      }
    case 'continue':
      return { text: '' }
    default:
      throw new LeftOut('its action has no spelling here.')
  }
}
