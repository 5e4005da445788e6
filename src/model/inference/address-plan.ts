import { FAMILY, type Family, familyOf, type IpAddress, toInteger } from '../packet/address'
import { type Prefix, prefixContains, prefixOf } from '../packet/prefix'
import { freeAddressFrom, isPrivate, overlaps, prefixBeside } from '../topology/addressing'
import { acts, interfacesAsked, isHost, prefixesAsked, type RuleFact, translatesTo } from './rule-facts'

/** A prefix or address that a rule names, by the interface it is behind where the rule tells. */
interface Clue {
  readonly prefix: Prefix
  readonly interface?: string
  readonly where: string
}

/** Addresses of an interface, and why. */
export interface PlannedAddresses {
  readonly addresses: readonly Prefix[]
  readonly reason: string
}

/** Lengths of the networks that people draw around a single address. */
const USUAL_LENGTH: Readonly<Record<Family, number>> = { 4: 24, 6: 64 }

const around = (address: IpAddress): Prefix =>
  prefixOf({ address, prefixLength: USUAL_LENGTH[familyOf(address)] })

/** What is behind the inside interfaces. */
function insideClues(facts: readonly RuleFact[]): Clue[] {
  return facts.flatMap(({ rule, where }): Clue[] => {
    if (acts(rule, ['drop', 'reject'])) return []
    const at = (names: readonly string[], prefixes: readonly Prefix[]): Clue[] =>
      prefixes
        .filter(isNetwork)
        .flatMap((prefix) =>
          names.length > 0
            ? names.map((name) => ({ prefix, interface: name, where }))
            : isPrivate(prefix.address)
              ? [{ prefix, where }]
              : [],
        )
    const masked = acts(rule, ['masquerade', 'snat'])
    return [
      ...at(
        masked ? interfacesAsked(rule, 'oif', true) : interfacesAsked(rule, 'iif'),
        prefixesAsked(rule, 'src'),
      ),
      ...at(masked ? [] : interfacesAsked(rule, 'oif'), prefixesAsked(rule, 'dst')),
      ...translatesTo(rule, 'dnat')
        .map(({ address }) => ({ prefix: hostPrefix(address), where }))
        .filter(({ prefix }) => isNetwork(prefix)),
    ]
  })
}

function hostPrefix(address: IpAddress): Prefix {
  return { address, prefixLength: FAMILY[familyOf(address)].bits }
}

/** Addresses that the machine itself seems to have: rules for what is delivered to it, or translated to, name them. */
function ownClues(facts: readonly RuleFact[]): Clue[] {
  return facts.flatMap(({ rule, hooks, where }): Clue[] => {
    const translated = translatesTo(rule, 'snat').flatMap(({ address }) => {
      const names = interfacesAsked(rule, 'oif')
      return names.length > 0
        ? names.map((name) => ({ prefix: hostPrefix(address), interface: name, where }))
        : [{ prefix: hostPrefix(address), where }]
    })
    const local = hooks.has('input') || (hooks.has('prerouting') && acts(rule, ['dnat', 'redirect']))
    const delivered = local ? prefixesAsked(rule, 'dst').filter(isOwnAddress) : []
    const [name] = interfacesAsked(rule, 'iif')
    return [
      ...translated,
      ...delivered.map((prefix) => ({ prefix, ...(name !== undefined && { interface: name }), where })),
    ]
  })
}

/** Prefixes that stand for anywhere, and those that are on every link (RFC 3927, RFC 4291 2.5.6), are nobody's network. */
function isNetwork(prefix: Prefix): boolean {
  const widest = familyOf(prefix.address) === 4 ? 8 : 32
  return prefix.prefixLength >= widest && !isMulticast(prefix.address) && !isOnEveryLink(prefix.address)
}

/** 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16; fe80::/10, ::, ::1 */
function isOnEveryLink(address: IpAddress): boolean {
  if (typeof address === 'number') return [0, 127].includes(address >>> 24) || address >>> 16 === 0xa9fe
  const low = toInteger(address)
  return low >> 118n === 0x3fan || low <= 1n
}

/** 224.0.0.0/4 and above, 255.255.255.255 among them (RFC 1112, RFC 919); ff00::/8 (RFC 4291). */
function isMulticast(address: IpAddress): boolean {
  return typeof address === 'number' ? address >= 0xe000_0000 : toInteger(address) >> 120n === 0xffn
}

function isOwnAddress(prefix: Prefix): boolean {
  return isHost(prefix) && !isMulticast(prefix.address) && !isOnEveryLink(prefix.address)
}

interface Port {
  readonly name: string
  readonly side: 'inside' | 'outside'
  /** Whether its networks are private where the rules name none. */
  readonly isLocal: boolean
  /** Last number of the address where the rules name none. */
  readonly number: number
}

/** Whether the rules speak of private addresses as those of neighbors or of the machine. */
export function namesPrivate(facts: readonly RuleFact[]): boolean {
  return [...insideClues(facts), ...ownClues(facts)].some(({ prefix }) => isPrivate(prefix.address))
}

/** Whether the rules speak of public IPv4 addresses behind one of these interfaces. */
export function namesPublic(facts: readonly RuleFact[], names: readonly string[]): boolean {
  return insideClues(facts).some(
    ({ prefix, interface: name }) =>
      name !== undefined &&
      names.includes(name) &&
      familyOf(prefix.address) === 4 &&
      !isPrivate(prefix.address),
  )
}

/** Addresses for all interfaces, so that no two networks touch. */
export function planAddresses(
  facts: readonly RuleFact[],
  ports: readonly Port[],
  families: readonly Family[],
): Map<string, PlannedAddresses> {
  const plan = new Map<string, { address: Prefix; reason: string }[]>(ports.map(({ name }) => [name, []]))
  const clues = insideClues(facts)
  const own = ownClues(facts)
  const hosts = new Set(clues.filter(({ prefix }) => isHost(prefix)).map(({ prefix }) => prefix.address))
  const inside = ports.filter(({ side }) => side === 'inside')
  for (const family of families) {
    const networks = insideNetworks(
      clues.filter(({ prefix }) => familyOf(prefix.address) === family),
      inside,
    )
    for (const { name, side, isLocal, number } of [
      ...inside,
      ...ports.filter((port) => port.side === 'outside'),
    ]) {
      const planned = plan.get(name) ?? []
      const used = [...plan.values()].flat().map(({ address }) => prefixOf(address))
      const mine = own.filter(
        ({ prefix, interface: at }) =>
          familyOf(prefix.address) === family &&
          (at === name || (at === undefined && isPrivate(prefix.address) === isLocal)) &&
          !hosts.has(prefix.address),
      )
      const named = side === 'inside' ? networks.filter((each) => each.interface === name) : []
      const fresh = named.length > 0 ? named : [unnamed(mine, used, networks, family, !isLocal)]
      for (const { prefix, where } of fresh) {
        if (!prefix) continue
        const mineThere = mine.find((each) => prefixContains(prefix, each.prefix.address))
        const address = mineThere?.prefix.address ?? freeAddressFrom(prefix, hosts, number)
        if (address === undefined) continue
        const reason = mineThere
          ? `${mineThere.where} names the address as one of the machine itself.`
          : where === undefined
            ? `The rules name no ${FAMILY[family].name} address here; this is one from the examples.`
            : `${where} names what is behind it.`
        planned.push({ address: { address, prefixLength: prefix.prefixLength }, reason })
      }
    }
  }
  return new Map(
    [...plan].map(([name, planned]) => [
      name,
      {
        addresses: planned.map(({ address }) => address),
        reason: [...new Set(planned.map(({ reason }) => reason))].join(' '),
      },
    ]),
  )
}

interface Network {
  readonly prefix: Prefix | undefined
  readonly interface?: string
  /** Absent: made up. */
  readonly where?: string
}

/** The network of an interface whose rules name none: around an address of its own, or one of the examples. */
function unnamed(
  mine: readonly Clue[],
  used: readonly Prefix[],
  named: readonly Network[],
  family: Family,
  isPublic: boolean,
): Network {
  const taken = [...used, ...named.flatMap(({ prefix }) => prefix ?? [])]
  const [own] = mine.filter(({ prefix }) => !taken.some((other) => overlaps(other, around(prefix.address))))
  if (own) return { prefix: around(own.prefix.address), where: own.where }
  return { prefix: prefixBeside(taken, family, isPublic) }
}

/** An interface that is in more networks than these is no help to look at. */
const NETWORKS_AT_MOST = 4

/**
 * Which network is behind which inside interface. What a rule names together with an interface comes first, networks
 * before single addresses; the rest goes to interfaces that have none yet. Single addresses that are in no network then
 * get one on the first interface.
 */
function insideNetworks(clues: readonly Clue[], inside: readonly Port[]): Network[] {
  const networks: Network[] = []
  const isFree = (prefix: Prefix) => !networks.some((each) => each.prefix && overlaps(each.prefix, prefix))
  const countAt = (name: string) => networks.filter((each) => each.interface === name).length
  const without = () => inside.find(({ name }) => countAt(name) === 0)?.name
  const add = ({ prefix, where }: Clue, at: string | undefined) => {
    if (at === undefined || countAt(at) >= NETWORKS_AT_MOST) return
    const network = isHost(prefix) ? around(prefix.address) : prefix
    if (isFree(network)) networks.push({ prefix: network, interface: at, where })
  }
  const named = distinct(clues)
  const wide = named.filter(({ prefix }) => !isHost(prefix))
  const single = named.filter(({ prefix }) => isHost(prefix))
  for (const clue of placedNetworks(wide, inside)) add(clue, clue.interface)
  for (const clue of single) if (inside.some(({ name }) => name === clue.interface)) add(clue, clue.interface)
  for (const clue of wide) if (clue.interface === undefined) add(clue, without())
  for (const clue of single) if (clue.interface === undefined) add(clue, without() ?? inside[0]?.name)
  return networks
}

/** More clues than these say nothing new about a handful of interfaces. */
const CLUES_AT_MOST = 400

function distinct(clues: readonly Clue[]): Clue[] {
  const key = ({ prefix, interface: name }: Clue) => `${prefix.address}/${prefix.prefixLength} ${name ?? ''}`
  return [...new Map([...clues].reverse().map((clue) => [key(clue), clue])).values()]
    .reverse()
    .slice(0, CLUES_AT_MOST)
}

/** Networks behind inside interfaces, wide before narrow, without those that hold a network of another interface. */
function placedNetworks(wide: readonly Clue[], inside: readonly Port[]): Clue[] {
  const placed = wide.filter((clue) => inside.some(({ name }) => name === clue.interface))
  const holdsAnother = (clue: Clue) =>
    placed.some(
      (other) =>
        other.interface !== clue.interface &&
        other.prefix.prefixLength > clue.prefix.prefixLength &&
        overlaps(other.prefix, clue.prefix),
    )
  return placed
    .filter((clue) => !holdsAnother(clue))
    .sort((a, b) => a.prefix.prefixLength - b.prefix.prefixLength)
}
