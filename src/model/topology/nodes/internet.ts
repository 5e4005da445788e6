import { newDevice } from './new-device'
import type { NodeKind } from './node-kind'

/** Everything outside: a router with one public interface per link, and the place from which outsiders act. */
export const internet: NodeKind = {
  id: 'internet',
  label: 'Internet',
  icon: 'globe',
  forwards: true,
  hasAddresses: true,
  isHost: true,
  create: (design, position) =>
    newDevice(design, position, {
      kind: 'internet',
      name: 'Internet',
      interfaces: [],
      profile: 'linux',
      firewall: 'none',
      nat: 'off',
      services: [{ name: 'dns', protocol: 'udp', port: 53, tls: false }],
    }),
}
