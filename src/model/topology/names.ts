import type { Interval, Names, Resolver, Token } from '../fields/field'
import { unionIntervals } from '../fields/intervals'
import { prefixInterval } from '../packet/prefix'
import type { Design } from '../project/design'
import { settingsOf } from './host-profiles'
import { interfacesOn, lanPrefixes } from './sides'
import type { Device, Interface } from './topology'

/** What text in a cell may refer to. A device's name wins over a host name of the design. */
export function namesOf(design: Design): Names {
  const byName = new Map(design.names.map(({ name, device }) => [name.toLowerCase(), device]))
  for (const device of design.devices) byName.set(device.name.toLowerCase(), device.id)
  const nameById = new Map(design.devices.map((device) => [device.id, device.name]))
  const sets = new Map(design.sets.map((set) => [set.name, set.holds]))
  return {
    deviceId: (name) => byName.get(name.trim().toLowerCase()),
    deviceName: (id) => nameById.get(id),
    setHolds: (name) => sets.get(name),
  }
}

const single = (interfaces: readonly Interface[]): Interval[] =>
  interfaces.flatMap((each) => each.addresses.map(({ address }) => ({ first: address, last: address })))

function resolveToken(design: Design, self: Device | undefined, token: Token): Interval[] {
  switch (token.kind) {
    case 'lan':
      return self ? lanPrefixes(self).map(prefixInterval) : []
    case 'outside-address':
      return self ? single(interfacesOn(self, 'outside')) : []
    case 'addresses-of':
      return single(design.devices.find((device) => device.id === token.device)?.interfaces ?? [])
    case 'ephemeral-of': {
      const device = design.devices.find((each) => each.id === token.device)
      return device ? [settingsOf(device).ephemeralPorts] : []
    }
  }
}

/** Looks up what the words in the rules of that device stand for now. */
export function resolverFor(design: Design, deviceId: string): Resolver {
  const self = design.devices.find((device) => device.id === deviceId)
  const sets = new Map(
    design.sets.map((set) => [
      set.name,
      unionIntervals(set.terms.map(({ first, last }) => ({ first, last }))),
    ]),
  )
  return {
    token: (token) => unionIntervals(resolveToken(design, self, token)),
    set: (name) => sets.get(name),
  }
}
