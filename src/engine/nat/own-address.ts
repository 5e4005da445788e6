import { familyOf, type IpAddress, parseAddress } from '@/model/packet/address'
import type { Packet } from '@/model/packet/packet'
import type { NetworkDevice, NetworkInterface } from '../network'
import { interfaceByName, LOOPBACK_INTERFACE, sourceAddressFor } from '../routing/lookup'
import { isLinkLocalV6, isPrivate } from '../routing/special-prefixes'

const LOOPBACK = { 4: known('127.0.0.1'), 6: known('::1') } as const

function known(text: string): IpAddress {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`not an address: ${text}`)
  return parsed.value
}

/** Where `redirect` sends a packet: to the interface it came by, or to loopback for what is made here [B16, e10 H2]. */
export function redirectAddress(
  device: NetworkDevice,
  packet: Packet,
  iif: string | undefined,
): IpAddress | undefined {
  if (iif === undefined || iif === LOOPBACK_INTERFACE) return LOOPBACK[packet.family]
  const own = globalAddresses(interfaceByName(device, iif), packet.family)
  return packet.family === 4 ? own[0] : own.at(-1)
}

/** The address that `masquerade` gives a packet that leaves by `oif` [e10 H3]. */
export function masqueradeAddress(
  device: NetworkDevice,
  packet: Packet,
  oif: string | undefined,
): IpAddress | undefined {
  if (oif === LOOPBACK_INTERFACE) return addressOnLoopback(device, packet)
  if (packet.family === 4) {
    const own = globalAddresses(interfaceByName(device, oif), 4)
    const facing = sourceAddressFor(device, packet.dst)
    return facing !== undefined && own.includes(facing) ? facing : own[0]
  }
  const own = globalAddresses(interfaceByName(device, oif), 6)
  // RFC 6724 rule 6: a unique local address for a unique local destination; then the last one added.
  return own.filter((each) => isPrivate(each) === isPrivate(packet.dst)).at(-1) ?? own.at(-1)
}

/**
 * What goes to the device itself has no address of `lo` to take: in IPv4 it gets the first one of any interface, in IPv6
 * the address that it asks for, if the device holds it (RFC 6724 rule 1).
 */
function addressOnLoopback(device: NetworkDevice, { family, dst }: Packet): IpAddress | undefined {
  const all = device.interfaces.flatMap((each) => globalAddresses(each, family))
  return family === 6 && (dst === LOOPBACK[6] || all.includes(dst)) ? dst : all[0]
}

function globalAddresses(of: NetworkInterface | undefined, family: 4 | 6): IpAddress[] {
  return (of?.addresses ?? [])
    .map(({ address }) => address)
    .filter((address) => familyOf(address) === family && !isLinkLocalV6(address))
}
