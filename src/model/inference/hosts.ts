import { type Family, familyOf, formatAddress, type IpAddress, parseAddress } from '../packet/address'
import { type Prefix, prefixOf } from '../packet/prefix'
import { freeAddressFrom, overlaps, prefixBeside } from '../topology/addressing'
import type { PlannedHost, PlannedPort } from './draw'
import { type Inquiry, listed, partsOf, type Read } from './guess'
import { type FoundServer, insideOf, readServices, writeServices } from './servers'

/** A host's number in its network, as people count. */
const CLIENT_NUMBER = 10
const SERVER_NUMBER = 80

/** RFC 2606 section 3. */
export const SITE = 'www.example.com'

export function askClient(
  inquiry: Inquiry,
  { name, addresses, side }: Pick<PlannedPort, 'name' | 'addresses' | 'side'>,
  servers: readonly PlannedHost[],
  label: string,
): PlannedHost[] {
  const taken = new Set(
    [...addresses, ...servers.flatMap((each) => each.addresses)].map(({ address }) => address),
  )
  const guess = oneOfEach(addresses).flatMap(
    (prefix) => freeAddressFrom(prefixOf(prefix), taken, CLIENT_NUMBER) ?? [],
  )
  const chosen = inquiry.text<readonly IpAddress[]>(
    {
      id: `client on ${name}`,
      label: `A client on ${name}`,
      reason: `Something ${side === 'inside' ? 'behind' : 'beside'} ${name} has to begin a connection; write none to leave it out.`,
      place: `${label}, Interfaces`,
    },
    guess,
    listed,
    (text) => readHosts(text, addresses),
  )
  if (chosen.length === 0) return []
  return [
    {
      id: `client-${name}`,
      kind: 'client',
      name: label,
      addresses: chosen.map((address) => ({ address, prefixLength: lengthFor(address, addresses) })),
      services: [],
    },
  ]
}

/** The first of each family. */
function oneOfEach(addresses: readonly Prefix[]): Prefix[] {
  return ([4, 6] as const).flatMap(
    (family) => addresses.find(({ address }) => familyOf(address) === family) ?? [],
  )
}

function lengthFor(address: IpAddress, prefixes: readonly Prefix[]): number {
  const found = prefixes.find((prefix) => insideOf([prefix])(address))
  if (!found) throw new Error('the address of a host is in a network of its interface')
  return found.prefixLength
}

function readHosts(text: string, prefixes: readonly Prefix[]): Read<readonly IpAddress[]> {
  if (/^\s*none\s*$/i.test(text)) return { value: [] }
  const value: IpAddress[] = []
  for (const part of partsOf(text)) {
    const address = parseAddress(part)
    if (!address.ok) return { trouble: address.diagnostics[0]?.message ?? '' }
    if (!insideOf(prefixes)(address.value)) return { trouble: `${part} is in no network of that interface.` }
    value.push(address.value)
  }
  return value.length > 0 ? { value } : { trouble: 'An address is missing. Write one, or none.' }
}

/** More of a kind than a drawing can show at a glance. */
export const HOSTS_AT_MOST = 8

/** The servers that are drawn behind interfaces with these addresses; what is left out is told. */
export function askServers(
  inquiry: Inquiry,
  found: readonly FoundServer[],
  inside: readonly Prefix[],
  leftOut: string[],
): PlannedHost[] {
  const isInside = insideOf(inside)
  const lost = found.filter(({ address }) => !isInside(address))
  const all = found.filter(({ address }) => isInside(address))
  const [drawn, rest] = [all.slice(0, HOSTS_AT_MOST), all.slice(HOSTS_AT_MOST)]
  const names = (servers: readonly FoundServer[]) => listed(servers.map(({ address }) => address))
  if (rest.length > 0)
    leftOut.push(`The rules name more servers inside, which are not drawn: ${names(rest)}.`)
  if (lost.length > 0)
    leftOut.push(
      `Not drawn, being in no network inside: ${names(lost)}. Add an address to an interface for them.`,
    )
  return drawn.map((server) => {
    const text = formatAddress(server.address)
    const name = `Server ${text}`
    const question = {
      id: `services of ${text}`,
      label: `${name} listens on`,
      reason: server.reason,
      place: `${name}, Host`,
    }
    return {
      id: `server-${text}`,
      kind: 'server',
      name,
      addresses: [{ address: server.address, prefixLength: lengthFor(server.address, inside) }],
      services: inquiry.text(question, server.services, writeServices, readServices),
    }
  })
}

/** The web server that clients open, and the servers outside that rules name. */
export function askOutside(
  inquiry: Inquiry,
  found: readonly FoundServer[],
  families: readonly Family[],
  used: readonly Prefix[],
  leftOut: string[],
): PlannedHost[] {
  const named: PlannedHost[] = []
  const rest: IpAddress[] = []
  for (const { address, services } of found) {
    const own: Prefix = { address, prefixLength: familyOf(address) === 4 ? 24 : 64 }
    const isFree = (others: readonly Prefix[]) => !others.some((other) => overlaps(other, own))
    const fits =
      named.length < HOSTS_AT_MOST && isFree(used) && named.every(({ addresses }) => isFree(addresses))
    if (!fits) {
      rest.push(address)
      continue
    }
    const text = formatAddress(address)
    named.push({ id: `server-${text}`, kind: 'server', name: `Server ${text}`, addresses: [own], services })
  }
  if (rest.length > 0)
    leftOut.push(`The rules name more addresses outside, which are not drawn: ${listed(rest)}.`)
  const site = inquiry.addresses(
    {
      id: 'site',
      label: `Addresses of ${SITE}`,
      reason: 'Clients need something to open; this stands for any page outside.',
      place: `${SITE}, Interfaces`,
    },
    freshAddresses(families, [...used, ...named.flatMap((host) => host.addresses)], SERVER_NUMBER),
  )
  const services = [{ protocol: 'tcp', port: 443 } as const, { protocol: 'tcp', port: 80 } as const]
  return [{ id: 'site', kind: 'server', name: SITE, addresses: site, services }, ...named]
}

/** Someone outside who begins connections to a machine that stands on the internet itself. */
export function visitor(families: readonly Family[], used: readonly Prefix[]): PlannedHost {
  const addresses = freshAddresses(families, used, CLIENT_NUMBER)
  return { id: 'visitor', kind: 'client', name: 'Visitor', addresses, services: [] }
}

/** An address of each family in a public network that nothing else is in. */
export function freshAddresses(
  families: readonly Family[],
  used: readonly Prefix[],
  number: number,
): Prefix[] {
  return families.flatMap((family) => {
    const prefix = prefixBeside(used, family, true)
    const address = prefix && freeAddressFrom(prefix, new Set(), number)
    return address === undefined ? [] : [{ address, prefixLength: prefix?.prefixLength ?? 0 }]
  })
}
