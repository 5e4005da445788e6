import type { Interval } from '@/model/fields/field'
import { type Family, formatAddress, type IpAddress } from '@/model/packet/address'
import { formatPrefix, intervalAsPrefix } from '@/model/packet/prefix'
import { prefixesOf } from '../prefixes'
import { writeValue } from './words'

/** Lists that rules name, collected while the rules are written. The same content is written once. */
export class WrittenLists {
  private readonly addresses = new Map<
    string,
    { readonly name: string; readonly family: Family; readonly entries: readonly string[] }
  >()
  private readonly interfaces = new Map<
    string,
    { readonly name: string; readonly members: readonly string[] }
  >()
  private readonly taken = new Set<string>()

  /** `wish` is the name of a set of the design. */
  addressList(family: Family, intervals: readonly Interval[], wish: string | undefined): string {
    const entries = intervals.flatMap((interval) => writeAddresses(interval, family))
    const key = `${family} ${wish ?? ''} ${entries.join()}`
    const known = this.addresses.get(key)
    if (known) return known.name
    const name = this.free(wish && /^[\w-]{1,40}$/.test(wish) ? wish : 'addresses')
    this.addresses.set(key, { name, family, entries })
    return name
  }

  interfaceList(members: readonly string[]): string {
    const key = members.join(' ')
    const known = this.interfaces.get(key)
    if (known) return known.name
    const name = this.free('interfaces')
    this.interfaces.set(key, { name, members })
    return name
  }

  private free(wish: string): string {
    let name = wish
    for (let copy = 2; this.taken.has(name); copy++) name = `${wish}-${copy}`
    this.taken.add(name)
    return name
  }

  interfaceLines(): string[] {
    const lists = [...this.interfaces.values()]
    if (lists.length === 0) return []
    return [
      '/interface list',
      ...lists.map(({ name }) => `add name=${name}`),
      '/interface list member',
      ...lists.flatMap(({ name, members }) =>
        members.map((member) => `add interface=${writeValue(member)} list=${name}`),
      ),
    ]
  }

  addressLines(family: Family): string[] {
    const lists = [...this.addresses.values()].filter((list) => list.family === family)
    if (lists.length === 0) return []
    return [
      `/${menuOf(family)} firewall address-list`,
      ...lists.flatMap(({ name, entries }) => entries.map((entry) => `add address=${entry} list=${name}`)),
    ]
  }
}

export const menuOf = (family: Family) => (family === 4 ? 'ip' : 'ipv6')

/** Ranges of IPv6 are not sure to be taken, so they are written as the prefixes that they are made of. */
export function writeAddresses(interval: Interval, family: Family): string[] {
  const prefix = intervalAsPrefix(interval)
  if (prefix) return [formatPrefix(prefix)]
  return family === 4
    ? [`${formatAddress(interval.first as IpAddress)}-${formatAddress(interval.last as IpAddress)}`]
    : prefixesOf(interval).map(formatPrefix)
}
