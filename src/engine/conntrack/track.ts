import type { CtState } from '@/model/fields/field'
import type { Packet } from '@/model/packet/packet'
import { PROTOCOL } from '@/model/packet/packet'
import { type ConntrackEntry, type ConntrackTable, findEntry, withEntry, withoutEntry } from './table'
import { nextTcpState, TCP_TIMEOUT_S, TCP_UNACKNOWLEDGED_S, type TcpTrackState } from './tcp-states'
import { type Direction, icmpRole, invertTuple, type Tuple, tupleOf } from './tuple'

/** What the tracker says of one packet. An entry that is not confirmed yet is not in the table. */
export interface Tracked {
  readonly state: CtState
  readonly direction?: Direction
  readonly entry?: ConntrackEntry
  readonly table: ConntrackTable
  readonly change: 'created' | 'updated' | 'looked-up' | 'destroyed'
}

/** Seconds without a packet until a UDP, ICMP or other entry is forgotten. Source: nf_conntrack-sysctl.rst, [C5, C6]. */
const TIMEOUT_S = { udp: 30, udpStream: 120, icmp: 30, other: 600 } as const
/** A UDP flow counts as a stream once it was answered and is older than this [C5]. */
const STREAM_AFTER_MS = 2000

/** ICMPv6 types that are never tracked: MLD, neighbor discovery, and their kin [e10 B1]. */
const UNTRACKED_V6 = new Set([130, 131, 132, 133, 134, 135, 136, 143, 151, 152])
/** IPv4 types that quote a packet [C3]; in IPv6 every type below 128 does [e10 B3]. */
const ERRORS_V4 = new Set([3, 4, 5, 11, 12])

export function isIcmpError(packet: Packet): boolean {
  if (packet.kind !== 'icmp') return false
  return packet.protocol === PROTOCOL.icmpv6 ? packet.type < 128 : ERRORS_V4.has(packet.type)
}

/** Looks a packet up, makes an entry where one may start, and moves the entry's state on. */
export function track(table: ConntrackTable, packet: Packet, nowMs: number, journey: number): Tracked {
  const invalid: Tracked = { state: 'invalid', table, change: 'looked-up' }
  if (packet.badChecksum) return invalid
  if (isIcmpError(packet)) return trackError(table, packet, nowMs)
  if (packet.kind === 'icmp' && packet.protocol === PROTOCOL.icmpv6 && UNTRACKED_V6.has(packet.type)) {
    return { state: 'untracked', table, change: 'looked-up' }
  }
  const tuple = tupleOf(packet)
  if (!tuple) return invalid
  const found = findEntry(table, tuple, nowMs)
  if (!found) return startEntry(table, packet, tuple, nowMs, journey)
  return continueEntry(table, packet, found.entry, found.direction, nowMs, journey)
}

/** RELATED where it quotes a live flow and goes to the source of the quoted packet, else INVALID [C3, e11 E1]. */
function trackError(table: ConntrackTable, packet: Packet, nowMs: number): Tracked {
  const quoted = packet.kind === 'icmp' ? packet.quoted : undefined
  const tuple = quoted && tupleOf(quoted)
  const found = tuple && findEntry(table, tuple, nowMs)
  if (!quoted || !found || quoted.src !== packet.dst) return { state: 'invalid', table, change: 'looked-up' }
  const direction = found.direction === 'original' ? 'reply' : 'original'
  return { state: 'related', direction, entry: found.entry, table, change: 'looked-up' }
}

function startEntry(
  table: ConntrackTable,
  packet: Packet,
  tuple: Tuple,
  nowMs: number,
  journey: number,
): Tracked {
  const invalid: Tracked = { state: 'invalid', table, change: 'looked-up' }
  let tcp: TcpTrackState | undefined
  let seconds: number = packet.protocol === PROTOCOL.udp ? TIMEOUT_S.udp : TIMEOUT_S.other
  if (packet.kind === 'tcp') {
    const next = nextTcpState('NONE', packet, 'original')
    if (next === 'invalid' || next === 'ignored') return invalid
    tcp = next
    seconds = next === 'ESTABLISHED' ? TCP_UNACKNOWLEDGED_S : TCP_TIMEOUT_S[next]
  } else if (packet.kind === 'icmp') {
    if (icmpRole(packet.protocol, packet.type) !== 'query') return invalid
    seconds = TIMEOUT_S.icmp
  }
  const entry: ConntrackEntry = {
    id: table.nextId,
    original: tuple,
    reply: invertTuple(tuple),
    ...(tcp ? { tcp } : {}),
    seenReply: false,
    assured: false,
    confirmed: false,
    startedAtMs: nowMs,
    timeoutAtMs: nowMs + seconds * 1000,
    bound: { source: false, destination: false },
    createdBy: journey,
  }
  return { state: 'new', direction: 'original', entry, table, change: 'created' }
}

function continueEntry(
  table: ConntrackTable,
  packet: Packet,
  entry: ConntrackEntry,
  direction: Direction,
  nowMs: number,
  journey: number,
): Tracked {
  const seenReply = entry.seenReply || direction === 'reply'
  const state: CtState = seenReply ? 'established' : 'new'
  if (packet.kind === 'icmp') {
    const expected = direction === 'original' ? 'query' : 'answer'
    if (icmpRole(packet.protocol, packet.type) !== expected)
      return { state: 'invalid', table, change: 'looked-up' }
  }
  const moved = packet.kind === 'tcp' ? moveTcp(entry, packet, direction) : { tcp: undefined }
  if (moved === 'invalid') return { state: 'invalid', table, change: 'looked-up' }
  if (moved === 'reopened') {
    return startEntry(
      withoutEntry(table, entry.id),
      packet,
      direction === 'original' ? entry.original : entry.reply,
      nowMs,
      journey,
    )
  }
  if (moved === 'gone')
    return { state, direction, entry, table: withoutEntry(table, entry.id), change: 'destroyed' }
  const assured = entry.assured || isAssured(packet, { ...entry, seenReply }, moved.tcp, nowMs)
  const updated: ConntrackEntry = {
    ...entry,
    ...(moved.tcp ? { tcp: moved.tcp } : {}),
    seenReply,
    assured,
    timeoutAtMs: nowMs + timeoutSeconds(packet, moved.tcp, seenReply, assured) * 1000,
  }
  return { state, direction, entry: updated, table: withEntry(table, updated), change: 'updated' }
}

function moveTcp(
  entry: ConntrackEntry,
  packet: Extract<Packet, { kind: 'tcp' }>,
  direction: Direction,
): { tcp: TcpTrackState | undefined } | 'invalid' | 'gone' | 'reopened' {
  const before = entry.tcp ?? 'NONE'
  const next = nextTcpState(before, packet, direction)
  if (next === 'invalid') return 'invalid'
  if (next === 'ignored') return { tcp: before }
  // A SYN after the end starts a fresh entry [A13], [A10].
  if (next === 'SYN_SENT' && (before === 'TIME_WAIT' || before === 'CLOSE')) return 'reopened'
  // A reset of a connection that was never answered takes the entry away [A6].
  if (next === 'CLOSE' && direction === 'original' && !entry.seenReply) return 'gone'
  return { tcp: next }
}

function isAssured(
  packet: Packet,
  entry: ConntrackEntry,
  tcp: TcpTrackState | undefined,
  nowMs: number,
): boolean {
  if (packet.kind === 'tcp') return tcp === 'ESTABLISHED' && entry.seenReply
  return packet.kind === 'udp' && entry.seenReply && nowMs - entry.startedAtMs > STREAM_AFTER_MS
}

function timeoutSeconds(
  packet: Packet,
  tcp: TcpTrackState | undefined,
  seenReply: boolean,
  assured: boolean,
): number {
  if (tcp) return tcp === 'ESTABLISHED' && !seenReply ? TCP_UNACKNOWLEDGED_S : TCP_TIMEOUT_S[tcp]
  if (packet.kind === 'udp') return assured ? TIMEOUT_S.udpStream : TIMEOUT_S.udp
  return packet.kind === 'icmp' ? TIMEOUT_S.icmp : TIMEOUT_S.other
}
