import type { Packet } from '@/model/packet/packet'
import { formatProtocol } from '@/model/packet/protocol'
import type { ConntrackEntry } from '../conntrack/entry'
import { isIcmpError } from '../conntrack/icmp-types'
import { type Direction, formatTuple, type Tuple } from '../conntrack/tuple'
import { type Passage, record } from '../passage'
import type { TraceStep } from '../trace'
import { translated } from './apply'
import { lookupTuple, refreshed, withBinding } from './binding-table'
import { bindingView } from './binding-view'
import type { Half } from './half'
import { withAddressOf } from './manipulate'

type TranslatedBy = Extract<TraceStep, { kind: 'translated' }>['by']

/** Errors go by a binding and do not keep it alive. `packet` is the packet before translation. */
export function refresh(
  passage: Passage,
  binding: ConntrackEntry,
  packet: Packet,
  direction: Direction,
): void {
  if (isIcmpError(packet)) return
  const kept = refreshed(binding, packet, direction, passage.visit.nowMs)
  passage.binding = kept
  passage.state = { ...passage.state, bindings: withBinding(passage.state.bindings, kept) }
  record(passage, { kind: 'binding', change: 'refreshed', binding: bindingView(kept) })
}

/** One half of the packet as its binding has it. */
export function rewrite(
  passage: Passage,
  binding: ConntrackEntry,
  direction: Direction,
  half: Half,
  by: TranslatedBy,
): void {
  put(passage, translated(passage.packet, binding, direction, half), half, by)
}

/** A packet without anything to tell its answer by still must not show an inside address outside. */
export function translateAddress(passage: Passage, { src }: Pick<Tuple, 'src'>): void {
  const { packet } = passage
  const tuple = { protocol: packet.protocol, src, dst: packet.dst, sport: 0, dport: 0 }
  put(passage, withAddressOf(packet, tuple, 'source'), 'source', 'napt')
}

function put(passage: Passage, after: Packet, change: Half, by: TranslatedBy): void {
  const { packet: before } = passage
  if (after === before) return
  passage.packet = after
  record(passage, { kind: 'translated', change, by, before, after })
}

/** What was looked for, as the trace names it: "tcp 104.244.42.1:443 > 203.0.113.1:62712". */
export function lookedUp(packet: Packet): string {
  const tuple = lookupTuple(packet)
  const about = isIcmpError(packet) ? 'error about ' : ''
  const protocol = formatProtocol(tuple?.protocol ?? packet.protocol)
  return tuple ? `${about}${protocol} ${formatTuple(tuple)}` : `${about}${protocol} without a port`
}
