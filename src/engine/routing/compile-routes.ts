import { prefixContains, prefixInterval } from '@/model/packet/prefix'
import type { Device } from '@/model/topology/topology'
import type { NetworkRoute } from '../network'

/** Attached prefixes and routes whose neighbor is on one of them: longest first, attached ones first among equals. */
export function compileRoutes(device: Pick<Device, 'interfaces' | 'routes'>): NetworkRoute[] {
  const attached = device.interfaces.flatMap(({ name, addresses }) =>
    addresses.map(
      (own): NetworkRoute => ({
        ...prefixInterval(own),
        prefixLength: own.prefixLength,
        interface: name,
      }),
    ),
  )
  const through = device.routes.flatMap(({ destination, via }): NetworkRoute[] => {
    // A gateway that is on no attached network cannot be reached; the kernel refuses such a route.
    const port = device.interfaces.find((each) => each.addresses.some((own) => prefixContains(own, via)))
    if (!port) return []
    const { prefixLength } = destination
    return [{ ...prefixInterval(destination), prefixLength, via, interface: port.name }]
  })
  return [...attached, ...through].sort((a, b) => b.prefixLength - a.prefixLength)
}
