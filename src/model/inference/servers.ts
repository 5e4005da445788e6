import { familyOf, type IpAddress } from '../packet/address'
import { parsePortRange, serviceName } from '../packet/port'
import { type Prefix, prefixContains } from '../packet/prefix'
import { isPrivate } from '../topology/addressing'
import type { Service } from '../topology/topology'
import { partsOf, type Read } from './guess'
import {
  acts,
  isHost,
  type PortAsked,
  prefixesAsked,
  type RuleFact,
  servicesAsked,
  takesNew,
  translatesTo,
} from './rule-facts'

/** A host that rules let connections begin to, or send them on to. */
export interface FoundServer {
  readonly address: IpAddress
  readonly services: readonly PortAsked[]
  /** Ports by which the outside reaches it, where translation sends it on. */
  readonly mapped: readonly PortAsked[]
  readonly reason: string
}

/** Two rules for one host make one server. */
class Servers {
  readonly #found = new Map<IpAddress, FoundServer>()

  add(server: FoundServer): void {
    const before = this.#found.get(server.address)
    this.#found.set(
      server.address,
      before
        ? {
            ...before,
            services: distinct([...before.services, ...server.services]),
            mapped: distinct([...before.mapped, ...server.mapped]),
          }
        : server,
    )
  }

  all(): FoundServer[] {
    return [...this.#found.values()]
  }
}

/** TLS is spoken there unless a design says otherwise. */
const HTTPS = 443

const same = (a: PortAsked) => `${a.protocol} ${a.port}`

/** One of each port; the first, which may know of TLS. */
function distinct(services: readonly PortAsked[]): PortAsked[] {
  return services.filter((each, index) => services.findIndex((other) => same(other) === same(each)) === index)
}

/** Hosts behind the machine: targets of translation, and what is let through to single addresses inside. */
export function serversInside(
  facts: readonly RuleFact[],
  isInside: (address: IpAddress) => boolean,
): FoundServer[] {
  const servers = new Servers()
  for (const { rule, where } of facts) {
    for (const { address, port } of translatesTo(rule, 'dnat')) {
      const mapped = servicesAsked(rule)
      const services = mapped.map((each) => ({
        protocol: each.protocol,
        port: port ?? each.port,
        ...(each.protocol === 'tcp' && each.port === HTTPS && { tls: true }),
      }))
      servers.add({ address, services, mapped, reason: `${where} sends connections on to it.` })
    }
  }
  for (const server of letThrough(facts)) if (isInside(server.address)) servers.add(server)
  return servers.all()
}

/** Single addresses that are neither inside nor private, and that connections may begin to. */
export function serversOutside(
  facts: readonly RuleFact[],
  isInside: (address: IpAddress) => boolean,
): FoundServer[] {
  const servers = new Servers()
  for (const server of letThrough(facts))
    if (!isInside(server.address) && !isPrivate(server.address) && server.services.length > 0)
      servers.add(server)
  return servers.all()
}

function letThrough(facts: readonly RuleFact[]): FoundServer[] {
  return facts
    .filter(({ rule, hooks }) => hooks.has('forward') && acts(rule, ['accept']) && takesNew(rule))
    .flatMap(({ rule, where }) =>
      prefixesAsked(rule, 'dst')
        .filter(isHost)
        .map(({ address }) => ({
          address,
          services: servicesAsked(rule),
          mapped: [],
          reason: `${where} lets connections to it through.`,
        })),
    )
}

/** What the machine itself is asked for: single ports that rules let in. Empty where none is named. */
export function ownServices(facts: readonly RuleFact[]): { services: PortAsked[]; reason: string } {
  const named = facts.filter(
    ({ rule, hooks }) =>
      (hooks.has('input') || hooks.has('ingress')) &&
      acts(rule, ['accept']) &&
      takesNew(rule) &&
      servicesAsked(rule).length > 0,
  )
  const [first] = named
  return {
    services: distinct(named.flatMap(({ rule }) => servicesAsked(rule))),
    reason: first
      ? `${first.where} ${named.length > 1 ? 'and others let' : 'lets'} connections to these ports in.`
      : 'No rule lets connections to a port of the machine itself in.',
  }
}

export function insideOf(prefixes: readonly Prefix[]): (address: IpAddress) => boolean {
  return (address) =>
    prefixes.some(
      (prefix) => familyOf(prefix.address) === familyOf(address) && prefixContains(prefix, address),
    )
}

export function writeServices(services: readonly PortAsked[]): string {
  return services.length === 0
    ? 'none'
    : services
        .map(({ protocol, port, tls }) => `${protocol} ${port}${tls && port !== HTTPS ? ' tls' : ''}`)
        .join(', ')
}

/** Reads "tcp 443, tcp 8443 tls, udp 53"; "none" and nothing mean that nothing listens. */
export function readServices(text: string): Read<readonly PortAsked[]> {
  if (/^\s*(none)?\s*$/i.test(text)) return { value: [] }
  const value: PortAsked[] = []
  for (const part of text.split(',').map((each) => each.trim())) {
    const [protocol = '', portText = '', tls, ...rest] = partsOf(part.toLowerCase())
    const port = parsePortRange(portText)
    if (protocol !== 'tcp' && protocol !== 'udp')
      return {
        trouble: `${part || 'Nothing'} is not a service. Write tcp or udp and a port, such as tcp 443.`,
      }
    if (!port.ok) return { trouble: port.diagnostics[0]?.message ?? '' }
    if (tls !== undefined && (tls !== 'tls' || protocol !== 'tcp' || rest.length > 0))
      return { trouble: `${part} is not a service. Write tcp 8443 tls where TLS is spoken.` }
    if (port.value.first !== port.value.last || port.value.first === 0)
      return { trouble: `${part} is not one port from 1 to 65535. Write tcp 443, udp 53.` }
    value.push({ protocol, port: port.value.first, ...(tls && { tls: true }) })
  }
  return { value: distinct(value) }
}

/** A program for each, named as people know the port. */
export function servicesOf(ports: readonly PortAsked[]): Service[] {
  return ports.map(({ protocol, port, tls }) => ({
    id: `${protocol}-${port}`,
    name: serviceName(port, protocol) ?? `${protocol} ${port}`,
    protocol,
    port,
    tls: protocol === 'tcp' && (tls === true || port === HTTPS),
  }))
}
