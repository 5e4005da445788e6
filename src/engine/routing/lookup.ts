import { FAMILY, familyOf, type IpAddress } from '@/model/packet/address'
import { prefixContains, prefixInterval } from '@/model/packet/prefix'
import type { NetworkDevice, NetworkInterface, NetworkRoute } from '../network'
import { isLoopback, isPrivate, LIMITED_BROADCAST } from './special-prefixes'

/** The interface of traffic to oneself; it is on no side and on no link. */
export const LOOPBACK_INTERFACE = 'lo'

/**
 * The route for an address: the longest prefix wins; among equals the attached one, then the first. The internet has no
 * route to private prefixes, whoever announced one to it.
 */
export function lookupRoute(device: NetworkDevice, address: IpAddress): NetworkRoute | undefined {
  const route = device.routes.find(({ first, last }) => address >= first && address <= last)
  const unknown = device.kind === 'internet' && route?.via !== undefined && isPrivate(address)
  return unknown ? undefined : route
}

export function interfaceByName(
  device: NetworkDevice,
  name: string | undefined,
): NetworkInterface | undefined {
  return device.interfaces.find((each) => each.name === name)
}

/**
 * Whether packets to the address are for the device itself, whatever interface they come by: the weak host model
 * [E14]. On an IPv6 router the first address of each attached prefix is its own too (RFC 4291 2.6.1, [e10 F1]).
 */
export function isOwnAddress(device: NetworkDevice, address: IpAddress): boolean {
  if (isLoopback(address)) return true
  return device.interfaces.some((each) =>
    each.addresses.some((own) => own.address === address || isAnycast(device, own, address)),
  )
}

/** Subnet-router anycast: the first address of an attached IPv6 prefix stands for every router there. */
export function isAnycast(
  { forwards }: NetworkDevice,
  own: NetworkInterface['addresses'][number],
  address: IpAddress,
): boolean {
  if (!forwards[6] || familyOf(address) !== 6 || own.prefixLength >= FAMILY[6].bits - 1) return false
  return familyOf(own.address) === 6 && prefixInterval(own).first === address
}

/** The last address of an attached IPv4 prefix: everybody there takes it (RFC 922, [D9]). */
export function isDirectedBroadcast(own: NetworkInterface['addresses'][number], address: IpAddress): boolean {
  if (familyOf(own.address) !== 4 || own.prefixLength >= 31) return false
  return prefixInterval(own).last === address
}

/** The broadcast address of an attached IPv4 prefix, or 255.255.255.255: both go to INPUT [D9]. */
export function isBroadcast(device: NetworkDevice, address: IpAddress): boolean {
  if (familyOf(address) !== 4) return false
  if (address === LIMITED_BROADCAST) return true
  return device.routes.some(
    ({ via, prefixLength, last }) => via === undefined && prefixLength < 31 && last === address,
  )
}

/** The address that a packet of the device's own making towards `to` carries: of the interface it leaves by. */
export function sourceAddressFor(device: NetworkDevice, to: IpAddress): IpAddress | undefined {
  if (isOwnAddress(device, to)) return to
  const family = familyOf(to)
  const firstOf = (each: NetworkInterface | undefined) =>
    each?.addresses.find(({ address }) => familyOf(address) === family)?.address
  const route = lookupRoute(device, to)
  if (!route) return undefined
  const leaving = interfaceByName(device, route.interface)
  const hop = route.via ?? to
  const nearest = leaving?.addresses.find((own) => prefixContains(own, hop))
  return (
    nearest?.address ??
    firstOf(leaving) ??
    device.interfaces.map(firstOf).find((address) => address !== undefined)
  )
}
