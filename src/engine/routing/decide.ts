import { familyOf, type IpAddress } from '@/model/packet/address'
import type { Packet } from '@/model/packet/packet'
import type { NetworkDevice } from '../network'
import { interfaceByName, isBroadcast, isOwnAddress, lookupRoute } from './lookup'
import { cannotBeForwarded, isMartian, isSpoofed } from './martian'
import { isJoined } from './multicast'
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
  if (isMulticast(dst)) {
    const port = interfaceByName(device, iif)
    return { kind: port && isJoined(device, port, dst) ? 'local' : 'martian' }
  }
  if (!device.forwards[packet.family]) return { kind: 'not-forwarding' }
  return cannotBeForwarded(packet) ? { kind: 'martian' } : decideOut(device, dst)
}

/** For a packet that leaves, whoever made it. */
export function decideOut(device: NetworkDevice, dst: IpAddress): RouteDecision {
  if (isMulticast(dst)) return decideToGroup(device, dst)
  const route = lookupRoute(device, dst)
  if (!route) return { kind: 'no-route' }
  const { via, interface: oif } = route
  return via === undefined ? { kind: 'out', oif, nextHop: dst } : { kind: 'out', oif, nextHop: via, via }
}

/** What goes to a group goes to all on the link: in IPv4 of the route, in IPv6 of the first interface. */
function decideToGroup(device: NetworkDevice, dst: IpAddress): RouteDecision {
  const oif =
    familyOf(dst) === 4
      ? lookupRoute(device, dst)?.interface
      : device.interfaces.find(({ addresses }) => addresses.some(({ address }) => familyOf(address) === 6))
          ?.name
  return oif === undefined ? { kind: 'no-route' } : { kind: 'out', oif, nextHop: dst }
}
