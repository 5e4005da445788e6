import type { IpAddress } from '@/model/packet/address'
import { nodeKind } from '@/model/topology/nodes/lookup'
import type { Endpoint, Link } from '@/model/topology/topology'
import type { Neighbor, Network, NetworkDevice } from '../network'
import { isAnycast, isDirectedBroadcast } from './lookup'
import { isJoined } from './multicast'

type Devices = ReadonlyMap<string, NetworkDevice>

/** One interface that hears another, and the way to it. */
interface Heard {
  readonly device: string
  readonly interface: string
  answers(address: IpAddress): boolean
  readonly path: Neighbor['path']
}

const endKey = (device: string, port: string) => `${device}/${port}`

/**
 * Who answers for an address on the broadcast domain of an interface; each domain is walked once. What is sent to all is
 * taken by the nearest of them.
 */
export function neighborFinder(links: readonly Link[], devices: Devices): Network['neighbor'] {
  const cables = new Map<string, { readonly link: string; readonly far: Endpoint }[]>()
  for (const { id, ends } of links) {
    for (const [near, far] of [ends, [ends[1], ends[0]]] as const) {
      const key = endKey(near.device, near.interface)
      cables.set(key, [...(cables.get(key) ?? []), { link: id, far }])
    }
  }
  const domains = new Map<string, readonly Heard[]>()
  return (device, interfaceName, address) => {
    const port = devices.get(device)?.interfaces.find((each) => each.name === interfaceName)
    if (!port) return undefined
    const key = endKey(device, port.id)
    let heard = domains.get(key)
    if (!heard) {
      heard = hear(device, port.id)
      domains.set(key, heard)
    }
    const found = heard.find((each) => each.answers(address))
    return found && { device: found.device, interface: found.interface, path: found.path }
  }

  /** Follows the links, through switches. Breadth first: the shortest way wins, and a ring of switches ends. */
  function hear(from: string, port: string): Heard[] {
    const heard: Heard[] = []
    const crossed = new Set<string>()
    const queue: { device: string; port: string; path: Neighbor['path'] }[] = [
      { device: from, port, path: [] },
    ]
    for (let here = queue.shift(); here; here = queue.shift()) {
      for (const { link, far } of cables.get(endKey(here.device, here.port)) ?? []) {
        const other = devices.get(far.device)
        const entered = other?.interfaces.find((each) => each.id === far.interface)
        if (crossed.has(link) || !other || !entered) continue
        crossed.add(link)
        const path = [...here.path, { link, to: other.id }]
        if (nodeKind(other.kind).hasAddresses) {
          const { name, addresses } = entered
          const answers = (address: IpAddress) =>
            isJoined(other, entered, address) ||
            addresses.some(
              (own) =>
                own.address === address ||
                isAnycast(other, own, address) ||
                isDirectedBroadcast(own, address),
            )
          heard.push({ device: other.id, interface: name, answers, path })
        } else {
          for (const next of other.interfaces) queue.push({ device: other.id, port: next.id, path })
        }
      }
    }
    return heard
  }
}
