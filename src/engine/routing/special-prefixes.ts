import { type IpAddress, parseAddress } from '@/model/packet/address'
import { parsePrefix, prefixInterval } from '@/model/packet/prefix'

type Range = ReturnType<typeof prefixInterval>

function ranges(...texts: readonly string[]): readonly Range[] {
  return texts.map((text) => {
    const parsed = parsePrefix(text)
    if (!parsed.ok) throw new Error(`not a prefix: ${text}`)
    return prefixInterval(parsed.value)
  })
}

function address(text: string): IpAddress {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`not an address: ${text}`)
  return parsed.value
}

const isIn = (of: readonly Range[], ip: IpAddress) => of.some(({ first, last }) => ip >= first && ip <= last)

export const LOCALHOST_V4 = address('127.0.0.1')
export const LIMITED_BROADCAST = address('255.255.255.255')
/** "This host": an address that only a host without one may send from (RFC 6890). */
export const UNSPECIFIED_V6 = address('::')

const LOOPBACK = ranges('127.0.0.0/8', '::1')
const MULTICAST = ranges('224.0.0.0/4', 'ff00::/8')
/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 2.5.6. */
const PRIVATE = ranges(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
)
/** Addresses of "this network": who has none yet (RFC 6890). */
const THIS_NETWORK = ranges('0.0.0.0/8', '::')
const LINK_LOCAL_V6 = ranges('fe80::/10')
/** Groups that no router passes on (RFC 5771 section 4). */
const LINK_LOCAL_GROUPS_V4 = ranges('224.0.0.0/24')
/** Groups that never leave a host (RFC 4291 2.7). */
const INTERFACE_LOCAL_V6 = ranges('ff00::/16', 'ff01::/16')

export const isLoopback = (ip: IpAddress): boolean => isIn(LOOPBACK, ip)
export const isMulticast = (ip: IpAddress): boolean => isIn(MULTICAST, ip)
/** Prefixes that no public router carries. */
export const isPrivate = (ip: IpAddress): boolean => isIn(PRIVATE, ip)
export const isThisNetwork = (ip: IpAddress): boolean => isIn(THIS_NETWORK, ip)
export const isLinkLocalGroupV4 = (ip: IpAddress): boolean => isIn(LINK_LOCAL_GROUPS_V4, ip)
export const isInterfaceLocalV6 = (ip: IpAddress): boolean => isIn(INTERFACE_LOCAL_V6, ip)
export const isLinkLocalV6 = (ip: IpAddress): boolean => isIn(LINK_LOCAL_V6, ip)
