import type { Condition, Term } from '@/model/fields/field'
import { familyInterval } from '@/model/fields/intervals'
import { flagTerms } from '@/model/fields/tcp-flags'
import { type Family, familyOf, parseAddress } from '@/model/packet/address'
import { ICMP_NAMES, parseIcmpType } from '@/model/packet/icmp'
import { TCP_FLAG } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import { test } from './match-group'
import type { ReadMatch } from './parse-match'
import { refuse } from './refuse'
import type { OptionUse } from './rule-syntax'
import { portsByNumber } from './service-names'
import { FLAG_SPELLING, MULTIPORT_SLOTS, SIX_FLAGS } from './spelling'
import type { Word } from './words'

const FLAG_OPTIONS = ['--syn', '--tcp-flags']
const MULTIPORT_PROTOCOLS = [6, 17, 33, 132, 136]

/** Reads one option of a match that needs its protocol, or of ranges; false where it is to be kept as text. */
export function readTransportOption(
  use: OptionUse,
  matches: readonly OptionUse[],
  family: Family,
  protocol: ReadMatch['protocol'],
  tests: Condition[],
): boolean {
  const value = use.values[0] as Word
  const plain = (number: number) => protocol?.number === number && !protocol.negated
  const ports = (text: string, word: Word): Term => {
    if (/^\d*-\d*$/.test(text))
      refuse(`${text} is not a port. A range has a colon: ${text.replace('-', ':')}.`, word)
    const range = parsePortRange(portsByNumber(text))
    if (!range.ok) refuse(range.diagnostics[0]?.message ?? `${text} is not a port.`, word)
    return { kind: 'range', ...range.value }
  }
  switch (`${use.owner.name} ${use.name}`) {
    case 'tcp --sport':
    case 'tcp --dport':
    case 'udp --sport':
    case 'udp --dport':
    case 'sctp --sport':
    case 'sctp --dport': {
      const wanted = { tcp: 6, udp: 17, sctp: 132 }[use.owner.name as 'tcp' | 'udp' | 'sctp']
      if (!plain(wanted)) refuse(`${use.name} of -m ${use.owner.name} needs -p ${use.owner.name}.`, use.word)
      tests.push(test(use.name === '--sport' ? 'sport' : 'dport', use.negated, [ports(value.text, value)]))
      return true
    }
    case 'multiport --sports':
    case 'multiport --dports':
    case 'multiport --ports': {
      if (!protocol || protocol.negated || !MULTIPORT_PROTOCOLS.includes(protocol.number))
        refuse('-m multiport needs -p tcp, udp, udplite, sctp or dccp.', use.word)
      const parts = value.text.split(',')
      const slots = parts.reduce((sum, part) => sum + (part.includes(':') ? 2 : 1), 0)
      if (slots > MULTIPORT_SLOTS)
        refuse(`${slots} ports are too many. ${MULTIPORT_SLOTS} fit; a range takes two.`, value)
      const terms = parts.map((part) => ports(part, value))
      if (use.name === '--ports') {
        const ends = [test('sport', use.negated, terms), test('dport', use.negated, terms)]
        tests.push(...(use.negated ? ends : [{ kind: 'either' as const, tests: ends }]))
      } else tests.push(test(use.name === '--sports' ? 'sport' : 'dport', use.negated, terms))
      return true
    }
    case 'tcp --syn':
    case 'tcp --tcp-flags': {
      if (!plain(6)) refuse(`${use.name} needs -p tcp.`, use.word)
      if (
        matches.some(
          (other) => other !== use && other.owner === use.owner && FLAG_OPTIONS.includes(other.name),
        )
      )
        refuse('--syn and --tcp-flags: the tool takes one of them.', use.word)
      const mask = use.name === '--syn' ? flags('FIN,SYN,RST,ACK', use.word) : flags(value.text, value)
      const wanted =
        use.name === '--syn' ? TCP_FLAG.SYN : flags(use.values[1]?.text ?? '', use.values[1] as Word)
      // Every packet, or none: a flag is wanted that is not looked at.
      const every = (wanted & ~mask) !== 0 ? use.negated : mask === 0 ? !use.negated : undefined
      if (every === true) return true
      tests.push(
        every === false
          ? test('tcpFlags', true, [{ kind: 'range', first: 0, last: 255 }])
          : test('tcpFlags', use.negated, flagTerms({ mask, value: wanted })),
      )
      return true
    }
    case 'icmp --icmp-type':
    case 'icmp6 --icmpv6-type': {
      const of = use.owner.name === 'icmp' ? 4 : 6
      if (!plain(of === 4 ? 1 : 58)) refuse(`${use.name} needs -p ${of === 4 ? 'icmp' : 'icmpv6'}.`, use.word)
      if (of === 4 && value.text.toLowerCase() === 'any') {
        if (use.negated) tests.push(test('icmpType', true, [{ kind: 'range', first: 0, last: 65535 }]))
        return true
      }
      const range = readIcmpType(of, value.text)
      if (!range)
        refuse(
          `${value.text} is not a type of ${of === 4 ? 'ICMP' : 'ICMPv6'}. Write echo-request, 8 or 3/3.`,
          value,
        )
      tests.push(test(of === 4 ? 'icmpType' : 'icmpv6Type', use.negated, [{ kind: 'range', ...range }]))
      return true
    }
    case 'iprange --src-range':
    case 'iprange --dst-range': {
      const [firstText = '', lastText = firstText] = value.text.split('-')
      const first = parseAddress(firstText)
      const last = parseAddress(lastText)
      if (!first.ok || !last.ok)
        refuse(`${value.text} is not a range of addresses, such as 10.0.0.1-10.0.0.9.`, value)
      if (familyOf(first.value) !== family || familyOf(last.value) !== family)
        refuse(`${value.text} is not of the family of this text.`, value)
      const field = use.name === '--src-range' ? 'src' : 'dst'
      const all = familyInterval(familyOf(first.value))
      // A range that runs backwards holds no address: it never matches, its negation always.
      if (first.value <= last.value)
        tests.push(test(field, use.negated, [{ kind: 'range', first: first.value, last: last.value }]))
      else if (!use.negated) tests.push(test(field, true, [{ kind: 'range', ...all }]))
      return true
    }
    default:
      return false
  }
}

function flags(text: string, word: Word): number {
  const upper = text.toUpperCase()
  if (upper === 'ALL') return SIX_FLAGS
  if (upper === 'NONE') return 0
  let byte = 0
  for (const part of upper.split(',')) {
    const name = FLAG_SPELLING.find((flag) => flag === part)
    if (part === 'ALL') byte |= SIX_FLAGS
    else if (name) byte |= TCP_FLAG[name]
    else if (part !== 'NONE')
      refuse(`${part || 'Nothing'} is not a TCP flag. Write ${FLAG_SPELLING.join(', ')}, ALL or NONE.`, word)
  }
  return byte
}

/** Names may be cut short where only one begins so. */
function readIcmpType(family: Family, text: string): { first: number; last: number } | undefined {
  const exact = parseIcmpType(family, text)
  if (exact.ok) return exact.value
  const [only, ...others] = ICMP_NAMES[family].filter(({ name }) => name.startsWith(text.toLowerCase()))
  const named = only && others.length === 0 ? parseIcmpType(family, only.name) : undefined
  return named?.ok ? named.value : undefined
}
