import type { Packet } from '@/model/packet/packet'
import type { NetworkDevice } from '../network'
import { isOwnAddress } from './lookup'
import { isLinkLocalV6, isLoopback, isMulticast, isNoSourceV4, UNSPECIFIED_V6 } from './special-prefixes'

/** Packets that IPv6 throws away before prerouting, so that no rule sees them [e10 F1]. */
export function isMartianOnArrival({ family, src, dst }: Packet): boolean {
  return family === 6 && (isLoopback(src) || isMulticast(src) || isLoopback(dst))
}

/**
 * Packets that are lost after prerouting for their addresses [D9, e10 F1]. A source that is the receiving device's own
 * address is one in IPv4 only; IPv6 forwards it.
 */
export function isMartian(device: NetworkDevice, { family, src, dst }: Packet): boolean {
  if (family === 6) return src === UNSPECIFIED_V6 || isLinkLocalV6(src)
  return isNoSourceV4(src) || isLoopback(dst) || isOwnAddress(device, src)
}
