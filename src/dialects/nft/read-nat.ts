import type { IpAddress } from '@/model/packet/address'
import type { MapEntry, NatTo, PlainTarget, Target } from '@/model/ruleset/ruleset'
import { type FindSet, readKeys, readMapSide } from './comparison'
import { type Cursor, NftError } from './cursor'
import { DATATYPES, type Datatype, readInterval } from './datatypes'
import { type Key, readKey } from './keys'
import type { Token } from './lexer'
import { entryTerms, fieldsIn, requireRows, restLast, rowsOf } from './read-match'
import type { RuleBuilder } from './rule-builder'
import { type Parts, readParts, type Value, valueText } from './values'

type Kind = 'snat' | 'dnat' | 'masquerade' | 'redirect'

/** What a statement translates to, before it is known which family. */
interface Destination {
  readonly address?: Value
  readonly port?: Value
  /** A map that says it, of the address, of the port, or of both. */
  readonly map?: { readonly keys: readonly Key[]; readonly elements: ReturnType<typeof readMapSide> }
  readonly mapGives?: 'address' | 'port'
}

/**
 * Reads what follows `snat`, `dnat`, `masquerade` or `redirect`. Undefined: it is kept as text. Throws NftError where nft
 * refuses it. Source: nft(8), "NAT STATEMENTS".
 */
export function readNat(cursor: Cursor, kind: Kind, builder: RuleBuilder, find: FindSet): Target | undefined {
  const start = cursor.last()
  const family = cursor.is('ip') || cursor.is('ip6') ? (cursor.next().text === 'ip' ? 4 : 6) : undefined
  const prefix = cursor.accept('prefix')
  const destination = cursor.accept('to') ? readDestination(cursor, find) : undefined
  const flags = readFlags(cursor)
  if (flags.has('persistent'))
    builder.remark(
      'note',
      '"persistent" gives a client the same address each time, as happens here anyway.',
      start,
    )
  const random = flags.has('random') || flags.has('fully-random')
  const needsAddress = kind === 'snat' || kind === 'dnat'
  if (needsAddress && !destination)
    throw new NftError(`${kind} needs an address to translate to: "${kind} to 192.168.1.10".`, start)
  if (family !== undefined) builder.requireFamily(family, start)
  const gives = destination?.address !== undefined || destination?.mapGives === 'address'
  if (gives && builder.family === undefined)
    throw new NftError(`In a table of family inet the address has its family: "${kind} ip to ...".`, start)
  if (gives && !needsAddress) throw new NftError(`${kind} takes a port alone.`, start)
  if (prefix) return undefined
  const read = new DestinationReader(builder, kind, random, start)
  return destination?.map ? read.mapped(destination, destination.map) : read.plain(destination ?? {})
}

function readFlags(cursor: Cursor): Set<string> {
  const known = new Set(['random', 'fully-random', 'persistent'])
  const found = new Set<string>()
  while (cursor.isOneOf(known)) {
    found.add(cursor.next().text)
    if (!cursor.accept(',')) break
  }
  return found
}

function readDestination(cursor: Cursor, find: FindSet): Destination {
  if (cursor.accept(':')) return { ...readPort(cursor, find) }
  const key = readKey(cursor)
  if (key) return { map: readMap(cursor, key, find), mapGives: 'address' }
  const address = readAddress(cursor)
  if (cursor.accept('.')) {
    const [port] = readParts(cursor)
    return port ? { address, port } : { address }
  }
  return cursor.accept(':') ? { address, ...readPort(cursor, find) } : { address }
}

/** `10.0.0.1`, `10.0.0.1-10.0.0.5`, `[2001:db8::1]`. */
function readAddress(cursor: Cursor): Value {
  const token = cursor.peek()
  const one = (): Value => {
    const bracket = cursor.accept('[')
    const word: Value = { kind: 'word', token: cursor.word('an address') }
    if (bracket) cursor.expect(']')
    return word
  }
  const first = one()
  if (cursor.accept('-')) return { kind: 'range', first, last: one(), token }
  if (cursor.is('/')) {
    cursor.next()
    return { kind: 'slash', value: first, mask: { kind: 'word', token: cursor.word('a length') }, token }
  }
  return first
}

function readPort(cursor: Cursor, find: FindSet): Pick<Destination, 'port' | 'map' | 'mapGives'> {
  const key = readKey(cursor)
  if (key) return { map: readMap(cursor, key, find), mapGives: 'port' }
  const [port, ...others] = readParts(cursor)
  if (!port || others.length > 0)
    throw new NftError('A port or a range of ports belongs here.', cursor.last())
  return { port }
}

function readMap(cursor: Cursor, first: Key, find: FindSet): NonNullable<Destination['map']> {
  const keys = readKeys(cursor, first)
  cursor.expect('map', '"map" and what it holds')
  return { keys, elements: readMapSide(cursor, find) }
}

/** Puts addresses and ports into a target. */
class DestinationReader {
  readonly #builder: RuleBuilder
  readonly #kind: Kind
  readonly #random: boolean
  readonly #token: Token

  constructor(builder: RuleBuilder, kind: Kind, random: boolean, token: Token) {
    this.#builder = builder
    this.#kind = kind
    this.#random = random
    this.#token = token
  }

  plain({ address, port }: Destination): Target {
    if (port) this.#needProtocol()
    return this.#target(address, port)
  }

  /** Undefined: the model has no field for a key. */
  mapped(to: Destination, { keys, elements }: NonNullable<Destination['map']>): Target | undefined {
    const rows = rowsOf(keys)
    if (!rows) return undefined
    requireRows(this.#builder, rows, keys)
    const entries = restLast(elements).flatMap(({ key, data, token }): MapEntry[] | undefined[] => {
      if (!data) throw new NftError('The map holds no addresses or ports.', token)
      const target = this.#mappedTo(to, data)
      const ways = entryTerms(rows, key, undefined)
      return ways ? ways.map((way) => ({ key: way, target })) : [undefined]
    })
    const fields = fieldsIn(rows)
    const known = entries.flatMap((entry) => entry ?? [])
    return known.length === entries.length ? { kind: 'map', fields, entries: known } : undefined
  }

  #mappedTo(to: Destination, data: Parts): PlainTarget {
    const [first, second, ...others] = data
    if (!first || others.length > 0) throw new NftError('The map holds too many values.', this.#token)
    if (to.mapGives === 'port') {
      this.#needProtocol()
      if (second)
        throw new NftError(`${valueText(second)} is one value too many: a port belongs here.`, second.token)
      return this.#target(to.address, first)
    }
    if (second) this.#needProtocol()
    return this.#target(first, second)
  }

  #target(address: Value | undefined, port: Value | undefined): PlainTarget {
    const to: NatTo = {
      ...(address ? { addresses: this.#addresses(address) } : {}),
      ...(port ? { ports: this.#ports(port) } : {}),
      ...(this.#random ? { random: true } : {}),
    }
    return { kind: this.#kind, to }
  }

  #addresses(value: Value): NonNullable<NatTo['addresses']> {
    const type: Datatype = this.#builder.family === 6 ? DATATYPES.ipv6 : DATATYPES.ipv4
    const { first, last } = readInterval(type, value)
    return { first: first as IpAddress, last: last as IpAddress }
  }

  #ports(value: Value): NonNullable<NatTo['ports']> {
    const { first, last } = readInterval(DATATYPES.port, value)
    return { first: Number(first), last: Number(last) }
  }

  #needProtocol(): void {
    if (this.#builder.protocol === undefined)
      throw new NftError(
        'A port is translated only where the rule asks for the protocol before, such as "tcp dport 80".',
        this.#token,
      )
  }
}
