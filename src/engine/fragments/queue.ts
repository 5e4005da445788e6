import { packetLength } from '@/model/packet/build'
import type { Packet, Payload } from '@/model/packet/packet'

/** Fragments of one packet that have come so far, by offset. A value: each one that comes makes a new one. */
export interface FragmentQueue {
  readonly pieces: readonly Packet[]
  /** Simulated ms, exclusive: from then on the rest is not waited for. */
  readonly expiresAtMs: number
}

/** Milliseconds that a packet is waited for (ip-sysctl.rst, ipfrag_time and ip6frag_time). */
export const REASSEMBLY_MS = { 4: 30_000, 6: 60_000 } as const

const HEADER_BYTES = { 4: 20, 6: 40 } as const
const LONGEST_PACKET = 65_535

/** Bytes behind the IP header. */
export function bytesOf(packet: Packet): number {
  return packetLength(packet) - HEADER_BYTES[packet.family]
}

export function isFragment({ family, fragment }: Packet): boolean {
  if (!fragment) return false
  // IPv6 marks a fragment by a header of its own, which the only fragment of a packet can have too (RFC 6946).
  return family === 6 || fragment.offset > 0 || fragment.more
}

/** What tells the fragments of one packet from those of others (RFC 791 section 3.2, RFC 8200 section 4.5). */
export function fragmentKey({ src, dst, id, protocol, family }: Packet): string {
  return family === 4 ? `4 ${src} ${dst} ${id} ${protocol}` : `6 ${src} ${dst} ${id}`
}

/** What one more fragment comes to. */
export type Added =
  | { readonly kind: 'waits'; readonly pieces: readonly Packet[] }
  | { readonly kind: 'whole'; readonly packet: Packet; readonly pieces: readonly Packet[] }
  /** It is there already: it alone is lost. */
  | { readonly kind: 'duplicate' }
  /** It overlaps another one or does not fit: all of them are lost (RFC 5722, and Linux in IPv4 too). */
  | { readonly kind: 'discarded' }

export function addPiece(pieces: readonly Packet[], piece: Packet): Added {
  const fitting = trimmed(piece)
  if (!fitting || endOf(fitting) > LONGEST_PACKET) return { kind: 'discarded' }
  const [start, end] = [offsetOf(fitting), endOf(fitting)]
  if (isCovered(pieces, start, end)) return { kind: 'duplicate' }
  const overlaps = pieces.some((each) => start < endOf(each) && offsetOf(each) < end)
  const furthest = Math.max(0, ...pieces.map(endOf))
  const last = fitting.fragment?.more ? undefined : fitting
  const known = pieces.find(({ fragment }) => !fragment?.more)
  const beyondTheEnd = known && (last || end > endOf(known))
  if (overlaps || beyondTheEnd || (last && end < furthest)) return { kind: 'discarded' }
  const all = [...pieces, fitting].sort((a, b) => offsetOf(a) - offsetOf(b))
  return isComplete(all)
    ? { kind: 'whole', packet: joined(all), pieces: all }
    : { kind: 'waits', pieces: all }
}

const offsetOf = ({ fragment }: Packet) => fragment?.offset ?? 0
const endOf = (packet: Packet) => offsetOf(packet) + bytesOf(packet)

/** All fragments but the last one end at a multiple of eight bytes: IPv4 cuts off what is over, IPv6 takes none such. */
function trimmed(piece: Packet): Packet | undefined {
  const bytes = bytesOf(piece)
  if (bytes === 0) return undefined
  const over = piece.fragment?.more ? bytes % 8 : 0
  if (over === 0) return piece
  if (piece.family === 6 || bytes === over || !piece.payload) return undefined
  return { ...piece, payload: { ...piece.payload, bytes: piece.payload.bytes - over } }
}

/** Whether what has come holds all bytes from start to end, without a gap. */
function isCovered(pieces: readonly Packet[], start: number, end: number): boolean {
  let reached = start
  for (const piece of pieces) {
    if (offsetOf(piece) <= reached) reached = Math.max(reached, endOf(piece))
  }
  return reached >= end
}

function isComplete(pieces: readonly Packet[]): boolean {
  let reached = 0
  for (const piece of pieces) {
    if (offsetOf(piece) !== reached) return false
    reached = endOf(piece)
  }
  return pieces.at(-1)?.fragment?.more === false
}

/** The packet as it was before it was cut: the header of the first fragment, the bytes of all. */
function joined(pieces: readonly Packet[]): Packet {
  const [head] = pieces as readonly [Packet, ...Packet[]]
  const { fragment: _, payload: __, ...header } = head
  const payload = joinedPayload(pieces)
  return {
    ...header,
    ...(payload ? { payload } : {}),
    ...(pieces.some(({ badChecksum }) => badChecksum) ? { badChecksum: true } : {}),
    dontFragment: head.family === 4 && carriesDontFragment(pieces),
  } as Packet
}

function joinedPayload(pieces: readonly Packet[]): Payload | undefined {
  const payloads = pieces.flatMap(({ payload }) => payload ?? [])
  if (payloads.length === 0) return undefined
  const bytes = payloads.reduce((sum, each) => sum + each.bytes, 0)
  const texts = payloads.flatMap(({ text }) => text ?? [])
  const [label] = payloads.flatMap(({ label }) => label ?? [])
  return {
    bytes,
    ...(texts.length === payloads.length ? { text: texts.join('') } : {}),
    ...(label === undefined ? {} : { label }),
  }
}

/** The largest fragment says whether its sender looks for the largest size that gets through. */
function carriesDontFragment(pieces: readonly Packet[]): boolean {
  const largest = Math.max(...pieces.map(bytesOf))
  return pieces.some((each) => each.dontFragment && bytesOf(each) === largest)
}
