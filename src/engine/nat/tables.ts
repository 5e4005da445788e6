import type { IpAddress } from '@/model/packet/address'
import { familyOf, fromInteger, toInteger } from '@/model/packet/address'
import type { NatTo, Target } from '@/model/ruleset/ruleset'
import { type ConntrackEntry, type ConntrackTable, isTaken } from '../conntrack/table'
import { invertTuple, type Tuple } from '../conntrack/tuple'
import { pickPort } from './ports'

/** What a nat rule makes of a connection: the entry with its new reply tuple, or no free port. */
export type Bound =
  | { readonly kind: 'bound'; readonly entry: ConntrackEntry }
  | { readonly kind: 'exhausted' }

interface Binding {
  readonly table: ConntrackTable
  readonly entry: ConntrackEntry
  readonly nowMs: number
  readonly random: () => number
}

/** dnat and redirect: whom the original source really talks to. `own` is the address that redirect sends to. */
export function bindDestination(
  binding: Binding,
  target: Extract<Target, { kind: 'dnat' | 'redirect' }>,
  own: IpAddress | undefined,
): Bound {
  const { entry, random } = binding
  const address = (target.kind === 'redirect' ? own : pickAddress(target.to, random)) ?? entry.reply.src
  const ports = target.to.ports
  const port = ports
    ? (pickPort(entry.original.dport, ports, () => true, random, target.to.random) ?? entry.original.dport)
    : entry.original.dport
  const reply: Tuple = { ...entry.reply, src: address, sport: port }
  return { kind: 'bound', entry: { ...entry, reply, bound: { ...entry.bound, destination: true } } }
}

/**
 * snat and masquerade: as whom the other side sees the source. The source port is kept if the reply tuple is free [B1],
 * else random in the port's class [B3] or in the rule's range [B4].
 */
export function bindSource(binding: Binding, to: NatTo, address: IpAddress | undefined): Bound {
  const { entry } = binding
  return choosePort(
    binding,
    { ...entry.reply, dst: address ?? pickAddress(to, binding.random) ?? entry.reply.dst },
    to.ports,
    to.random,
  )
}

/** A flow that no rule translates still needs a reply tuple of its own once nat chains exist [B19]. */
export function bindNothing(binding: Binding): Bound {
  return choosePort(binding, binding.entry.reply, undefined, false)
}

function choosePort(binding: Binding, reply: Tuple, pool: NatTo['ports'], fresh = false): Bound {
  const { table, entry, nowMs, random } = binding
  const isFree = (port: number) => !isTaken(table, { ...reply, dport: port }, nowMs, entry.id)
  const port = pickPort(entry.original.sport, pool, isFree, random, fresh)
  if (port === undefined) return { kind: 'exhausted' }
  const isIcmp = reply.protocol === 1 || reply.protocol === 58
  const bound = { ...reply, dport: port, ...(isIcmp ? { sport: port } : {}) }
  return { kind: 'bound', entry: { ...entry, reply: bound, bound: { ...entry.bound, source: true } } }
}

function pickAddress({ addresses }: NatTo, random: () => number): IpAddress | undefined {
  if (!addresses) return undefined
  const size = toInteger(addresses.last) - toInteger(addresses.first) + 1n
  const place = BigInt(Math.floor(random() * Number(size)))
  return fromInteger(familyOf(addresses.first), toInteger(addresses.first) + place)
}

/** Where the entry's translation sends a packet of that direction; the tuple that leaves is the other one turned round. */
export function translatedTuple(entry: ConntrackEntry, direction: 'original' | 'reply'): Tuple {
  return invertTuple(direction === 'original' ? entry.reply : entry.original)
}
