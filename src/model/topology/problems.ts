import { familyOf, formatAddress, type IpAddress } from '../packet/address'
import { formatPrefix, prefixContains, prefixOf } from '../packet/prefix'
import type { Design } from '../project/design'
import { nodeKind } from './nodes/lookup'
import { endKey, segmentFinder } from './segments'
import type { Device, Interface } from './topology'

/** Something about the drawing that keeps packets from their way, at the device where it can be mended. */
export interface Problem {
  /** Name of the interface; absent where the device as a whole is meant. */
  readonly interface?: string
  readonly sentence: string
}

/** Device id -> what is wrong there. Devices without problems are not in the map. */
export function problemsOf(design: Design): Map<string, Problem[]> {
  const drawing: Drawing = {
    holders: addressHolders(design),
    segment: segmentFinder(design),
    plugged: new Set(design.links.flatMap(({ ends }) => ends.map(endKey))),
  }
  const entries = design.devices.flatMap((device): [string, Problem[]][] => {
    if (!nodeKind(device.kind).hasAddresses) return []
    const problems = [
      ...device.interfaces.flatMap((port) => interfaceProblems(drawing, device, port)),
      ...routeProblems(drawing, device),
      ...missingDefaults(drawing, device),
    ]
    return problems.length > 0 ? [[device.id, problems]] : []
  })
  return new Map(entries)
}

type Holders = ReadonlyMap<IpAddress, readonly { readonly device: Device; readonly port: Interface }[]>

/** What is looked up again and again about one design. */
interface Drawing {
  readonly holders: Holders
  readonly segment: ReturnType<typeof segmentFinder>
  /** Keys of the ends of all links. */
  readonly plugged: ReadonlySet<string>
}

function addressHolders(design: Design): Holders {
  const holders = new Map<IpAddress, { device: Device; port: Interface }[]>()
  for (const device of design.devices) {
    for (const port of device.interfaces) {
      for (const { address } of port.addresses) {
        holders.set(address, [...(holders.get(address) ?? []), { device, port }])
      }
    }
  }
  return holders
}

function interfaceProblems(drawing: Drawing, device: Device, port: Interface): Problem[] {
  const end = { device: device.id, interface: port.id }
  const says = (sentence: string): Problem => ({ interface: port.name, sentence })
  if (!drawing.plugged.has(endKey(end))) return [says(`${port.name} is not plugged in. Draw a link from it.`)]
  if (port.addresses.length === 0) {
    return [says(`${port.name} has no address. Write one such as 192.168.1.10/24.`)]
  }
  const others = drawing.segment(end).filter((each) => each.port !== port)
  return port.addresses.flatMap((own) => {
    const problems: Problem[] = []
    const text = formatAddress(own.address)
    const twin = drawing.holders.get(own.address)?.find((holder) => holder.port !== port)
    if (twin) problems.push(says(`${text} is also the address of ${twin.device.name}, ${twin.port.name}.`))
    const family = familyOf(own.address)
    const around = others
      .flatMap((each) => each.port.addresses)
      .filter(({ address }) => familyOf(address) === family)
    const first = around[0]
    if (first && !around.some((other) => prefixContains(other, own.address))) {
      problems.push(says(`${text} is outside ${formatPrefix(prefixOf(first))}, the prefix of its link.`))
    }
    return problems
  })
}

function routeProblems(drawing: Drawing, device: Device): Problem[] {
  return device.routes.flatMap((route): Problem[] => {
    const via = formatAddress(route.via)
    const isDefault = route.destination.prefixLength === 0
    const what = isDefault ? 'The default route' : `The route to ${formatPrefix(route.destination)}`
    const port = device.interfaces.find((each) =>
      each.addresses.some((own) => prefixContains(own, route.via)),
    )
    if (!port) {
      return [
        { sentence: `${what} goes via ${via}, which is on no network of ${device.name}. Name a neighbor.` },
      ]
    }
    const end = { device: device.id, interface: port.id }
    const answered = drawing
      .segment(end)
      .some(
        (each) => each.device !== device && each.port.addresses.some(({ address }) => address === route.via),
      )
    if (answered || !drawing.plugged.has(endKey(end))) return []
    return [
      {
        interface: port.name,
        sentence: `${what} goes via ${via}, and nobody at ${port.name} has that address. Name a neighbor.`,
      },
    ]
  })
}

/** A host or router that has neighbors of a family, one of them a router, and no way further. */
function missingDefaults(drawing: Drawing, device: Device): Problem[] {
  if (device.kind === 'internet') return []
  return ([4, 6] as const).flatMap((family): Problem[] => {
    if (
      device.routes.some(
        ({ destination: { address, prefixLength } }) => prefixLength === 0 && familyOf(address) === family,
      )
    ) {
      return []
    }
    const wanted = device.interfaces
      .filter(
        (port) =>
          port.side === 'outside' && port.addresses.some(({ address }) => familyOf(address) === family),
      )
      .flatMap((port) => drawing.segment({ device: device.id, interface: port.id }))
      .find(
        ({ device: other, port }) =>
          other.id !== device.id &&
          nodeKind(other.kind).forwards &&
          port.addresses.some(({ address }) => familyOf(address) === family),
      )
    const gateway = wanted?.port.addresses.find(({ address }) => familyOf(address) === family)
    if (!wanted || !gateway) return []
    return [
      {
        sentence: `${device.name} has no default route for IPv${family}, so it reaches only its own network. Add one via ${formatAddress(gateway.address)}, ${wanted.device.name}.`,
      },
    ]
  })
}
