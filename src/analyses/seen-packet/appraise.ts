import type { Network, NetworkDevice } from '@/engine/network'
import type { Design } from '@/model/project/design'
import { type Result, success } from '@/model/result'
import { type Admission, admit } from './admit'
import { type Asked, askDevice, type SeenPacket } from './ask-device'
import { findDevice } from './find-device'

/** What a design says of a packet that was seen. */
export interface Appraisal {
  readonly device: NetworkDevice
  readonly asked: Asked
  /** What it takes to let the packet through; absent where it is let through. */
  readonly admission?: Admission
}

export interface Appraised extends SeenPacket {
  /** The machine that told of it. */
  readonly host?: string
}

/** Finds the device at which a packet was seen, asks it, and what would let the packet through. */
export function appraise(
  design: Design,
  network: Network,
  seen: Appraised,
  /** Id of the device where it is known. */
  deviceId?: string,
): Result<Appraisal> {
  const known = deviceId === undefined ? undefined : network.devices.get(deviceId)
  const found = known ? success(known) : findDevice(network, seen, seen.host)
  if (!found.ok) return found
  const device = found.value
  const asked = askDevice(network, device, seen)
  const admission = asked.ended ? admit(design, device.id, seen) : undefined
  return success({ device, asked, ...(admission ? { admission } : {}) })
}
