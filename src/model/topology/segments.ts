import type { Design } from '../project/design'
import { nodeKind } from './nodes'
import type { Device, Endpoint, Interface } from './topology'

/** An interface with the device it belongs to. */
export interface Attachment {
  readonly device: Device
  readonly port: Interface
}

type Drawing = Pick<Design, 'devices' | 'links'>

/**
 * All interfaces with addresses that hear each other at layer 2: both ends of a link, and what switches join to it.
 * `start` itself is the first, also when it is not plugged in.
 */
export function segmentOf(design: Drawing, start: Endpoint): Attachment[] {
  const devices = new Map(design.devices.map((device) => [device.id, device]))
  const key = (end: Endpoint) => JSON.stringify([end.device, end.interface])
  const peers = new Map<string, Endpoint[]>()
  for (const { ends } of design.links) {
    for (const [here, there] of [ends, [ends[1], ends[0]]] as const) {
      peers.set(key(here), [...(peers.get(key(here)) ?? []), there])
    }
  }
  const seen = new Set([key(start)])
  const queue: Endpoint[] = [start]
  const segment: Attachment[] = []
  for (let end = queue.shift(); end; end = queue.shift()) {
    const here: Endpoint = end
    const device = devices.get(here.device)
    const port = device?.interfaces.find((each) => each.id === here.interface)
    if (!device || !port) continue
    const joins = !nodeKind(device.kind).hasAddresses
    if (!joins) segment.push({ device, port })
    const next = joins
      ? device.interfaces.map((each): Endpoint => ({ device: device.id, interface: each.id }))
      : []
    for (const other of [...(peers.get(key(here)) ?? []), ...next]) {
      if (seen.has(key(other))) continue
      seen.add(key(other))
      queue.push(other)
    }
  }
  return segment
}

/** The link an interface is plugged into, if any. */
export function isPlugged(design: Drawing, end: Endpoint): boolean {
  return design.links.some(({ ends }) =>
    ends.some((each) => each.device === end.device && each.interface === end.interface),
  )
}
