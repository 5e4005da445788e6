import { newDevice } from './new-device'
import type { NodeKind } from './node-kind'

export const client: NodeKind = {
  id: 'client',
  label: 'Client',
  icon: 'laptop',
  forwards: false,
  hasAddresses: true,
  isHost: true,
  create: (design, position) =>
    newDevice(design, position, {
      kind: 'client',
      name: 'Laptop',
      interfaces: [{ name: 'eth0', side: 'outside' }],
      profile: 'windows',
      firewall: 'none',
      nat: 'off',
      services: [],
    }),
}
