import { familyOf } from '@/model/packet/address'
import { formatProtocol } from '@/model/packet/protocol'
import { isIcmpError } from '../conntrack/track'
import { formatTuple, invertTuple, type Tuple, tupleOf } from '../conntrack/tuple'
import { type Passage, record } from '../passage'
import { interfaceByName, isBroadcast, isOwnAddress } from '../routing/lookup'
import {
  addBinding,
  bindInside,
  bindingView,
  findInside,
  findOutside,
  type NatBinding,
  refresh,
} from './bindings'
import { withEnd, withQuoted } from './rewrite'

/** What a home gateway's translation says of a packet: go on, or nobody inside waits for it, or no port is left. */
export type NaptResult = 'go-on' | 'no-binding' | 'nat-exhausted'

const outside = (passage: Passage, name: string | undefined) =>
  interfaceByName(passage.visit.device, name)?.side === 'outside'

/**
 * From outside: the binding that the packet answers gives it its inside address again, before any rule is asked; a port
 * mapping makes one. Without either the gateway does not know whom to send it to (R041, R043).
 */
export function translateInwards(passage: Passage): NaptResult {
  const { packet, visit } = passage
  const { device, nowMs } = visit
  if (device.nat.mode !== 'napt' || !outside(passage, passage.iif)) return 'go-on'
  if (!isOwnAddress(device, packet.dst) || isBroadcast(device, packet.dst)) return 'go-on'
  if (isIcmpError(packet)) return errorInwards(passage)
  const tuple = tupleOf(packet)
  if (!tuple) return missing(passage, `${formatProtocol(packet.protocol)} packet`)
  const known = findOutside(passage.state.bindings, tuple, nowMs)
  if (known) {
    record(passage, { kind: 'binding-lookup', found: true, looked: lookedUp(tuple) })
    keepAlive(passage, known)
    rewriteDestination(passage, known, 'binding')
    return 'go-on'
  }
  const mapping = device.nat.mappings.find(
    ({ enabled, protocol, outside: ports }) =>
      enabled && protocol === packet.kind && tuple.dport >= ports.first && tuple.dport <= ports.last,
  )
  if (!mapping || familyOf(mapping.insideAddress) !== packet.family) return missing(passage, lookedUp(tuple))
  const made = addBinding(passage.state.bindings, {
    protocol: tuple.protocol,
    inside: {
      address: mapping.insideAddress,
      port: mapping.insidePort + tuple.dport - mapping.outside.first,
    },
    outside: { address: tuple.dst, port: tuple.dport },
    peer: { address: tuple.src, port: tuple.sport },
    timeoutAtMs: nowMs + 120_000,
  })
  passage.state = { ...passage.state, bindings: made.table }
  record(passage, { kind: 'binding-lookup', found: true, looked: lookedUp(tuple) })
  record(passage, { kind: 'binding', change: 'created', binding: bindingView(made.binding) })
  rewriteDestination(passage, made.binding, 'port-mapping')
  return 'go-on'
}

const lookedUp = (tuple: Tuple) => `${formatProtocol(tuple.protocol)} ${formatTuple(tuple)}`

function missing(passage: Passage, looked: string): NaptResult {
  record(passage, { kind: 'binding-lookup', found: false, looked })
  return 'no-binding'
}

function rewriteDestination(passage: Passage, binding: NatBinding, by: 'binding' | 'port-mapping'): void {
  const before = passage.packet
  const after = withEnd(before, 'dst', binding.inside)
  if (binding.inside.address === binding.outside.address && binding.inside.port === binding.outside.port)
    return
  record(passage, { kind: 'translated', change: 'destination', by, before, after })
  passage.packet = after
}

/** An error from outside quotes a packet as it left: source is the outside end. */
function errorInwards(passage: Passage): NaptResult {
  const { packet, visit } = passage
  const quoted = packet.kind === 'icmp' ? packet.quoted : undefined
  const tuple = quoted && tupleOf(quoted)
  const binding = tuple && findOutside(passage.state.bindings, invertTuple(tuple), visit.nowMs)
  if (!quoted || !binding)
    return missing(passage, quoted && tuple ? `error about ${lookedUp(tuple)}` : 'ICMP error')
  record(passage, { kind: 'binding-lookup', found: true, looked: `error about ${lookedUp(tuple)}` })
  const after = withQuoted({ ...packet, dst: binding.inside.address }, withEnd(quoted, 'src', binding.inside))
  if (binding.inside.address !== packet.dst) {
    record(passage, { kind: 'translated', change: 'destination', by: 'binding', before: packet, after })
    passage.packet = after
  }
  return 'go-on'
}

/** To outside, after the rules were asked: the source becomes the gateway's address, and a binding remembers whose it was. */
export function translateOutwards(passage: Passage): NaptResult {
  const { packet, visit } = passage
  const { device, nowMs, random } = visit
  if (device.nat.mode !== 'napt' || !outside(passage, passage.oif) || outside(passage, passage.iif))
    return 'go-on'
  const own = interfaceByName(device, passage.oif)?.addresses.find(
    ({ address }) => familyOf(address) === packet.family,
  )
  // A family without an address outside is not translated: IPv6 keeps its addresses end to end.
  if (!own || packet.family === 6) return 'go-on'
  if (isIcmpError(packet)) return errorOutwards(passage)
  const tuple = tupleOf(packet)
  if (!tuple) return 'go-on'
  const known = findInside(passage.state.bindings, tuple, nowMs)
  if (known) {
    keepAlive(passage, known)
    rewriteSource(passage, known)
    return 'go-on'
  }
  const outsideAddress = isOwnAddress(device, packet.src) ? packet.src : own.address
  const made = bindInside(passage.state.bindings, { tuple, outsideAddress, nowMs, random })
  if (!made) return 'nat-exhausted'
  passage.state = { ...passage.state, bindings: made.table }
  record(passage, { kind: 'binding', change: 'created', binding: bindingView(made.binding) })
  rewriteSource(passage, made.binding)
  return 'go-on'
}

function rewriteSource(passage: Passage, binding: NatBinding): void {
  const before = passage.packet
  if (binding.inside.address === binding.outside.address && binding.inside.port === binding.outside.port)
    return
  const after = withEnd(before, 'src', binding.outside)
  record(passage, { kind: 'translated', change: 'source', by: 'napt', before, after })
  passage.packet = after
}

function keepAlive(passage: Passage, binding: NatBinding): void {
  const kept = refresh(passage.state.bindings, binding, passage.visit.nowMs)
  passage.state = { ...passage.state, bindings: kept.table }
  record(passage, { kind: 'binding', change: 'refreshed', binding: bindingView(kept.binding) })
}

/** An error from inside quotes a packet as it came in: destination is the inside end. */
function errorOutwards(passage: Passage): NaptResult {
  const { packet } = passage
  const quoted = packet.kind === 'icmp' ? packet.quoted : undefined
  const tuple = quoted && tupleOf(quoted)
  const binding = tuple && findInside(passage.state.bindings, invertTuple(tuple), passage.visit.nowMs)
  if (!quoted || !binding) return 'go-on'
  const source = packet.src === binding.inside.address ? binding.outside.address : packet.src
  const after = withQuoted({ ...packet, src: source }, withEnd(quoted, 'dst', binding.outside))
  record(passage, { kind: 'translated', change: 'source', by: 'napt', before: packet, after })
  passage.packet = after
  return 'go-on'
}
