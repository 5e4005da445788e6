import { firewallKind } from '@/model/firewalls'
import type { IpAddress } from '@/model/packet/address'
import { prefixContains, prefixInterval } from '@/model/packet/prefix'
import type { Design } from '@/model/project/design'
import { allChains, chainKey } from '@/model/ruleset/chains'
import { settingsOf } from '@/model/topology/host-profiles'
import { namesOf, resolverFor } from '@/model/topology/names'
import { nodeKind } from '@/model/topology/nodes'
import { forwards, placeOf } from '@/model/topology/sides'
import type { Device, Link } from '@/model/topology/topology'
import { compileChain } from './filter/compile-chain'
import type { CompiledChain, Neighbor, Network, NetworkDevice, NetworkRoute, Stage } from './network'
import { isPrivate } from './routing/lookup'

/** Makes a design ready to run. Chains that did not change keep their compiled form, whatever else did. */
export function compileNetwork(design: Design): Network {
  const devices = new Map(design.devices.map((device) => [device.id, compileDevice(design, device)]))
  const byName = new Map(design.names.map(({ name, device }) => [name.toLowerCase(), device]))
  for (const device of design.devices) byName.set(device.name.toLowerCase(), device.id)
  return {
    devices,
    names: namesOf(design),
    neighbor: (device, interfaceName, address) =>
      findNeighbor(design, devices, device, interfaceName, address),
    lookupName: (name) => {
      const device = devices.get(byName.get(name.trim().toLowerCase()) ?? '')
      return device?.interfaces.flatMap((each) => each.addresses)[0]?.address
    },
    seed: design.seed,
  }
}

function compileDevice(design: Design, device: Device): NetworkDevice {
  const resolver = resolverFor(design, device.id)
  const kind = firewallKind(device.firewall.kind)
  const chains = new Map<string, CompiledChain>()
  const stages: Stage[] = []
  for (const { ref, table, chain } of allChains(device.firewall.ruleset)) {
    const compiled = compileChain(ref, chain, kind.lockedRules(device.firewall, ref), resolver)
    chains.set(chainKey(ref), compiled)
    for (const attachment of chain.base ? kind.attachments(ref, chain, placeOf(device)) : []) {
      stages.push({ ...attachment, table, chain: compiled })
    }
  }
  const linkOf = (id: string) =>
    design.links.find(({ ends }) => ends.some((end) => end.device === device.id && end.interface === id))
  return {
    id: device.id,
    kind: device.kind,
    name: device.name,
    forwards: forwards(device),
    interfaces: device.interfaces.map(({ id, name, side, addresses }) => {
      const link = linkOf(id)
      return { id, name, side, addresses, ...(link ? { link: link.id } : {}) }
    }),
    routes: compileRoutes(device),
    firewall: kind,
    builtins: device.firewall.builtins,
    // Base chains of one hook and priority run in the reverse of the order in which they were made [C1].
    stages: stages.reverse().sort((a, b) => a.priority - b.priority),
    chain: (ref) => chains.get(chainKey(ref)),
    tracks: kind.keepsState,
    nat: device.nat,
    profile: settingsOf(device),
    ...(device.host.firstPort === undefined ? {} : { firstPort: device.host.firstPort }),
    services: device.services,
    ...(device.nameServer === undefined ? {} : { nameServer: device.nameServer }),
  }
}

/** Attached prefixes and routes whose neighbor is on one of them, longest first. */
function compileRoutes(device: Device): NetworkRoute[] {
  const attached = device.interfaces.flatMap((each) =>
    each.addresses
      .filter(({ address }) => device.kind !== 'internet' || !isPrivate(address))
      .map(
        (own): NetworkRoute => ({
          ...prefixInterval(own),
          prefixLength: own.prefixLength,
          interface: each.name,
        }),
      ),
  )
  const via = device.routes.flatMap((route): NetworkRoute[] => {
    const through = device.interfaces.find((each) =>
      each.addresses.some((own) => prefixContains(own, route.via)),
    )
    if (!through) return []
    const { prefixLength } = route.destination
    return [{ ...prefixInterval(route.destination), prefixLength, via: route.via, interface: through.name }]
  })
  return [...attached, ...via].sort((a, b) => b.prefixLength - a.prefixLength)
}

/** Follows the links from an interface, through switches, to whoever has the address. Breadth first: the shortest way. */
function findNeighbor(
  design: Design,
  devices: ReadonlyMap<string, NetworkDevice>,
  from: string,
  interfaceName: string,
  address: IpAddress,
): Neighbor | undefined {
  const start = devices.get(from)?.interfaces.find((each) => each.name === interfaceName)
  const queue: { device: string; port: string; path: Neighbor['path'] }[] = start
    ? [{ device: from, port: start.id, path: [] }]
    : []
  const seen = new Set<string>()
  for (let here = queue.shift(); here; here = queue.shift()) {
    const { device, port, path } = here
    for (const { link, far } of cables(design.links, device, port)) {
      if (seen.has(link.id)) continue
      seen.add(link.id)
      const other = devices.get(far.device)
      const entered = other?.interfaces.find((each) => each.id === far.interface)
      if (!other || !entered) continue
      const way = [...path, { link: link.id, to: other.id }]
      if (nodeKind(other.kind).hasAddresses) {
        if (entered.addresses.some((own) => own.address === address)) {
          return { device: other.id, interface: entered.name, path: way }
        }
      } else {
        for (const next of other.interfaces) queue.push({ device: other.id, port: next.id, path: way })
      }
    }
  }
  return undefined
}

function cables(
  links: readonly Link[],
  device: string,
  port: string,
): { link: Link; far: Link['ends'][0] }[] {
  return links.flatMap((link) => {
    const near = link.ends.findIndex((end) => end.device === device && end.interface === port)
    const far = link.ends[1 - near]
    return near < 0 || !far ? [] : [{ link, far }]
  })
}
