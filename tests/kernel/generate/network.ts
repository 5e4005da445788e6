import type { HostSpec } from '../case'

/** The network of the measurements with a second LAN host and a second server: two LAN hosts - router - two servers. */
export interface TestNetwork {
  readonly family: 4 | 6
  readonly hosts: Readonly<Record<string, HostSpec>>
  readonly addresses: {
    readonly client: string
    readonly desk: string
    readonly lan: string
    readonly wan: string
    readonly server: string
    readonly other: string
  }
  readonly prefixes: { readonly lan: string; readonly wan: string; readonly all: string }
  /** Addresses that nobody has: on the LAN, on the outer link, and beyond every route. */
  readonly nobody: readonly string[]
}

export const NETWORKS: Readonly<Record<4 | 6, TestNetwork>> = {
  4: network(4, '192.168.1.', '203.0.113.', '24', '0.0.0.0/0', '198.51.100.7'),
  6: network(6, '2001:db8:1::', '2001:db8:2::', '64', '::/0', '2001:db8:9::7'),
}

function network(
  family: 4 | 6,
  lan: string,
  wan: string,
  length: string,
  all: string,
  beyond: string,
): TestNetwork {
  const addresses = {
    client: `${lan}10`,
    desk: `${lan}11`,
    lan: `${lan}1`,
    wan: `${wan}1`,
    server: `${wan}80`,
    other: `${wan}81`,
  }
  const leaf = (address: string, link: string, gateway: string): HostSpec => ({
    interfaces: { eth0: { addr: `${address}/${length}`, link } },
    routes: [`default via ${gateway}`],
  })
  const net = (start: string) => (family === 4 ? `${start}0/${length}` : `${start}/${length}`)
  return {
    family,
    addresses,
    hosts: {
      client: leaf(addresses.client, 'lan', addresses.lan),
      desk: leaf(addresses.desk, 'lan', addresses.lan),
      router: {
        interfaces: {
          lan0: { addr: `${addresses.lan}/${length}`, link: 'lan' },
          wan0: { addr: `${addresses.wan}/${length}`, link: 'wan' },
        },
      },
      server: leaf(addresses.server, 'wan', addresses.wan),
      other: leaf(addresses.other, 'wan', addresses.wan),
    },
    prefixes: { lan: net(lan), wan: net(wan), all },
    nobody: [`${lan}77`, `${wan}77`, beyond],
  }
}
