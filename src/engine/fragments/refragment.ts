import { otherPacket } from '@/model/packet/build'
import type { Packet } from '@/model/packet/packet'
import { bytesOf } from './queue'

/**
 * The packet in fragments with the given numbers of bytes behind the IP header, the last of them as long as there is
 * something left: a packet that was put together leaves as it came [E8, e10 G4].
 */
export function refragmented(packet: Packet, sizes: readonly number[]): Packet[] {
  const total = bytesOf(packet)
  const pieces: Packet[] = []
  let offset = 0
  for (const size of sizesThatFit(sizes, total)) {
    const more = offset + size < total
    pieces.push(piece(packet, offset, size, more))
    offset += size
  }
  return pieces
}

/** Where translation changed the length of what it carries, the fragments are cut anew, none longer than before. */
function sizesThatFit(sizes: readonly number[], total: number): readonly number[] {
  if (sizes.reduce((sum, size) => sum + size, 0) === total) return sizes
  const largest = Math.max(...sizes)
  const whole = Math.floor((total - 1) / largest)
  return [...Array.from({ length: whole }, () => largest), total - whole * largest]
}

function piece(packet: Packet, offset: number, size: number, more: boolean): Packet {
  const fragment = { offset, more }
  const payload = packet.payload ?? { bytes: 0 }
  const transport = bytesOf(packet) - payload.bytes
  const from = Math.max(0, offset - transport)
  const bytes = offset === 0 ? size - transport : size
  const text = payload.text === undefined ? {} : { text: payload.text.slice(from, from + bytes) }
  if (offset === 0) return { ...packet, fragment, payload: { ...payload, bytes, ...text } }
  const { src, dst, hopLimit, tos, id, dontFragment, protocol } = packet
  const header = { src, dst, hopLimit, tos, id, dontFragment, protocol }
  return otherPacket({ ...header, fragment, payload: { bytes, ...text } })
}
