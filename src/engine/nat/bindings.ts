import type { IpAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { formatEnd, type Tuple } from '../conntrack/tuple'
import type { BindingView } from '../trace'
import { pickPort } from './ports'
import type { End } from './rewrite'

/** An inside end and the outside end that stands for it towards one peer (RFC 4787: address and port dependent). */
export interface NatBinding {
  readonly id: number
  readonly protocol: number
  readonly inside: End
  readonly outside: End
  readonly peer: End
  readonly timeoutAtMs: number
}

/** The bindings of a home gateway: a table of its own. A value. */
export interface BindingTable {
  readonly bindings: readonly NatBinding[]
  readonly nextId: number
}

export const EMPTY_BINDINGS: BindingTable = { bindings: [], nextId: 1 }

/** Seconds a binding lives without a packet; as the tracker's timeouts. */
function lifetimeSeconds(protocol: number): number {
  if (protocol === PROTOCOL.tcp) return 432_000
  return protocol === PROTOCOL.udp ? 120 : 30
}

const sameEnd = (a: End, b: End) => a.address === b.address && a.port === b.port

/** The binding of a packet from inside, by its tuple before translation. */
export function findInside(table: BindingTable, tuple: Tuple, nowMs: number): NatBinding | undefined {
  return live(table, nowMs).find(
    (each) =>
      each.protocol === tuple.protocol &&
      sameEnd(each.inside, { address: tuple.src, port: tuple.sport }) &&
      sameEnd(each.peer, { address: tuple.dst, port: peerPort(tuple) }),
  )
}

/** The binding that a packet from outside answers, by its tuple on the wire. */
export function findOutside(table: BindingTable, tuple: Tuple, nowMs: number): NatBinding | undefined {
  return live(table, nowMs).find(
    (each) =>
      each.protocol === tuple.protocol &&
      sameEnd(each.outside, { address: tuple.dst, port: tuple.dport }) &&
      each.peer.address === tuple.src &&
      (isIcmp(tuple.protocol) || each.peer.port === tuple.sport),
  )
}

function live(table: BindingTable, nowMs: number): readonly NatBinding[] {
  return table.bindings.filter((each) => each.timeoutAtMs > nowMs)
}

const isIcmp = (protocol: number) => protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6

/** An echo has one identifier and no port at the peer. */
function peerPort(tuple: Tuple): number {
  return isIcmp(tuple.protocol) ? 0 : tuple.dport
}

export interface Bind {
  readonly tuple: Tuple
  readonly outsideAddress: IpAddress
  readonly nowMs: number
  readonly random: () => number
  /** A fixed outside port, for a port mapping's replies. */
  readonly outsidePort?: number
}

/** A new binding for a packet from inside: the source port is kept if no other binding has it towards this peer. */
export function bindInside(
  table: BindingTable,
  bind: Bind,
): { table: BindingTable; binding: NatBinding } | undefined {
  const { tuple, outsideAddress, nowMs, random } = bind
  const peer = { address: tuple.dst, port: peerPort(tuple) }
  const isFree = (port: number) =>
    !live(table, nowMs).some(
      (each) =>
        each.protocol === tuple.protocol &&
        sameEnd(each.outside, { address: outsideAddress, port }) &&
        sameEnd(each.peer, peer),
    )
  const port = bind.outsidePort ?? pickPort(tuple.sport, undefined, isFree, random)
  if (port === undefined) return undefined
  return addBinding(table, {
    protocol: tuple.protocol,
    inside: { address: tuple.src, port: tuple.sport },
    outside: { address: outsideAddress, port },
    peer,
    timeoutAtMs: nowMs + lifetimeSeconds(tuple.protocol) * 1000,
  })
}

export function addBinding(
  table: BindingTable,
  binding: Omit<NatBinding, 'id'>,
): { table: BindingTable; binding: NatBinding } {
  const made = { ...binding, id: table.nextId }
  return { table: { bindings: [...table.bindings, made], nextId: table.nextId + 1 }, binding: made }
}

/** A packet in either direction makes a binding live on. */
export function refresh(
  table: BindingTable,
  binding: NatBinding,
  nowMs: number,
): { table: BindingTable; binding: NatBinding } {
  const refreshed = { ...binding, timeoutAtMs: nowMs + lifetimeSeconds(binding.protocol) * 1000 }
  const bindings = table.bindings.map((each) => (each.id === binding.id ? refreshed : each))
  return { table: { ...table, bindings }, binding: refreshed }
}

export function bindingView(binding: NatBinding): BindingView {
  return {
    id: binding.id,
    protocol: binding.protocol,
    inside: formatEnd(binding.inside.address, binding.inside.port),
    outside: formatEnd(binding.outside.address, binding.outside.port),
    peer: formatEnd(binding.peer.address, binding.peer.port),
    timeoutAtMs: binding.timeoutAtMs,
  }
}
