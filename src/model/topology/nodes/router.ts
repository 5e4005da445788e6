import { newDevice } from './new-device'
import type { NodeKind } from './node-kind'

export const router: NodeKind = {
  id: 'router',
  label: 'Router',
  icon: 'router',
  forwards: true,
  hasAddresses: true,
  isHost: true,
  create: (design, position) =>
    newDevice(design, position, {
      kind: 'router',
      name: 'Home router',
      interfaces: [
        { name: 'lan', side: 'inside' },
        { name: 'wan', side: 'outside' },
      ],
      profile: 'linux',
      firewall: 'home-stateful',
      nat: 'napt',
      services: [],
    }),
}
