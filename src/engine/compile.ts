import { fieldsOf } from '@/model/fields/cell'
import type { FieldId } from '@/model/fields/field'
import { firewallKind } from '@/model/firewalls/lookup'
import { familyOf } from '@/model/packet/address'
import type { Design } from '@/model/project/design'
import { allChains, chainKey } from '@/model/ruleset/chains'
import type { Table } from '@/model/ruleset/ruleset'
import { settingsOf } from '@/model/topology/host-profiles'
import { namesOf, resolverFor } from '@/model/topology/names'
import { forwards, placeOf } from '@/model/topology/sides'
import type { Device } from '@/model/topology/topology'
import { putsFragmentsTogether } from './conntrack/in-use'
import { compileChain } from './filter/compile-chain'
import type { CompiledChain, Network, NetworkDevice, Stage } from './network'
import { addressTypeOf } from './routing/address-type'
import { compileRoutes } from './routing/compile-routes'
import { neighborFinder } from './routing/neighbors'

/**
 * Makes a design ready to run. Chains and devices that did not change keep their compiled form and its identity,
 * whatever else did, so an edit costs what it touches.
 */
export function compileNetwork(design: Design): Network {
  const names = namesOf(design)
  const linkOf = new Map<string, string>()
  for (const { id, ends } of design.links) {
    for (const end of ends) linkOf.set(`${end.device}/${end.interface}`, id)
  }
  const devices = new Map(
    design.devices.map((device) => {
      const links = device.interfaces.map((each) => linkOf.get(`${device.id}/${each.id}`))
      return [device.id, compileDevice(design, device, links, names)]
    }),
  )
  return {
    devices,
    names,
    neighbor: neighborFinder(design.links, devices),
    lookupName: (name) => {
      const wanted = name.trim().toLowerCase()
      const entry = design.names.find((each) => each.name.toLowerCase() === wanted)
      const named = entry ?? design.devices.find((device) => device.name.toLowerCase() === wanted)
      const device = named && devices.get('device' in named ? named.device : named.id)
      const addresses = device?.interfaces.flatMap((each) => each.addresses.map(({ address }) => address))
      return addresses?.find((address) => familyOf(address) === 4) ?? addresses?.[0]
    },
    seed: design.seed,
  }
}

interface Compiled {
  readonly of: Device
  readonly links: readonly (string | undefined)[]
  readonly chains: readonly CompiledChain[]
  readonly device: NetworkDevice
}

/** By the list of interfaces, which stays the same object while a device is moved about or its rules change. */
const cache = new WeakMap<Device['interfaces'], Compiled>()

interface ChainOfDevice {
  readonly table: Table
  readonly compiled: CompiledChain
  readonly attachments: readonly Omit<Stage, 'table' | 'chain'>[]
}

function compileDevice(
  design: Design,
  device: Device,
  links: readonly (string | undefined)[],
  names: Network['names'],
): NetworkDevice {
  const kind = firewallKind(device.firewall.kind)
  const resolver = resolverFor(design, device.id)
  const place = placeOf(device)
  const chains = allChains(device.firewall.ruleset).map(({ ref, table, chain }): ChainOfDevice => {
    const compiled = compileChain(chain, {
      ref,
      resolver,
      names,
      kind: kind.id,
      builtins: device.firewall.builtins,
      locked: () => kind.lockedRules(device.firewall, ref),
    })
    return { table, compiled, attachments: chain.base ? kind.attachments(ref, chain, place) : [] }
  })
  const known = cache.get(device.interfaces)
  const compiledChains = chains.map(({ compiled }) => compiled)
  const isKnown =
    known !== undefined &&
    runsLike(known.of, device) &&
    sameList(known.links, links) &&
    sameList(known.chains, compiledChains)
  if (isKnown) return known.device
  const made = assemble(device, links, chains)
  cache.set(device.interfaces, { of: device, links, chains: compiledChains, device: made })
  return made
}

/** Whether two states of a device differ at most in where they stand on the drawing. */
function runsLike(a: Device, b: Device): boolean {
  const { position: _, ...others } = a
  return (Object.keys({ ...others, ...b }) as (keyof Device)[]).every(
    (key) => key === 'position' || a[key] === b[key],
  )
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index])
}

function assemble(
  device: Device,
  links: readonly (string | undefined)[],
  chains: readonly ChainOfDevice[],
): NetworkDevice {
  const kind = firewallKind(device.firewall.kind)
  const byKey = new Map(chains.map(({ compiled }) => [chainKey(compiled.ref), compiled]))
  const made: NetworkDevice = {
    id: device.id,
    kind: device.kind,
    name: device.name,
    forwards: { 4: forwards(device), 6: forwards(device) },
    interfaces: device.interfaces.map((port, index) => {
      const link = links[index]
      return link === undefined ? port : { ...port, link }
    }),
    routes: compileRoutes(device),
    firewall: kind,
    builtins: device.firewall.builtins,
    stages: arrangeStages(chains, kind.id === 'netfilter'),
    chain: (ref) => byKey.get(chainKey(ref)),
    tracks: kind.keepsState,
    defragments: putsFragmentsTogether(
      { firewall: kind, nat: device.nat },
      chains.map(({ compiled }) => compiled),
    ),
    nat: device.nat,
    profile: settingsOf(device),
    ...(device.host.firstPort === undefined ? {} : { firstPort: device.host.firstPort }),
    privileged: device.host.privileged ?? false,
    services: device.services,
    ...(device.nameServer === undefined ? {} : { nameServer: device.nameServer }),
  }
  return chains.some(({ compiled }) => asksAddressTypes(compiled))
    ? { ...made, addressType: (address) => addressTypeOf(made, address) }
    : made
}

const ADDRESS_TYPE_FIELDS: ReadonlySet<FieldId> = new Set(['srcType', 'dstType', 'packetType'])

function asksAddressTypes({ rules }: CompiledChain): boolean {
  return rules.some(({ conditions }) =>
    conditions.some(({ condition }) => fieldsOf(condition).some((field) => ADDRESS_TYPE_FIELDS.has(field))),
  )
}

/** By priority; of equal ones on a hook, netfilter asks the last one defined first [e11 C1]. */
function arrangeStages(chains: readonly ChainOfDevice[], lastFirst: boolean): Stage[] {
  const stages = chains.flatMap(({ table, compiled, attachments }) =>
    attachments.map((attachment): Stage => ({ ...attachment, table, chain: compiled })),
  )
  if (lastFirst) stages.reverse()
  return stages.sort((a, b) => a.priority - b.priority)
}
