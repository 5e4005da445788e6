import { familyOf, type IpAddress } from '@/model/packet/address'
import type { Packet } from '@/model/packet/packet'
import type { PortMapping } from '@/model/topology/topology'

/** Where a port mapping sends a packet. */
export interface Mapped {
  readonly address: IpAddress
  readonly port: number
}

/** The first mapping for the packet's protocol and port, if there is one [R044, R045]. */
export function mappedTo(mappings: readonly PortMapping[], packet: Packet): Mapped | undefined {
  if (packet.kind !== 'tcp' && packet.kind !== 'udp') return undefined
  const { kind, dport, family } = packet
  const found = mappings.find(
    ({ enabled, protocol, outside, insideAddress }) =>
      enabled &&
      protocol === kind &&
      dport >= outside.first &&
      dport <= outside.last &&
      familyOf(insideAddress) === family,
  )
  return found && { address: found.insideAddress, port: found.insidePort + (dport - found.outside.first) }
}
