import { isIcmpError } from '../conntrack/icmp-types'
import { isTaken } from '../conntrack/table'
import { type Tuple, tupleOf } from '../conntrack/tuple'
import { type Passage, record } from '../passage'
import {
  interfaceByName,
  isBroadcast,
  isOwnAddress,
  LOOPBACK_INTERFACE,
  sourceAddressFor,
} from '../routing/lookup'
import { isMulticast } from '../routing/special-prefixes'
import type { Disposition } from '../trace'
import { liveBinding, newBinding, withBinding } from './binding-table'
import { bindingView } from './binding-view'
import { hairpinInwards, hairpinOutwards } from './napt-hairpin'
import { lookedUp, refresh, rewrite, translateAddress } from './napt-rewrite'
import { mappedTo } from './port-mapping'
import { uniqueTuple } from './unique-tuple'

/*
 * NAPT of home gateways (RFC 3022): a table of bindings of its own, keyed on the peer too, so that filtering is address
 * and port dependent (RFC 4787 section 5). It translates IPv4; IPv6 keeps its addresses from end to end.
 */

function sideOf(passage: Passage, name: string | undefined): 'inside' | 'outside' | undefined {
  return interfaceByName(passage.visit.device, name)?.side
}

/**
 * From outside, before anything else looks: the binding that the packet answers gives it its inside address again; a
 * port mapping begins one. Without either the gateway does not know whom to send it to (R041, R043).
 */
export function naptInwards(passage: Passage): Disposition | undefined {
  const { packet, visit } = passage
  const { device, nowMs, journey } = visit
  if (packet.family !== 4) return undefined
  if (sideOf(passage, passage.iif) === 'inside') return hairpinInwards(passage)
  if (sideOf(passage, passage.iif) !== 'outside') return undefined
  if (isBroadcast(device, packet.dst) || isMulticast(packet.dst)) return undefined
  const known = liveBinding(passage)
  if (known) {
    record(passage, { kind: 'binding-lookup', found: true, looked: lookedUp(packet) })
    passage.binding = known.entry
    rewrite(passage, known.entry, known.direction, 'destination', 'binding')
    refresh(passage, known.entry, packet, known.direction)
    return undefined
  }
  const mapped = isOwnAddress(device, packet.dst) ? mappedTo(device.nat.mappings, packet) : undefined
  const tuple = tupleOf(packet)
  if (!mapped || !tuple) {
    record(passage, { kind: 'binding-lookup', found: false, looked: lookedUp(packet) })
    return { kind: 'no-binding' }
  }
  const far: Tuple = { ...tuple, dst: mapped.address, dport: mapped.port }
  const { bindings } = passage.state
  const binding = newBinding(bindings, packet, far, 'destination', { nowMs, journey })
  record(passage, { kind: 'binding-lookup', found: true, looked: lookedUp(packet) })
  if (!binding) return { kind: 'no-binding' }
  passage.binding = binding
  rewrite(passage, binding, 'original', 'destination', 'port-mapping')
  return undefined
}

/**
 * To outside, after the rules were asked: the source becomes the gateway's address, and a binding remembers whose it
 * was. The gateway's own packets get a binding too, so that their answers are known.
 */
export function naptOutwards(passage: Passage): Disposition | undefined {
  const { packet, visit, iif, oif } = passage
  const { device, nowMs, journey, random } = visit
  if (hairpinOutwards(passage)) return undefined
  if (packet.family !== 4 || oif === LOOPBACK_INTERFACE || sideOf(passage, oif) !== 'outside')
    return undefined
  // Outside to outside: the binding that let it in has done its part.
  if (iif !== undefined && sideOf(passage, iif) === 'outside') return undefined
  const inherited = visit.inherits?.binding
  const known = liveBinding(passage) ?? (inherited && { entry: inherited, direction: 'reply' as const })
  if (known) {
    passage.binding = known.entry
    rewrite(passage, known.entry, known.direction, 'source', 'napt')
    if (known.entry.confirmed) refresh(passage, known.entry, packet, known.direction)
    return undefined
  }
  const own = isOwnAddress(device, packet.src) ? packet.src : sourceAddressFor(device, packet.dst)
  if (own === undefined) return undefined
  const tuple = tupleOf(packet)
  if (!tuple || isIcmpError(packet)) {
    translateAddress(passage, { src: own })
    return undefined
  }
  const { bindings } = passage.state
  const search = { table: bindings, entry: bindings.nextId, nowMs, random }
  const to = { addresses: { first: own, last: own } }
  const far = uniqueTuple(search, tuple, 'source', to)
  const binding = far && newBinding(bindings, packet, far, 'source', { nowMs, journey })
  if (!binding) return { kind: 'nat-exhausted' }
  passage.binding = binding
  rewrite(passage, binding, 'original', 'source', 'napt')
  return undefined
}

/** A new binding is in force once its packet has passed the last rule. */
export function confirmBinding(passage: Passage): Disposition | undefined {
  const { binding, visit } = passage
  if (!binding || binding.confirmed || visit.inherits) return undefined
  const { bindings } = passage.state
  const { nowMs } = visit
  const clash = [binding.original, binding.reply].some((tuple) => isTaken(bindings, tuple, nowMs, binding.id))
  if (clash) return { kind: 'nat-exhausted' }
  const confirmed = { ...binding, confirmed: true }
  passage.binding = confirmed
  passage.state = { ...passage.state, bindings: withBinding(bindings, confirmed) }
  record(passage, { kind: 'binding', change: 'created', binding: bindingView(confirmed) })
  return undefined
}
