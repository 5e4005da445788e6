import { unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { flagTerms } from '@/model/fields/tcp-flags'
import { TCP_FLAG } from '@/model/packet/packet'
import { LeftOut } from '../left-out'
import type { PlainTest } from '../plain-terms'
import { isTcp, type MatchGroup, type NamedProtocol, type ReadOption, test } from './match-group'
import type { OptionUse } from './rule-syntax'
import { writeWord } from './words'
import { isInterfaceName } from './write-names'

const PACKET_TYPES = ['unicast', 'broadcast', 'multicast', 'otherhost']
const TYPE_ALIASES: Readonly<Record<string, string>> = {
  host: 'unicast',
  bcast: 'broadcast',
  mcast: 'multicast',
}

/** Bits of congestion notification in the type of service (RFC 3168 section 5). */
const ECN_BITS = 0x03

/** -m pkttype, ecn, physdev, frag. */
export const linkMatches: MatchGroup = {
  read: (use, { siblings, protocol }) => {
    switch (use.owner.name) {
      case 'pkttype':
        return use.name === '--pkt-type' ? readPacketType(use) : undefined
      case 'ecn':
        return readEcn(use, protocol)
      case 'physdev':
        return readPhysdev(use)
      case 'frag':
        return readFrag(use, siblings)
      default:
        return undefined
    }
  },
  fields: ['packetType', 'physIn', 'physOut', 'fragment'],
  write: (plain, family) => {
    if (plain.field === 'packetType') return writePacketType(plain)
    return plain.field === 'fragment' ? [writeFragment(plain, family)] : writePhysdev(plain)
  },
}

function readPacketType({ values, negated }: OptionUse): ReadOption {
  const text = values[0]?.text.toLowerCase() ?? ''
  const type = PACKET_TYPES.indexOf(TYPE_ALIASES[text] ?? text)
  if (type < 0) return `${text} is not a type of frame. Write unicast, broadcast or multicast.`
  return test('packetType', negated, [{ kind: 'range', first: type, last: type }])
}

function readEcn({ name, values, negated }: OptionUse, protocol: NamedProtocol): ReadOption {
  const bit = { '--ecn-tcp-cwr': TCP_FLAG.CWR, '--ecn-tcp-ece': TCP_FLAG.ECE }[name]
  if (bit && !isTcp(protocol)) return `${name} needs -p tcp.`
  if (bit) return test('tcpFlags', negated, flagTerms({ mask: bit, value: bit }))
  if (name !== '--ecn-ip-ect') return undefined
  const text = values[0]?.text ?? ''
  if (!/^(0x)?[0-3]$/i.test(text)) return `${text} is not a codepoint of ECN from 0 to 3.`
  const bytes = Array.from({ length: 64 }, (_, each) => each * 4 + (Number(text) & ECN_BITS))
  return test(
    'tos',
    negated,
    bytes.map((byte) => ({ kind: 'range', first: byte, last: byte })),
  )
}

/** What is not about the name of a port is kept: nothing here bridges. */
function readPhysdev({ name, values, negated }: OptionUse): ReadOption {
  const field = { '--physdev-in': 'physIn', '--physdev-out': 'physOut' }[name] as
    | 'physIn'
    | 'physOut'
    | undefined
  const pattern = values[0]?.text ?? ''
  if (!field || pattern === '+') return undefined
  if (!isInterfaceName(pattern))
    return `"${pattern}" is not an interface name. It has 1 to 15 characters and no spaces.`
  return test(field, negated, [{ kind: 'name', pattern }])
}

/** Parts of a packet, as the field numbers them, that each option of -m frag takes. */
const PARTS: Readonly<Record<string, readonly [number, number]>> = {
  '--fragfirst': [1, 1],
  '--fragmore': [1, 2],
  '--fraglast': [3, 3],
}

function readFrag(use: OptionUse, siblings: readonly OptionUse[]): ReadOption {
  const alone = use.name === '-m' && siblings.length === 1
  const [first, last] = alone ? [1, 3] : (PARTS[use.name] ?? [])
  if (
    siblings.some(({ name }) => name !== use.name && name !== '-m' && name !== '--fragfirst') &&
    use.name === '--fragmore'
  )
    return '--fragmore and --fraglast do not go together.'
  if (use.negated && use.name in PARTS) return `${use.name} takes no "!".`
  if (first === undefined || last === undefined) return use.name === '-m' ? [] : undefined
  return test('fragment', false, [{ kind: 'range', first, last }])
}

function writePacketType({ intervals, negated }: PlainTest): string[] {
  const types = unionIntervals(intervals).flatMap(({ first, last }) =>
    PACKET_TYPES.slice(Number(first), Number(last) + 1),
  )
  if (!negated) return types.map((type) => `-m pkttype --pkt-type ${type}`)
  return [types.map((type) => `-m pkttype ! --pkt-type ${type}`).join(' ')]
}

function writePhysdev({ field, patterns, negated }: PlainTest): string[] {
  const option = field === 'physIn' ? '--physdev-in' : '--physdev-out'
  if (!patterns.every(isInterfaceName)) throw new LeftOut('the name of an interface cannot be written here.')
  const names = patterns.map(writeWord)
  if (!negated) return names.map((name) => `-m physdev ${option} ${name}`)
  return [names.map((name) => `-m physdev ! ${option} ${name}`).join(' ')]
}

function writeFragment({ intervals, negated, field }: PlainTest, family: 4 | 6): string {
  const parts = unionIntervals(intervals)
    .map(({ first, last }) => `${first}-${last}`)
    .join()
  if (family === 4 && parts === '2-3') return negated ? '! -f' : '-f'
  if (family === 4 && parts === '0-1') return negated ? '-f' : '! -f'
  if (family === 6 && !negated && parts === '1-3') return '-m frag'
  const option = Object.entries(PARTS).find(([, [first, last]]) => parts === `${first}-${last}`)?.[0]
  if (family === 4 || negated || !option)
    throw new LeftOut(`such a ${fieldOf(field).label} has no spelling here.`)
  return `-m frag ${option}`
}
