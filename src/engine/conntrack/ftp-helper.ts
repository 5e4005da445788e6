import { formatAddress } from '@/model/packet/address'
import { PROTOCOL, type TcpPacket } from '@/model/packet/packet'
import { type ConntrackEntry, tupleIn } from './entry'
import { EXPECTATION_MS, type Expectation, withExpectation } from './expectation'
import { type FtpCommand, ftpCommandIn, writeFtpWhere } from './ftp-commands'
import { shifted } from './sequence-adjustment'
import type { ConntrackTable } from './table'
import { type Direction, opposite } from './tuple'

/** Where the next lines of each sender may begin: sequence numbers behind its last line ends, at most two. */
export interface FtpHelperState {
  readonly name: 'ftp'
  readonly original: readonly number[]
  readonly reply: readonly number[]
}

export const FTP_HELPER: FtpHelperState = { name: 'ftp', original: [], reply: [] }
const LINE_ENDS_KEPT = 2

export interface HelpedSegment {
  readonly packet: TcpPacket
  readonly entry: ConntrackEntry
  readonly table: ConntrackTable
}

interface Given {
  readonly packet: TcpPacket
  readonly entry: ConntrackEntry
  readonly helper: FtpHelperState
  readonly direction: Direction
  readonly table: ConntrackTable
  readonly nowMs: number
  readonly random: () => number
}

/**
 * Reads a segment of a control connection once replies have been seen. Only behind a line end that it has seen does it look
 * for a command, so the first segment of each direction is skipped [F1b]. Undefined: the segment is lost, because its
 * command stands there by half or what it asks for cannot be expected. Source: nf_conntrack_ftp.c, `help`.
 */
export function helpFtp(given: Given): HelpedSegment | undefined {
  const { packet, entry, helper, direction, table } = given
  const text = packet.payload?.text
  if (text === undefined || text === '') return { packet, entry, table }
  const { family } = packet
  const command: FtpCommand = helper[direction].includes(packet.seq)
    ? ftpCommandIn(text, direction, family)
    : { kind: 'none' }
  if (command.kind === 'partial') return undefined
  const helped = command.kind === 'found' ? expect(given, command) : { packet, entry, table }
  return helped && withLineEnd(helped, given, text)
}

/** The line end counts as its sender numbers it, whatever translation made of the text. */
function withLineEnd(
  helped: HelpedSegment,
  { packet, helper, direction }: Given,
  text: string,
): HelpedSegment {
  if (!text.endsWith('\n')) return helped
  const next = (packet.seq + (packet.payload?.bytes ?? 0)) >>> 0
  if (helper[direction].includes(next)) return helped
  const ends = [...helper[direction], next].slice(-LINE_ENDS_KEPT)
  return { ...helped, entry: { ...helped.entry, helper: { ...helper, [direction]: ends } } }
}

type Found = Extract<FtpCommand, { kind: 'found' }>

function expect(given: Given, command: Found): HelpedSegment | undefined {
  const { packet, entry, direction, table, nowMs } = given
  const other = tupleIn(entry, opposite(direction))
  const own = tupleIn(entry, direction)
  // An address that is not the sender's own is not believed (module parameter `loose` is 0).
  if (command.address !== undefined && command.address !== own.src) return { packet, entry, table }
  const expected: Expectation = {
    master: entry.id,
    protocol: PROTOCOL.tcp,
    src: other.src,
    dst: other.dst,
    dport: command.port,
    timeoutAtMs: nowMs + EXPECTATION_MS,
  }
  if (entry.nat.source || entry.nat.destination) return translate(given, command, expected)
  const next = withExpectation(table, expected, nowMs)
  return next && { packet, entry, table: next }
}

/** Tries of another port where the one that was named is expected by a different connection (`nf_nat_exp_find_port`). */
const PORT_TRIES = 128
const LAST_PORT = 65_535

/** Behind a translation the text names the address and port on the far side, and what follows it is shifted [F3]. */
function translate(given: Given, command: Found, expected: Expectation): HelpedSegment | undefined {
  const { packet, entry, direction, table, nowMs, random } = given
  const { port } = command
  const nat = { direction: opposite(direction), port }
  let dport = port
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const next = withExpectation(table, { ...expected, dport, nat }, nowMs)
    if (next) return { ...rewritten(packet, entry, direction, command, dport), table: next }
    dport = port + Math.floor(random() * (LAST_PORT - port))
  }
  return undefined
}

function rewritten(
  packet: TcpPacket,
  entry: ConntrackEntry,
  direction: Direction,
  { form, start, end }: Found,
  port: number,
): { packet: TcpPacket; entry: ConntrackEntry } {
  const { text = '', bytes = 0 } = packet.payload ?? {}
  const address = formatAddress(tupleIn(entry, opposite(direction)).dst)
  const where = writeFtpWhere(form, address, port)
  const changed = `${text.slice(0, start)}${where}${text.slice(end)}`
  const grown = changed.length - text.length
  const payload = { ...packet.payload, text: changed, bytes: bytes + grown }
  return {
    packet: changed === text ? packet : { ...packet, payload },
    entry: grown === 0 ? entry : { ...entry, shifts: shifted(entry.shifts, direction, packet.seq, grown) },
  }
}
