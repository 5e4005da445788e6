import type { Design } from '../project/design'
import { nodeKind } from './nodes/lookup'
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
  return segmentFinder(design)(start)
}

/** `segmentOf` for many questions about one drawing. */
export function segmentFinder(design: Drawing): (start: Endpoint) => Attachment[] {
  const devices = new Map(design.devices.map((device) => [device.id, device]))
  const peers = new Map<string, Endpoint>()
  for (const { ends } of design.links) {
    peers.set(endKey(ends[0]), ends[1])
    peers.set(endKey(ends[1]), ends[0])
  }
  return (start) => {
    const seen = new Set([endKey(start)])
    const queue: Endpoint[] = [start]
    const segment: Attachment[] = []
    for (let next = 0; next < queue.length; next++) {
      const here = queue[next] as Endpoint
      const device = devices.get(here.device)
      const port = device?.interfaces.find((each) => each.id === here.interface)
      if (!device || !port) continue
      const joins = !nodeKind(device.kind).hasAddresses
      if (!joins) segment.push({ device, port })
      const peer = peers.get(endKey(here))
      const others = joins
        ? device.interfaces.map((each): Endpoint => ({ device: device.id, interface: each.id }))
        : []
      for (const other of peer ? [peer, ...others] : others) {
        if (seen.has(endKey(other))) continue
        seen.add(endKey(other))
        queue.push(other)
      }
    }
    return segment
  }
}

/** One text per end of a link; ids may hold any character. */
export function endKey(end: Endpoint): string {
  return `${end.device.length} ${end.device} ${end.interface}`
}

/** The link an interface is plugged into, if any. */
export function isPlugged(design: Drawing, end: Endpoint): boolean {
  return design.links.some(({ ends }) =>
    ends.some((each) => each.device === end.device && each.interface === end.interface),
  )
}
