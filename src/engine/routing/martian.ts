import type { Packet } from '@/model/packet/packet'
import type { NetworkDevice } from '../network'
import { lookupRoute } from './lookup'
import {
  isInterfaceLocalV6,
  isLinkLocalGroupV4,
  isLinkLocalV6,
  isLoopback,
  isMulticast,
  isThisNetwork,
  LIMITED_BROADCAST,
  LOCALHOST_V4,
  UNSPECIFIED_V6,
} from './special-prefixes'

/** Packets that IPv6 throws away before prerouting, so that no rule sees them [e10 F1]. */
export function isMartianOnArrival({ family, src, dst }: Packet): boolean {
  return family === 6 && (isLoopback(src) || isMulticast(src) || isLoopback(dst) || isInterfaceLocalV6(dst))
}

/**
 * Packets that are lost after prerouting for their addresses [D9, e10 F1]. A source that is the receiving device's own
 * address is one in IPv4 only; IPv6 forwards it. To 255.255.255.255 a host may send that has no address yet.
 */
export function isMartian(device: NetworkDevice, { family, src, dst }: Packet): boolean {
  if (family === 6) return false
  if (isMulticast(src) || src === LIMITED_BROADCAST || src === LOCALHOST_V4) return true
  if (device.interfaces.some((each) => each.addresses.some((own) => own.address === src))) return true
  if (dst === LIMITED_BROADCAST) return false
  if (isThisNetwork(src)) return !isLinkLocalGroupV4(dst)
  return isThisNetwork(dst) || isLoopback(src) || isLoopback(dst)
}

/** IPv6 takes these sources for what is for the device itself, and passes nothing on that has one [e10 F1]. */
export function cannotBeForwarded({ family, src }: Packet): boolean {
  return family === 6 && (src === UNSPECIFIED_V6 || isLinkLocalV6(src))
}

/**
 * Whether the reverse path filter takes the source for forged: strictly, the way back to it leads by another interface;
 * loosely, there is none [D10]. IPv4 only (ip-sysctl.rst, rp_filter).
 */
export function isSpoofed(device: NetworkDevice, { family, src }: Packet, iif: string): boolean {
  const { reversePathFilter } = device
  if (!reversePathFilter || family === 6 || isThisNetwork(src)) return false
  const mode = Math.max(reversePathFilter.all ?? 0, reversePathFilter[iif] ?? 0)
  if (mode === 0) return false
  const back = lookupRoute(device, src)
  return !back || (mode === 1 && back.interface !== iif)
}
