import type { ConntrackEntry } from '../conntrack/entry'
import { type Direction, tupleKey, tupleOf } from '../conntrack/tuple'
import { type Passage, record } from '../passage'
import { interfaceByName } from '../routing/lookup'
import { liveBinding, lookupTuple, newBinding } from './binding-table'
import { lookedUp, refresh, rewrite } from './napt-rewrite'
import { mappedTo } from './port-mapping'
import { uniqueTuple } from './unique-tuple'

/*
 * Inside to inside through the outside address (RFC 4787 section 6): a port mapping holds for hosts inside too, and the one
 * that is asked sees the outside address as the source, so that its answer comes back the same way (REQ-9, as measured
 * with MASQUERADE [B10]).
 */

function isOnOutside({ packet, visit }: Passage): boolean {
  return visit.device.interfaces.some(
    ({ side, addresses }) => side === 'outside' && addresses.some(({ address }) => address === packet.dst),
  )
}

const goesBoth = ({ nat }: ConntrackEntry) => nat.source && nat.destination

/** From inside, to the outside address: the destination of a mapping, or of the binding that the packet answers. */
export function hairpinInwards(passage: Passage): undefined {
  if (!isOnOutside(passage)) return
  const known = liveBinding(passage)
  if (known) {
    if (!goesBoth(known.entry)) return
    const before = passage.packet
    record(passage, { kind: 'binding-lookup', found: true, looked: lookedUp(before) })
    passage.binding = known.entry
    rewrite(passage, known.entry, known.direction, 'destination', 'binding')
    refresh(passage, known.entry, before, known.direction)
    return
  }
  const { packet, visit } = passage
  const { nowMs, journey, random } = visit
  const mapped = mappedTo(visit.device.nat.mappings, packet)
  const tuple = tupleOf(packet)
  if (!mapped || !tuple) return
  const { bindings } = passage.state
  const search = { table: bindings, entry: bindings.nextId, nowMs, random }
  const aimed = { ...tuple, dst: mapped.address, dport: mapped.port }
  const far = uniqueTuple(search, aimed, 'source', { addresses: { first: packet.dst, last: packet.dst } })
  const half = far && newBinding(bindings, packet, far, 'destination', { nowMs, journey })
  if (!half) return
  const binding = { ...half, nat: { ...half.nat, source: true } }
  record(passage, { kind: 'binding-lookup', found: true, looked: lookedUp(packet) })
  passage.binding = binding
  rewrite(passage, binding, 'original', 'destination', 'port-mapping')
}

/** The other half, behind the rules; whether the packet went by such a binding. */
export function hairpinOutwards(passage: Passage): boolean {
  const { binding, iif } = passage
  if (!binding || !goesBoth(binding)) return false
  if (interfaceByName(passage.visit.device, iif)?.side !== 'inside') return false
  rewrite(passage, binding, directionOf(passage, binding), 'source', 'napt')
  return true
}

/** The packet as it came tells which way it goes. */
function directionOf({ visit }: Passage, binding: ConntrackEntry): Direction {
  const tuple = lookupTuple(visit.packet)
  return tuple && tupleKey(tuple) === tupleKey(binding.original) ? 'original' : 'reply'
}
