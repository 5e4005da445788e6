import type { Network, NetworkDevice } from '@/engine/network'
import type { Design } from '@/model/project/design'
import { type Result, success } from '@/model/result'
import { type Admission, admit } from './admit'
import { type Asked, askDevice, type SeenPacket } from './ask-device'
import { findDevice } from './find-device'

/** A packet that was seen, and the machine that told of it. */
export interface Sighting extends SeenPacket {
  readonly host?: string
}

/** The device at which a packet was seen, and what it does with it. */
export interface Meeting {
  readonly device: NetworkDevice
  readonly asked: Asked
}

/** What a design says of a packet that was seen. */
export interface Appraisal extends Meeting {
  /** What it takes to let the packet through; absent where it is let through. */
  readonly admission?: Admission
}

/** Finds the device at which a packet was seen, and asks it. `deviceId` is the device where it is known. */
export function meet(network: Network, seen: Sighting, deviceId?: string): Result<Meeting> {
  const known = deviceId === undefined ? undefined : network.devices.get(deviceId)
  const found = known ? success(known) : findDevice(network, seen, seen.host)
  if (!found.ok) return found
  const device = found.value
  return success({ device, asked: askDevice(network, device, seen) })
}

/** The same, and what would let the packet through. */
export function appraise(
  design: Design,
  network: Network,
  seen: Sighting,
  deviceId?: string,
): Result<Appraisal> {
  const met = meet(network, seen, deviceId)
  if (!met.ok || !met.value.asked.ended) return met
  return success({ ...met.value, admission: admit(design, met.value.device.id, seen) })
}
