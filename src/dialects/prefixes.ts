import type { Interval } from '@/model/fields/field'
import { FAMILY, familyOf, fromInteger, type IpAddress, toInteger } from '@/model/packet/address'
import type { Prefix } from '@/model/packet/prefix'

/** The fewest prefixes that hold exactly the interval. */
export function prefixesOf({ first, last }: Interval): Prefix[] {
  const family = familyOf(first as IpAddress)
  const { bits } = FAMILY[family]
  const end = toInteger(last as IpAddress)
  const prefixes: Prefix[] = []
  for (let at = toInteger(first as IpAddress); at <= end; ) {
    let hostBits = 0
    while (
      hostBits < bits &&
      at % (1n << BigInt(hostBits + 1)) === 0n &&
      at + (1n << BigInt(hostBits + 1)) - 1n <= end
    )
      hostBits++
    prefixes.push({ address: fromInteger(family, at), prefixLength: bits - hostBits })
    at += 1n << BigInt(hostBits)
  }
  return prefixes
}
