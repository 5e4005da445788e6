import { familyOf, type IpAddress, parseAddress } from '@/model/packet/address'
import { type Prefix, parsePrefix, prefixContains } from '@/model/packet/prefix'
import type { NetworkDevice, NetworkInterface, NetworkRoute } from '../network'

/** The route for an address: the longest prefix wins; among equals the first. */
export function lookupRoute(device: NetworkDevice, address: IpAddress): NetworkRoute | undefined {
  return device.routes.find((route) => address >= route.first && address <= route.last)
}

export function interfaceByName(
  device: NetworkDevice,
  name: string | undefined,
): NetworkInterface | undefined {
  return device.interfaces.find((each) => each.name === name)
}

/** Whether the address is one of the device's own, on whatever interface: the weak host model [E14]. */
export function isOwnAddress(device: NetworkDevice, address: IpAddress): boolean {
  return (
    isLoopback(address) ||
    device.interfaces.some((each) => each.addresses.some((own) => own.address === address))
  )
}

/** The broadcast address of an attached IPv4 prefix, or 255.255.255.255: both go to INPUT [D9]. */
export function isBroadcast(device: NetworkDevice, address: IpAddress): boolean {
  if (familyOf(address) !== 4) return false
  if (address === 0xffffffff) return true
  return device.routes.some(
    (route) => route.via === undefined && route.prefixLength < 31 && route.last === address,
  )
}

/** The address that a packet of the device's own making towards `to` carries: of the interface it leaves by. */
export function sourceAddressFor(device: NetworkDevice, to: IpAddress): IpAddress | undefined {
  const family = familyOf(to)
  const of = (each: NetworkInterface | undefined) =>
    each?.addresses.find(({ address }) => familyOf(address) === family)?.address
  const route = lookupRoute(device, to)
  if (!route) return undefined
  const leaving = interfaceByName(device, route.interface)
  const nearest = leaving?.addresses.find((own) => route.via !== undefined && prefixContains(own, route.via))
  return nearest?.address ?? of(leaving) ?? device.interfaces.map(of).find((address) => address !== undefined)
}

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
function address(text: string): IpAddress {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}

const LOOPBACK = [prefix('127.0.0.0/8'), prefix('::1')]
export function isLoopback(ip: IpAddress): boolean {
  return LOOPBACK.some((each) => prefixContains(each, ip))
}

/** Prefixes that no public router carries. Sources: RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 2.5.6. */
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
].map(prefix)
export function isPrivate(ip: IpAddress): boolean {
  return PRIVATE.some((each) => prefixContains(each, ip))
}

const NEVER_A_SOURCE = [
  ...LOOPBACK,
  prefix('0.0.0.0/8'),
  prefix('224.0.0.0/4'),
  prefix('240.0.0.0/4'),
  prefix('ff00::/8'),
]
const UNSPECIFIED_V6 = address('::')
const LINK_LOCAL_V6 = prefix('fe80::/10')

/**
 * Whether a source can not be legitimate on the wire here [D9]: loopback, nothing, multicast, or (IPv4 only) an address
 * of the receiving device itself; IPv6 forwards that one [e10 F1].
 */
export function isMartian(device: NetworkDevice, source: IpAddress): boolean {
  if (NEVER_A_SOURCE.some((each) => prefixContains(each, source))) return true
  if (familyOf(source) === 6) return source === UNSPECIFIED_V6
  return isOwnAddress(device, source)
}

/** A router does not pass these on [e10 F1]. */
export function isNotForwardable(source: IpAddress): boolean {
  return prefixContains(LINK_LOCAL_V6, source)
}
