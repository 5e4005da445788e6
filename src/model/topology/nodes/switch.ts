import { newDevice } from './new-device'
import type { NodeKind } from './node-kind'

/** Joins links into one: a layer 2 device without addresses of its own, one port per link. */
export const switchNode: NodeKind = {
  id: 'switch',
  label: 'Switch',
  icon: 'network',
  forwards: false,
  hasAddresses: false,
  isHost: false,
  create: (design, position) =>
    newDevice(design, position, {
      kind: 'switch',
      name: 'Switch',
      interfaces: [],
      profile: 'linux',
      firewall: 'none',
      nat: 'off',
      services: [],
    }),
}
