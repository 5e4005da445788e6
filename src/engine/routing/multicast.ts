import { familyOf, fromInteger, type IpAddress, parseAddress, toInteger } from '@/model/packet/address'
import type { NetworkDevice, NetworkInterface } from '../network'
import { isAnycast } from './lookup'

function group(text: string): IpAddress {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`not an address: ${text}`)
  return parsed.value
}

/** Every host is in it, on each of its interfaces (RFC 1112, RFC 4291 2.7.1). */
const ALL_HOSTS: ReadonlySet<IpAddress> = new Set([group('224.0.0.1'), group('ff02::1')])
/** Routers of IPv6 are, link-local and site-local (RFC 4291 2.7.1). */
const ALL_ROUTERS: ReadonlySet<IpAddress> = new Set([group('ff02::2'), group('ff05::2')])
const SOLICITED_NODE = toInteger(group('ff02::1:ff00:0'))
const LOW_24_BITS = 0xffffffn

/** The group of all that may have this IPv6 address: neighbor discovery asks them (RFC 4291 2.7.1). */
export function solicitedNodeGroup(address: bigint): IpAddress {
  return fromInteger(6, SOLICITED_NODE | (address & LOW_24_BITS))
}

/** Whether packets to the group are for the device where they come in by this interface; nobody joins others [e10 F1]. */
export function isJoined(device: NetworkDevice, { addresses }: NetworkInterface, to: IpAddress): boolean {
  if (!addresses.some(({ address }) => familyOf(address) === familyOf(to))) return false
  if (ALL_HOSTS.has(to) || (device.forwards[6] && ALL_ROUTERS.has(to))) return true
  return addresses.some(
    (own) =>
      typeof own.address === 'bigint' &&
      (solicitedNodeGroup(own.address) === to || isAnycastGroup(device, own, to)),
  )
}

/** The subnet-router anycast address ends in zeros, as long as the prefix leaves 24 bits to the host. */
function isAnycastGroup(
  device: NetworkDevice,
  own: NetworkInterface['addresses'][number],
  to: IpAddress,
): boolean {
  const { address, prefixLength } = own
  if (typeof address !== 'bigint') return false
  const host = BigInt(128 - prefixLength)
  const first = (address >> host) << host
  return isAnycast(device, own, fromInteger(6, first)) && solicitedNodeGroup(first) === to
}
