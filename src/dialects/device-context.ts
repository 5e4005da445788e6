import type { Design } from '@/model/project/design'
import { namesOf, resolverFor } from '@/model/topology/names'
import { placeOf } from '@/model/topology/sides'
import type { Device } from '@/model/topology/topology'
import type { ParseContext, PrintContext } from './dialect'

/** What reading rules for a device needs to know of it. */
export function parseContextOf(design: Design, device: Device): ParseContext {
  const resolver = resolverFor(design, device.id)
  return {
    names: namesOf(design),
    interfaces: device.interfaces.map(({ name, side }) => ({ name, side })),
    resolve: (token) => resolver.token(token),
    resolveSet: (name) => resolver.set(name),
  }
}

/** For rules that come before any device. */
export const NO_DEVICE: ParseContext = {
  names: { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined },
  interfaces: [],
}

/** What writing the rules of a device needs to know of it. */
export function printContextOf(design: Design, device: Device): PrintContext {
  const resolver = resolverFor(design, device.id)
  return {
    ...parseContextOf(design, device),
    designName: design.name,
    deviceName: device.name,
    place: placeOf(device),
    nat: device.nat.mode,
    mappings: device.nat.mappings,
    resolve: (token) => resolver.token(token),
    resolveSet: (name) => resolver.set(name),
  }
}
