import type { HostProfile } from '@/model/topology/host-profile'
import type { TcpSocket } from './host-state'

/**
 * Waits before data and FIN are sent again, in milliseconds: doubling from one second (RFC 6298). A real host goes on for
 * many minutes; five tries say the same to a person who watches.
 */
const DATA_WAITS_MS = [1000, 2000, 4000, 8000, 16_000]

/** How long until the oldest unacknowledged segment is sent again, and whether the wait after that is the last. */
export function retryDelay(
  profile: HostProfile,
  socket: TcpSocket,
): { readonly afterMs: number; readonly last: boolean } {
  const { waits, lastMs } = schedule(profile, socket)
  const wait = waits[socket.retries]
  return wait === undefined ? { afterMs: lastMs, last: true } : { afterMs: wait, last: false }
}

function schedule(profile: HostProfile, socket: TcpSocket): { waits: readonly number[]; lastMs: number } {
  switch (socket.state) {
    case 'SYN-SENT':
      return waitsOf(profile.synRetriesAtMs, profile.synGiveUpAtMs)
    case 'SYN-RECEIVED':
      return waitsOf(profile.synAckRetriesAtMs, profile.synAckGiveUpAtMs)
    default:
      return { waits: DATA_WAITS_MS, lastMs: 32_000 }
  }
}

/** Moments since the first try as waits between tries. */
function waitsOf(atMs: readonly number[], giveUpAtMs: number): { waits: readonly number[]; lastMs: number } {
  const waits = atMs.map((at, index) => at - (atMs[index - 1] ?? 0))
  return { waits, lastMs: giveUpAtMs - (atMs.at(-1) ?? 0) }
}
