import { familyOf, fromInteger, type IpAddress, toInteger } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import type { NatTo } from '@/model/ruleset/ruleset'
import { type ConntrackTable, isTaken } from '../conntrack/table'
import { invertTuple, isIcmp, type Tuple } from '../conntrack/tuple'
import type { Half } from './half'
import { IDENTIFIERS, type Pool, portClass, RANDOM_POOL, randomFree } from './ports'

export interface TupleSearch {
  readonly table: ConntrackTable
  /** Id of the connection that looks for a tuple. */
  readonly entry: number
  readonly nowMs: number
  readonly random: () => number
}

const WITH_PORTS: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite])

/**
 * The tuple that the connection gets on the far side of the translation: addresses as asked for, the port kept if nobody
 * else has the tuple, else another one [B1-B4, B15]. A destination keeps its port unless the rule names ports. Undefined
 * where every port is taken [B5]; that can only be seen where ports may be changed.
 */
export function uniqueTuple(search: TupleSearch, current: Tuple, half: Half, to: NatTo): Tuple | undefined {
  const wanted = withAddress(current, half, to.addresses)
  if (half === 'destination') return destinationPort(search, wanted, to)
  const isFree = (tuple: Tuple) => !isTaken(search.table, invertTuple(tuple), search.nowMs, search.entry)
  const withPort = (port: number): Tuple => ({ ...wanted, sport: port })
  const hasPort = WITH_PORTS.has(wanted.protocol) || isIcmp(wanted.protocol)
  if (!hasPort) return isFree(wanted) ? wanted : undefined
  const pool = poolFor(wanted, to)
  const mayKeep = to.ports ? isIn(to.ports, wanted.sport) : !to.random
  if (mayKeep && !to.random && isFree(wanted)) return wanted
  const port = randomFree(pool, (candidate) => isFree(withPort(candidate)), search.random)
  return port === undefined ? undefined : withPort(port)
}

function poolFor({ protocol, sport }: Tuple, { ports, random }: NatTo): Pool {
  if (ports) return ports
  if (isIcmp(protocol)) return IDENTIFIERS
  return random ? RANDOM_POOL : portClass(sport)
}

function destinationPort(search: TupleSearch, wanted: Tuple, { ports, random }: NatTo): Tuple {
  if (!ports || !WITH_PORTS.has(wanted.protocol)) return wanted
  const withPort = (port: number): Tuple => ({ ...wanted, dport: port })
  const isFree = (port: number) =>
    !isTaken(search.table, invertTuple(withPort(port)), search.nowMs, search.entry)
  const mayKeep = isIn(ports, wanted.dport) && !random
  if (ports.first === ports.last) return withPort(ports.first)
  if (mayKeep && isFree(wanted.dport)) return wanted
  return withPort(randomFree(ports, isFree, search.random) ?? ports.first)
}

function isIn({ first, last }: Pool, port: number): boolean {
  return port >= first && port <= last
}

function withAddress(tuple: Tuple, half: Half, range: NatTo['addresses']): Tuple {
  if (!range) return tuple
  const end = half === 'source' ? 'src' : 'dst'
  const inside = tuple[end] >= range.first && tuple[end] <= range.last
  return inside ? tuple : { ...tuple, [end]: pickAddress(range, tuple) }
}

/** One pair of ends always gets the same address of a range: a hash, not one after the other [B18, B20]. */
function pickAddress({ first, last }: NonNullable<NatTo['addresses']>, { src, dst }: Tuple): IpAddress {
  const size = toInteger(last) - toInteger(first) + 1n
  if (size === 1n) return first
  const mixed = (toInteger(src) * 0x9e3779b1n) ^ (toInteger(dst) * 0x85ebca6bn)
  const place = (mixed ^ (mixed >> 15n)) % size
  return fromInteger(familyOf(first), toInteger(first) + place)
}
