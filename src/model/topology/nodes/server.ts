import { newDevice } from './new-device'
import type { NodeKind } from './node-kind'

export const server: NodeKind = {
  id: 'server',
  label: 'Server',
  icon: 'server',
  forwards: false,
  hasAddresses: true,
  isHost: true,
  create: (design, position) =>
    newDevice(design, position, {
      kind: 'server',
      name: 'Server',
      interfaces: [{ name: 'eth0', side: 'outside' }],
      profile: 'linux',
      firewall: 'none',
      nat: 'off',
      services: [{ name: 'https', protocol: 'tcp', port: 443, tls: true }],
    }),
}
