import { parseAddressTerm } from '@/model/fields/address-field'
import type { Interval } from '@/model/fields/field'
import type { ParseContext } from '../dialect'

/** What the text says of the lists that rules name. */
export class NamedLists {
  private readonly addresses = new Map<string, { intervals: Interval[]; unknown: boolean }>()
  private readonly members = new Map<string, string[]>()
  private readonly interfaces: ParseContext['interfaces']

  constructor(interfaces: ParseContext['interfaces']) {
    this.interfaces = interfaces
  }

  /** `list` of one family. Returns what is wrong with the entry. */
  addAddress(family: 4 | 6, list: string, text: string, off: boolean): string | undefined {
    const key = `${family} ${list}`
    const entry = this.addresses.get(key) ?? { intervals: [], unknown: false }
    this.addresses.set(key, entry)
    if (off) return undefined
    const interval = readAddresses(text)
    if (interval) {
      entry.intervals.push(interval)
      return undefined
    }
    entry.unknown = true
    return `${text} is a name, which the router looks up. The list ${list} is not known here.`
  }

  /** An action puts addresses on the list while the router runs. */
  grows(family: 4 | 6, list: string): void {
    const key = `${family} ${list}`
    const entry = this.addresses.get(key) ?? { intervals: [], unknown: true }
    this.addresses.set(key, { ...entry, unknown: true })
  }

  addressesOf(family: 4 | 6, list: string): readonly Interval[] | undefined {
    const entry = this.addresses.get(`${family} ${list}`)
    return entry && !entry.unknown ? entry.intervals : undefined
  }

  declareInterfaces(list: string): void {
    if (!this.members.has(list)) this.members.set(list, [])
  }

  addInterface(list: string, name: string): void {
    this.members.set(list, [...(this.members.get(list) ?? []), name])
  }

  /** `guessed`: the text has no such list, and the factory's lists WAN and LAN are taken for the sides of the device. */
  interfacesOf(list: string): { readonly names: readonly string[]; readonly guessed: boolean } | undefined {
    const named = this.members.get(list)
    if (named && named.length > 0) return { names: named, guessed: false }
    const side = list === 'WAN' ? 'outside' : list === 'LAN' ? 'inside' : undefined
    const names = this.interfaces.filter((each) => each.side === side).map(({ name }) => name)
    return side && names.length > 0 ? { names, guessed: true } : undefined
  }
}

const NO_NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

/** An address, a prefix or `first-last`. */
export function readAddresses(text: string): Interval | undefined {
  if (!/^[0-9a-f:./-]+$/i.test(text)) return undefined
  const term = parseAddressTerm(text, NO_NAMES)
  return term.ok && term.value.kind === 'range'
    ? { first: term.value.first, last: term.value.last }
    : undefined
}
