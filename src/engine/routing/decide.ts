import type { IpAddress } from '@/model/packet/address'
import type { Packet } from '@/model/packet/packet'
import type { NetworkDevice } from '../network'
import { isBroadcast, isOwnAddress, lookupRoute } from './lookup'
import { isMartian, isSpoofed } from './martian'
import { isMulticast } from './special-prefixes'

/** Where a packet goes from here. */
export type RouteDecision =
  | { readonly kind: 'local' }
  | { readonly kind: 'out'; readonly oif: string; readonly nextHop: IpAddress; readonly via?: IpAddress }
  | { readonly kind: 'no-route' }
  | { readonly kind: 'martian' }
  | { readonly kind: 'not-forwarding' }

/** For a packet that came in: in, on, or nowhere. */
export function decideIn(device: NetworkDevice, packet: Packet, iif: string): RouteDecision {
  const { dst } = packet
  if (iif !== 'lo' && (isMartian(device, packet) || isSpoofed(device, packet, iif)))
    return { kind: 'martian' }
  if (isOwnAddress(device, dst) || isBroadcast(device, dst)) return { kind: 'local' }
  // Nobody here has joined a group; on the wire of a real network such a packet is lost here too [e10 F1].
  if (isMulticast(dst)) return { kind: 'martian' }
  if (!device.forwards[packet.family]) return { kind: 'not-forwarding' }
  return decideOut(device, dst)
}

/** For a packet that leaves, whoever made it. */
export function decideOut(device: NetworkDevice, dst: IpAddress): RouteDecision {
  const route = lookupRoute(device, dst)
  if (!route) return { kind: 'no-route' }
  const { via, interface: oif } = route
  return via === undefined ? { kind: 'out', oif, nextHop: dst } : { kind: 'out', oif, nextHop: via, via }
}
