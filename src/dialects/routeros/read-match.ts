import { sortConditions } from '@/model/fields/cell'
import { CT_STATUS } from '@/model/fields/connection'
import { ctStateTerms } from '@/model/fields/ct-state'
import {
  ADDRESS_TYPES,
  type AddressType,
  type Condition,
  CT_STATES,
  type CtState,
  type FieldId,
  type FieldTest,
  type Interval,
  type Term,
} from '@/model/fields/field'
import { familyInterval } from '@/model/fields/intervals'
import { flagTerms } from '@/model/fields/tcp-flags'
import type { Family } from '@/model/packet/address'
import { PROTOCOL, TCP_FLAG } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import type { DiagnosticKind } from '@/model/result'
import { addCondition } from '../add-condition'
import { type NamedLists, readAddresses } from './lists'
import { FLAG_NAMES, OTHER_CONDITIONS, PORT_SLOTS, readProtocol } from './spelling'
import { type Word, writeValue } from './words'

export interface Remark {
  readonly kind: DiagnosticKind
  readonly message: string
  readonly word: Word
}

/** Conditions of one line. `port` asks either port, which takes a second rule. */
export interface ReadMatch {
  readonly alternatives: readonly (readonly Condition[])[]
  /** What `protocol=` says, where it names one. */
  readonly protocol: number | undefined
  /** All conditions that are kept hold for every packet that is drawn. */
  readonly holds: boolean
  readonly remarks: readonly Remark[]
}

interface Place {
  readonly family: Family
  readonly lists: NamedLists
}

/** A property taken apart: `dst-port=!80` is negated. */
interface Property {
  readonly word: Word
  readonly negated: boolean
  readonly text: string
}

type Read = { readonly conditions: readonly Condition[] } | { readonly wrong: string } | 'unknown'

const PORT_CARRIERS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite, 33]

/** Kept conditions that hold where there is no IPsec and no hotspot. */
const HOLDS = /^ipsec-policy=(in|out),none$|^hotspot=!(auth|from-client|http|local-dst|to-client)$/

export const isCondition = (key: string) => key in READERS || key === 'port' || OTHER_CONDITIONS.has(key)

export function readMatch(words: readonly Word[], place: Place): ReadMatch {
  const remarks: Remark[] = []
  const conditions: Condition[] = []
  const kept: boolean[] = []
  const said = new Map(words.map((word) => [word.key, word.value]))
  const protocolText = said.get('protocol') ?? ''
  const protocol = protocolText.startsWith('!') ? undefined : readProtocol(protocolText)
  let either: Property | undefined
  for (const word of words) {
    const { key = '' } = word
    const negated = word.value.startsWith('!')
    const property = { word, negated, text: negated ? word.value.slice(1) : word.value }
    const say = (kind: DiagnosticKind, message: string) => remarks.push({ kind, message, word })
    if (/^(port|src-port|dst-port|any-port)$/.test(key) && !PORT_CARRIERS.includes(protocol ?? -1)) {
      say('syntax-error', `${key} needs a protocol with ports. Write protocol=tcp or protocol=udp.`)
      continue
    }
    if (key === 'tcp-flags' && protocol !== PROTOCOL.tcp) {
      say('syntax-error', 'tcp-flags needs protocol=tcp.')
      continue
    }
    if (key === 'icmp-options' && protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmpv6) {
      say('syntax-error', 'icmp-options needs protocol=icmp or protocol=icmpv6.')
      continue
    }
    if (key === 'port') {
      either = property
      continue
    }
    const reader = READERS[key]
    const read = reader ? reader(property, place) : 'unknown'
    if (read !== 'unknown' && 'wrong' in read) say('syntax-error', read.wrong)
    else if (read !== 'unknown') conditions.push(...read.conditions)
    else {
      conditions.push({ kind: 'opaque', dialect: 'routeros', text: `${key}=${writeValue(word.value)}` })
      const holds = HOLDS.test(`${key}=${word.value}`)
      kept.push(holds)
      if (holds) say('note', `${word.raw} is kept as it stands and taken to match: nothing like it is drawn.`)
      else say('approximated', `${word.raw} is kept as it stands and assumed not to match.`)
    }
    const list = /^(in|out)-interface-list$/.test(key) ? place.lists.interfacesOf(property.text) : undefined
    if (list?.guessed)
      say('note', `The list ${property.text} is not in the text: taken for ${list.names.join(', ')}.`)
  }
  const more = either ? eitherPort(either) : [[]]
  if (either && more.length === 0)
    remarks.push({ kind: 'syntax-error', message: wrongPorts(either.text), word: either.word })
  return {
    alternatives: more.map((ports) =>
      sortConditions([...conditions, ...ports].reduce<Condition[]>(addCondition, [])),
    ),
    protocol,
    holds: kept.length > 0 && kept.every(Boolean),
    remarks,
  }
}

function test(field: FieldId, negated: boolean, intervals: readonly Interval[]): Read {
  return {
    conditions: [
      { kind: 'test', field, negated, terms: intervals.map((each) => ({ kind: 'range' as const, ...each })) },
    ],
  }
}

const READERS: Readonly<Record<string, (property: Property, place: Place) => Read>> = {
  protocol: ({ negated, text }) => {
    const number = readProtocol(text)
    return number === undefined
      ? { wrong: `${text || 'Nothing'} is not a protocol. Write tcp, udp, icmp or a number.` }
      : test('protocol', negated, [{ first: number, last: number }])
  },
  'src-address': (property, place) => readAddress('src', property, place),
  'dst-address': (property, place) => readAddress('dst', property, place),
  'src-address-list': (property, place) => readAddressList('src', property, place),
  'dst-address-list': (property, place) => readAddressList('dst', property, place),
  'src-port': (property) => readPorts('sport', property),
  'dst-port': (property) => readPorts('dport', property),
  'src-address-type': (property) => readTypes('srcType', property),
  'dst-address-type': (property) => readTypes('dstType', property),
  'in-interface': (property) => readInterface('iif', property),
  'out-interface': (property) => readInterface('oif', property),
  'in-interface-list': (property, place) => readInterfaceList('iif', property, place),
  'out-interface-list': (property, place) => readInterfaceList('oif', property, place),
  'connection-state': ({ negated, text }) => {
    const states = text.split(',')
    const odd = states.find((state) => !CT_STATES.includes(state as CtState))
    return odd === undefined
      ? {
          conditions: [
            { kind: 'test', field: 'ctState', negated, terms: ctStateTerms(...(states as CtState[])) },
          ],
        }
      : { wrong: `${odd || 'Nothing'} is not a connection state. Write ${CT_STATES.join(', ')}.` }
  },
  'connection-nat-state': ({ negated, text }) => readNatState(negated, text),
  'packet-size': ({ negated, text }) => {
    const range = numberRange(text, 65535)
    return range ? test('length', negated, [range]) : { wrong: `${text} is no size from 0 to 65535.` }
  },
  dscp: ({ negated, text }) => {
    const value = numberRange(text, 63)
    return value && value.first === value.last
      ? test('tos', negated, [{ first: value.first * 4, last: value.first * 4 + 3 }])
      : { wrong: `${text} is no DSCP from 0 to 63.` }
  },
  ttl: ({ text }) => readHops(text),
  'hop-limit': ({ text }) => readHops(text),
  'tcp-flags': ({ negated, text }) => readFlags(negated, text),
  'icmp-options': ({ negated, text }, { family }) => readIcmp(negated, text, family),
}

/** Of a connection that is translated; "!" holds for packets of no connection too. */
function readNatState(negated: boolean, text: string): Read {
  const words = text.split(',')
  const terms = words.flatMap((word): Term[] =>
    word === 'srcnat' || word === 'dstnat' ? [natTerm(word === 'srcnat' ? 'snat' : 'dnat')] : [],
  )
  if (terms.length < words.length)
    return { wrong: `${text || 'Nothing'} is no translation. Write srcnat or dstnat.` }
  const status: FieldTest = { kind: 'test', field: 'ctStatus', negated, terms }
  return { conditions: [negated ? { kind: 'either', tests: [WITHOUT_CONNECTION, status] } : status] }
}

const natTerm = (word: 'snat' | 'dnat'): Term => ({
  kind: 'masked',
  bits: CT_STATUS[word],
  mask: CT_STATUS[word],
})

/** Packets without a connection: they are INVALID or UNTRACKED, and no others are. */
export const WITHOUT_CONNECTION: FieldTest = {
  kind: 'test',
  field: 'ctState',
  negated: false,
  terms: ctStateTerms('invalid', 'untracked'),
}

function readAddress(field: 'src' | 'dst', { negated, text }: Property, { family }: Place): Read {
  const interval = readAddresses(text)
  if (!interval) return { wrong: `${text || 'Nothing'} is no address, prefix or range of addresses.` }
  const isOther = (typeof interval.first === 'bigint') !== (family === 6)
  return isOther ? { wrong: `${text} is of the other address family.` } : test(field, negated, [interval])
}

function readAddressList(field: 'src' | 'dst', { negated, text }: Property, { family, lists }: Place): Read {
  const known = lists.addressesOf(family, text)
  if (!known) return 'unknown'
  if (known.length > 0) return test(field, negated, known)
  // An empty list holds nobody: the rule never matches, or asks nothing.
  return negated ? { conditions: [] } : test(field, true, [familyInterval(family)])
}

function readInterface(field: 'iif' | 'oif', { negated, text }: Property): Read {
  // These stand for all interfaces of a kind; a "+" at the end means something else to us.
  if (/^all-(ethernet|ppp|vlan|wireless)$/.test(text) || text.endsWith('+')) return 'unknown'
  return text === ''
    ? { wrong: 'The name of the interface is missing.' }
    : { conditions: [{ kind: 'test', field, negated, terms: [{ kind: 'name', pattern: text }] }] }
}

function readInterfaceList(field: 'iif' | 'oif', { negated, text }: Property, { lists }: Place): Read {
  if (text === 'all' && !negated) return { conditions: [] }
  const list = lists.interfacesOf(text)
  if (!list || list.names.some((name) => name.endsWith('+'))) return 'unknown'
  const terms = list.names.map((pattern) => ({ kind: 'name' as const, pattern }))
  return { conditions: [{ kind: 'test', field, negated, terms }] }
}

function portIntervals(text: string): Interval[] | undefined {
  const ranges = text.split(',').map((part) => (/^\d+(-\d+)?$/.test(part) ? parsePortRange(part) : undefined))
  const slots = text.split(/[,-]/).length
  if (slots > PORT_SLOTS) return undefined
  return ranges.every((range) => range?.ok)
    ? ranges.flatMap((range) => (range?.ok ? [range.value] : []))
    : undefined
}

const wrongPorts = (text: string) =>
  `${text || 'Nothing'} is no list of ports. Write up to ${PORT_SLOTS} such as 80,443,8000-8080.`

function readPorts(field: 'sport' | 'dport', { negated, text }: Property): Read {
  const intervals = portIntervals(text)
  return intervals ? test(field, negated, intervals) : { wrong: wrongPorts(text) }
}

/** `port=` matches where one of the two ports is listed, `port=!` where neither is. The second rule is for the rest. */
function eitherPort({ negated, text }: Property): Condition[][] {
  const intervals = portIntervals(text)
  if (!intervals) return []
  const terms = intervals.map((each) => ({ kind: 'range' as const, ...each }))
  const on = (field: FieldId, not: boolean): Condition => ({ kind: 'test', field, negated: not, terms })
  return negated
    ? [[on('sport', true), on('dport', true)]]
    : [[on('dport', false)], [on('sport', false), on('dport', true)]]
}

function readTypes(field: 'srcType' | 'dstType', { negated, text }: Property): Read {
  const types = text.split(',')
  if (types.some((type) => /^(blackhole|prohibit|unreachable)$/.test(type))) return 'unknown'
  const numbers = types.map((type) => ADDRESS_TYPES.indexOf(type as AddressType))
  return numbers.some((number) => number < 0)
    ? { wrong: `${text || 'Nothing'} is no type of address. Write local, unicast, broadcast or multicast.` }
    : test(
        field,
        negated,
        numbers.map((number) => ({ first: number, last: number })),
      )
}

function numberRange(text: string, last: number): { first: number; last: number } | undefined {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (!found) return undefined
  const range = { first: Number(found[1]), last: Number(found[2] ?? found[1]) }
  return range.first <= range.last && range.last <= last ? range : undefined
}

/** `equal:64`, `greater-than:1`, `less-than:5`, `not-equal:64`. */
function readHops(text: string): Read {
  const [, how = '', digits = ''] = /^!?(equal|not-equal|greater-than|less-than):(\d{1,3})$/.exec(text) ?? []
  const value = Number(digits)
  if (how === '' || value > 255)
    return { wrong: `${text} is no test of the hop limit. Write equal:64 or less-than:5.` }
  if (how === 'equal' || how === 'not-equal')
    return test('hopLimit', how === 'not-equal', [{ first: value, last: value }])
  const interval = how === 'less-than' ? { first: 0, last: value - 1 } : { first: value + 1, last: 255 }
  return interval.first > interval.last
    ? test('hopLimit', true, [{ first: 0, last: 255 }])
    : test('hopLimit', false, [interval])
}

/** All that are named must be set, those with "!" must not be. */
function readFlags(negated: boolean, text: string): Read {
  let mask = 0
  let value = 0
  // A "!" in front belongs to the first flag alone.
  for (const word of `${negated ? '!' : ''}${text}`.split(',')) {
    const name = word.replace(/^!/, '')
    const bit = TCP_FLAG[FLAG_NAMES.find(([own]) => own === name)?.[1] ?? 'FIN']
    if (!FLAG_NAMES.some(([own]) => own === name)) return { wrong: `${word || 'Nothing'} is no TCP flag.` }
    mask |= bit
    value = word.startsWith('!') ? value & ~bit : value | bit
  }
  return {
    conditions: [{ kind: 'test', field: 'tcpFlags', negated: false, terms: flagTerms({ mask, value }) }],
  }
}

/** `8:0`, `3:0-255`; a bare type means any code. */
function readIcmp(negated: boolean, text: string, family: Family): Read {
  const field = family === 4 ? 'icmpType' : 'icmpv6Type'
  const [, type = '', first = '0', last = type === text ? '255' : first] =
    /^(\d{1,3})(?::(\d{1,3})(?:-(\d{1,3}))?)?$/.exec(text) ?? []
  const [from, to] = [Number(type) * 256 + Number(first), Number(type) * 256 + Number(last)]
  return type === '' || Number(type) > 255 || Number(last) > 255 || from > to
    ? {
        wrong: `${text || 'Nothing'} is no type of ICMP. Write the type and its codes, such as 8:0 or 3:0-255.`,
      }
    : test(field, negated, [{ first: from, last: to }])
}
