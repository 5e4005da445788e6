import type { AddressType } from '@/model/fields/field'
import type { IpAddress } from '@/model/packet/address'
import type { NetworkDevice } from '../network'
import { isBroadcast } from './lookup'
import { isLoopback, isMulticast, isThisNetwork } from './special-prefixes'

/**
 * What an address is to a device: the kernel asks its table of local addresses, and takes everything that is not there
 * for unicast (inet_addr_type).
 */
export function addressTypeOf(device: NetworkDevice, address: IpAddress): AddressType {
  if (isMulticast(address)) return 'multicast'
  if (isThisNetwork(address)) return typeof address === 'bigint' ? 'unspecified' : 'broadcast'
  if (isBroadcast(device, address)) return 'broadcast'
  const isOwn = device.interfaces.some((each) => each.addresses.some((own) => own.address === address))
  return isOwn || isLoopback(address) ? 'local' : 'unicast'
}
