import { type Passage, record } from '../passage'
import type { Disposition } from '../trace'
import { addPiece, bytesOf, fragmentKey, isFragment, REASSEMBLY_MS } from './queue'

/** Where fragments are put together; each place has queues of its own (`enum ip_defrag_users` of the kernel). */
export type Gatherer = 'conntrack-in' | 'conntrack-out' | 'local-delivery'

/**
 * Keeps a fragment until all of its packet have come, and goes on with the whole packet then. Nobody is told of one that
 * waits, nor of what is thrown away: no rule sees it [E7, E9].
 */
export function gather(passage: Passage, gatherer: Gatherer): Disposition | undefined {
  const { packet, state, visit } = passage
  if (!isFragment(packet)) return undefined
  const { nowMs } = visit
  const key = `${gatherer} ${fragmentKey(packet)}`
  const known = state.fragments.get(key)
  const queue = known && known.expiresAtMs > nowMs ? known : undefined
  const added = addPiece(queue?.pieces ?? [], packet)
  if (added.kind === 'duplicate') return { kind: 'incomplete' }
  const queues = new Map(state.fragments)
  queues.delete(key)
  if (added.kind === 'waits') {
    const expiresAtMs = queue?.expiresAtMs ?? nowMs + REASSEMBLY_MS[packet.family]
    queues.set(key, { pieces: added.pieces, expiresAtMs })
  }
  passage.state = { ...state, fragments: queues }
  if (added.kind !== 'whole') return { kind: 'incomplete' }
  passage.packet = added.packet
  // The only fragment of a packet leaves without a fragment header [e10 G1].
  if (added.pieces.length > 1) passage.fragmentSizes = added.pieces.map(bytesOf)
  record(passage, { kind: 'reassembled', packet: added.packet, pieces: added.pieces.length })
  return undefined
}
