import { sortConditions } from '@/model/fields/cell'
import type { Condition, FieldId, FieldTest, Interval } from '@/model/fields/field'
import type { Family } from '@/model/packet/address'
import { icmpTypeRange } from '@/model/packet/icmp'
import { PROTOCOL } from '@/model/packet/packet'
import { readEnd, readStandardEnd } from './read-address'
import { readFlagWords } from './read-flags'
import { type Comparison, portsOf, readComparison, TTL } from './read-values'
import { Refusal } from './refusal'
import { DSCP, ICMP, PRECEDENCE, PROTOCOLS } from './spelling'
import { type Word, Words } from './words'

/** What an entry of a list says. */
export interface ReadEntry {
  readonly permit: boolean
  /** One of them has to hold; several where a group of services stands for several. */
  readonly alternatives: readonly (readonly Condition[])[]
  readonly log: boolean
  /** Options that are kept as they stand. */
  readonly opaque: readonly { readonly word: Word; readonly text: string }[]
}

/** Groups that entries may name. */
export interface Groups {
  network(name: Word): readonly Interval[]
  service(name: Word): readonly Service[]
}

/** What stands for a protocol: its number and ports, or a type of ICMP. */
export interface Service {
  /** Absent: any. */
  readonly protocol?: number | undefined
  readonly sport?: Comparison
  readonly dport?: Comparison
  readonly icmp?: Interval
}

/** Reads what stands behind the name of an extended list: `permit tcp any host 192.0.2.1 eq www`. Throws Refusal. */
export function readExtended(all: readonly Word[], family: Family, groups: Groups): ReadEntry {
  const words = new Words(all)
  const permit = readAction(words)
  const services = words.skip('object-group')
    ? groups.service(words.take() ?? lacking('The name of a group'))
    : [{ protocol: readProtocol(words.take(), family) }]
  const [only] = services.length === 1 ? services : []
  const src = readEnd(words, family, (name) => groups.network(name))
  const sport = readPorts(words, only)
  const dst = readEnd(words, family, (name) => groups.network(name))
  const dport = readPorts(words, only)
  const icmp = readIcmp(words, only, family)
  const options = readOptions(words, only)
  const ends: Condition[] = [
    ...(src ? [test('src', src)] : []),
    ...(dst ? [test('dst', dst)] : []),
    ...options.tests,
    ...options.opaque.map(({ text }): Condition => ({ kind: 'opaque', dialect: 'cisco-ios', text })),
  ]
  const alternatives = services.map((service) =>
    sortConditions([
      ...serviceTests({ ...service, ...sport, ...dport, ...icmp }, sport, dport, family),
      ...ends,
    ]),
  )
  return { permit, alternatives, log: options.log, opaque: options.opaque }

  function readPorts(from: Words, service: Service | undefined): Comparison | undefined {
    const { protocol } = service ?? {}
    const name = protocol === PROTOCOL.tcp ? 'tcp' : protocol === PROTOCOL.udp ? 'udp' : undefined
    const operator = from.rest[0]
    const read = readComparison(from, portsOf(name))
    if (read && name === undefined && protocol !== PROTOCOL.sctp)
      throw new Refusal('A port needs tcp or udp as the protocol.', operator)
    return read
  }
}

/** Reads an entry of a standard list, which looks at the source alone. Throws Refusal. */
export function readStandard(all: readonly Word[]): ReadEntry {
  const words = new Words(all)
  const permit = readAction(words)
  const src = readStandardEnd(words)
  const { log, opaque } = readOptions(words, undefined)
  if (opaque[0]) throw new Refusal(`${opaque[0].word.text} does not go with a standard list.`, opaque[0].word)
  return { permit, alternatives: [src ? [test('src', src)] : []], log, opaque: [] }
}

function lacking(what: string): never {
  throw new Refusal(`${what} is missing.`)
}

function readAction(words: Words): boolean {
  const word = words.take()
  const action = word?.text.toLowerCase()
  if (action === 'permit') return true
  if (action === 'deny') return false
  throw new Refusal(`${word?.text ?? 'Nothing'} is no action. Write permit or deny.`, word)
}

/** Undefined: any protocol. */
export function readProtocol(word: Word | undefined, family: Family): number | undefined {
  const name = word?.text.toLowerCase() ?? lacking('The protocol')
  if (name === (family === 4 ? 'ip' : 'ipv6')) return undefined
  if (name === 'icmp' && family === 6) return PROTOCOL.icmpv6
  const number = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined
  if (number !== undefined) return number
  if (/^\d{1,3}$/.test(name) && Number(name) <= 255) return Number(name)
  throw new Refusal(`${word?.text} is not a protocol. Write ip, tcp, udp, icmp or a number.`, word)
}

function serviceTests(
  service: Service,
  sport: Comparison | undefined,
  dport: Comparison | undefined,
  family: Family,
): FieldTest[] {
  const { protocol, icmp } = service
  const ports = { sport: sport ?? service.sport, dport: dport ?? service.dport }
  return [
    ...(protocol === undefined ? [] : [test('protocol', [{ first: protocol, last: protocol }])]),
    ...(['sport', 'dport'] as const).flatMap((field) => {
      const ported = ports[field]
      return ported ? [test(field, ported.intervals, ported.negated)] : []
    }),
    ...(icmp ? [test(family === 4 ? 'icmpType' : 'icmpv6Type', [icmp])] : []),
  ]
}

export function test(field: FieldId, intervals: readonly Interval[], negated = false): FieldTest {
  return { kind: 'test', field, negated, terms: intervals.map((each) => ({ kind: 'range', ...each })) }
}

/** A type of ICMP by name, or as a number with or without a code. */
export function readIcmp(
  words: Words,
  service: Service | undefined,
  family: Family,
): { readonly icmp?: Interval } {
  if (service?.protocol !== (family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6)) return {}
  const names = ICMP[family]
  const name = words.next
  if (name === undefined) return {}
  if (Object.hasOwn(names, name)) {
    words.take()
    return { icmp: icmpTypeRange(...(names[name] as [number, number?])) }
  }
  if (!/^\d{1,3}$/.test(name)) return {}
  const byte = () => {
    const word = words.take() as Word
    if (Number(word.text) > 255) throw new Refusal(`${word.text} is not a type or code of ICMP.`, word)
    return Number(word.text)
  }
  const type = byte()
  return { icmp: /^\d{1,3}$/.test(words.next ?? '') ? icmpTypeRange(type, byte()) : icmpTypeRange(type) }
}

/** Options that ask for what is not drawn, with how many words belong to them. */
const OPAQUE: Readonly<Record<string, number>> = {
  fragments: 0,
  'time-range': 1,
  reflect: 1,
  timeout: 1,
  option: 1,
  tos: 1,
  'flow-label': 1,
  routing: 0,
  'routing-type': 1,
  'dest-option': 0,
  'dest-option-type': 1,
  mobility: 0,
  'mobility-type': 1,
  auth: 0,
  hbh: 0,
  'undetermined-transport': 0,
}

/** Whether the text is one of the options that are kept as they stand, with its value. */
export function keepsOption(text: string): boolean {
  const [name = '', ...values] = text.split(' ')
  const plain = values.every((value) => /^[\w.-]+$/.test(value))
  return Object.hasOwn(OPAQUE, name) && values.length === OPAQUE[name] && plain && text.length <= 100
}

interface Options {
  readonly tests: readonly FieldTest[]
  readonly log: boolean
  readonly opaque: ReadEntry['opaque']
}

function readOptions(words: Words, service: Service | undefined): Options {
  const tests: FieldTest[] = []
  const opaque: { word: Word; text: string }[] = []
  let log = false
  for (let word = words.rest[0]; word; word = words.rest[0]) {
    const name = word.text.toLowerCase()
    const flags = readFlagWords(words)
    if (flags) {
      if (service?.protocol !== PROTOCOL.tcp)
        throw new Refusal(`${word.text} needs tcp as the protocol.`, word)
      tests.push(test('tcpFlags', flags))
      continue
    }
    words.take()
    if (name === 'log' || name === 'log-input') log = true
    else if (name === 'sequence') words.take()
    else if (name === 'ttl') {
      const ttl = readComparison(words, TTL)
      if (!ttl) throw new Refusal('ttl needs eq, neq, lt, gt or range after it.', word)
      tests.push(test('hopLimit', ttl.intervals, ttl.negated))
    } else if (name === 'dscp') tests.push(test('tos', [bits(words.take(), word, DSCP, 2)]))
    else if (name === 'precedence')
      tests.push(
        test('tos', [
          bits(words.take(), word, Object.fromEntries(PRECEDENCE.map((each, at) => [each, at])), 5),
        ]),
      )
    else if (Object.hasOwn(OPAQUE, name)) {
      const values = Array.from(
        { length: OPAQUE[name] ?? 0 },
        () => words.take()?.text ?? lacking(`The value of ${name}`),
      )
      opaque.push({ word, text: [name, ...values].join(' ') })
    } else throw new Refusal(`${word.text} is not read here: it is no option of an entry.`, word)
  }
  return { tests, log, opaque }
}

/** The upper bits of the type of service; the bits below do not matter. */
function bits(
  word: Word | undefined,
  of: Word,
  names: Readonly<Record<string, number>>,
  below: number,
): Interval {
  const name = word?.text.toLowerCase() ?? lacking(`The value of ${of.text}`)
  const value = Object.hasOwn(names, name) ? names[name] : /^\d{1,2}$/.test(name) ? Number(name) : undefined
  if (value === undefined || value >= 256 >> below)
    throw new Refusal(`${word?.text} is no value of ${of.text}.`, word)
  return { first: value << below, last: (value << below) + (1 << below) - 1 }
}
