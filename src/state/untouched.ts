import type { Network } from '@/engine/network'
import type { Trace } from '@/engine/trace'
import type { Design } from '@/model/project/design'

/** A design and what it was compiled to. */
export interface Drawn {
  readonly design: Design
  readonly network: Network
}

/**
 * Whether a flow would run as it did: its way through the drawing can only change with the wires, the names, the
 * addresses, or a device that one of its packets met. Compiled devices that did not change are the same objects.
 */
export function isUntouched(trace: Trace, before: Drawn, after: Drawn): boolean {
  if (before.network === after.network) return true
  if (!hasSameWires(before.design, after.design)) return false
  return devicesMet(trace).every((id) => before.network.devices.get(id) === after.network.devices.get(id))
}

function hasSameWires(a: Design, b: Design): boolean {
  if (a.links !== b.links || a.names !== b.names || a.seed !== b.seed) return false
  if (a.devices.length !== b.devices.length) return false
  return a.devices.every((device, index) => {
    const other = b.devices[index]
    return device.id === other?.id && device.name === other.name && device.interfaces === other.interfaces
  })
}

const met = new WeakMap<Trace, readonly string[]>()

function devicesMet(trace: Trace): readonly string[] {
  const known = met.get(trace)
  if (known) return known
  const devices = new Set(trace.recorded.map(({ device }) => device))
  for (const step of trace.recorded) if (step.kind === 'hop') devices.add(step.to)
  const list = [...devices]
  met.set(trace, list)
  return list
}
