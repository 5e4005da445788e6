import { familyOf } from '@/model/packet/address'
import { type Packet, TCP_FLAG } from '@/model/packet/packet'
import { formatProtocol } from '@/model/packet/protocol'
import { type ConntrackEntry, NO_NAT } from '../conntrack/entry'
import { isIcmpError } from '../conntrack/icmp-types'
import { isTaken } from '../conntrack/table'
import { formatTuple, invertTuple, type Tuple, tupleOf } from '../conntrack/tuple'
import { type Passage, record } from '../passage'
import { interfaceByName, isOwnAddress, LOOPBACK_INTERFACE } from '../routing/lookup'
import type { Disposition } from '../trace'
import { translated } from './apply'
import { liveBinding, lookupTuple, withBinding } from './binding-table'
import { bindingView } from './binding-view'
import { type Pool, randomFree } from './ports'

/*
 * Masquerading of Linux 2.2: MASQ in the forward chain says what is masqueraded, every connection gets a port of the
 * pool, and what comes back is de-masqueraded between the input and the forward chain, which it does not visit.
 * Sources: ipchains(8); linux 2.2 net/ipv4/ip_masq.c and include/net/ip_masq.h.
 */

/** PORT_MASQ_BEGIN and PORT_MASQ_END - 1. */
const POOL: Pool = { first: 61000, last: 65095 }

/** ipchains -M -S: seconds without a packet for TCP, TCP after a FIN, UDP; ICMP is fixed. */
const TIMEOUT_S = { tcp: 900, tcpClosing: 120, udp: 300, icmp: 125 } as const

function timeoutMs(packet: Packet): number {
  if (packet.kind === 'tcp') {
    const closing = (packet.flags & (TCP_FLAG.FIN | TCP_FLAG.RST)) !== 0
    return (closing ? TIMEOUT_S.tcpClosing : TIMEOUT_S.tcp) * 1000
  }
  return (packet.kind === 'icmp' ? TIMEOUT_S.icmp : TIMEOUT_S.udp) * 1000
}

/** After the input chain: an answer to a masqueraded connection gets its inside address again. */
export function demasquerade(passage: Passage): undefined {
  const { packet, visit, iif } = passage
  if (iif === LOOPBACK_INTERFACE || !isOwnAddress(visit.device, packet.dst)) return
  const tuple = lookupTuple(packet)
  if (!tuple) return
  const found = liveBinding(passage)
  const inPool = isInPool(packet.kind === 'icmp' ? tuple.sport : tuple.dport)
  if (!found && !inPool) return
  const looked = `${formatProtocol(tuple.protocol)} ${formatTuple(tuple)}`
  record(passage, { kind: 'binding-lookup', found: found !== undefined, looked })
  if (found?.direction !== 'reply') return
  const after = translated(packet, found.entry, 'reply', 'destination')
  record(passage, { kind: 'translated', change: 'destination', by: 'binding', before: packet, after })
  passage.packet = after
  passage.isDemasqueraded = true
  refresh(passage, found.entry, packet)
}

/** Between the forward and the output chain: what a rule said to masquerade leaves from the pool. */
export function masquerade(passage: Passage): Disposition | undefined {
  const { packet } = passage
  if (!passage.isMasqueraded) return undefined
  const known = liveBinding(passage)
  const tuple = isIcmpError(packet) ? known?.entry.original : tupleOf(packet)
  if (!tuple) return undefined
  const binding = known?.direction === 'original' ? known.entry : begin(passage, tuple)
  if (!binding) return { kind: 'nat-exhausted' }
  const after = translated(packet, binding, 'original', 'source')
  if (after !== packet) {
    record(passage, { kind: 'translated', change: 'source', by: 'masquerade', before: packet, after })
    passage.packet = after
  }
  if (known) refresh(passage, binding, packet)
  else {
    passage.state = { ...passage.state, bindings: withBinding(passage.state.bindings, binding) }
    record(passage, { kind: 'binding', change: 'created', binding: bindingView(binding) })
  }
  passage.binding = binding
  return undefined
}

function isInPool(port: number): boolean {
  return port >= POOL.first && port <= POOL.last
}

/** Ports are taken one after the other; a port may serve several peers, but no two inside ends towards one. */
function begin(passage: Passage, tuple: Tuple): ConntrackEntry | undefined {
  const { packet, visit, oif, state } = passage
  const { bindings } = state
  const { nowMs, journey, device } = visit
  const own = interfaceByName(device, oif)?.addresses.find(
    ({ address }) => familyOf(address) === packet.family,
  )?.address
  if (own === undefined) return undefined
  const far = (port: number): Tuple => ({ ...tuple, src: own, sport: port })
  const isFree = (port: number) => !isTaken(bindings, invertTuple(far(port)), nowMs, bindings.nextId)
  const size = POOL.last - POOL.first + 1
  const rover = ((bindings.nextId - 1) % size) / size
  const port = randomFree(POOL, isFree, () => rover)
  if (port === undefined) return undefined
  return {
    id: bindings.nextId,
    original: tuple,
    reply: invertTuple(far(port)),
    track: { kind: 'generic' },
    seenReply: false,
    assured: false,
    confirmed: true,
    nat: { ...NO_NAT, source: true },
    mark: 0,
    timeoutAtMs: nowMs + timeoutMs(packet),
    createdBy: journey,
  }
}

function refresh(passage: Passage, binding: ConntrackEntry, packet: Packet): void {
  if (isIcmpError(packet)) return
  const kept = { ...binding, timeoutAtMs: passage.visit.nowMs + timeoutMs(packet) }
  passage.state = { ...passage.state, bindings: withBinding(passage.state.bindings, kept) }
  record(passage, { kind: 'binding', change: 'refreshed', binding: bindingView(kept) })
}
