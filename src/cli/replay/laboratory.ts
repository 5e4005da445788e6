import { replayText } from './replay'

/** client 192.168.1.10 -- lan0 router wan0 -- server 203.0.113.80, as the kernel was measured, for tests. */
export const TOPOLOGY = {
  hosts: {
    client: {
      interfaces: { eth0: { addr: ['192.168.1.10/24', '2001:db8:1::10/64'], link: 'lan' } },
      routes: ['default via 192.168.1.1', 'default via 2001:db8:1::1'],
    },
    router: {
      interfaces: {
        lan0: { addr: ['192.168.1.1/24', '2001:db8:1::1/64'], link: 'lan' },
        wan0: { addr: ['203.0.113.1/24', '2001:db8:2::1/64'], link: 'wan' },
      },
    },
    server: {
      interfaces: { eth0: { addr: ['203.0.113.80/24', '2001:db8:2::80/64'], link: 'wan' } },
      routes: ['default via 203.0.113.1', 'default via 2001:db8:2::1'],
    },
  },
}

export type Json = Record<string, unknown>

export const iptables = (text: string) => ({ tool: 'iptables-legacy-restore', text })

/** A filter table whose FORWARD drops what its rules do not take. */
export const filterText = (...rules: string[]) =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`
export const filter = (...rules: string[]) => iptables(filterText(...rules))

/** The result of a case in the topology above, which must be a good one. */
export function answer(hosts: Json, packets: Json[], options: Json = {}, topology: Json = TOPOLOGY) {
  const result = replayText(JSON.stringify({ topology, hosts, packets, options }))
  if ('error' in result) throw new Error(`${result.at}: ${result.error}`)
  return result
}

const CLIENT = '192.168.1.10'
const SERVER = '203.0.113.80'

export const syn = {
  from: 'client',
  proto: 'tcp',
  src: CLIENT,
  dst: SERVER,
  sport: 62712,
  dport: 443,
  flags: 'S',
  seq: 100,
}
export const synAck = {
  from: 'server',
  proto: 'tcp',
  src: SERVER,
  dst: CLIENT,
  sport: 443,
  dport: 62712,
  flags: 'SA',
  seq: 500,
  ack: 101,
}
export const datagram = { from: 'client', proto: 'udp', src: CLIENT, dst: SERVER, sport: 5000, dport: 53 }
export const datagramBack = {
  from: 'server',
  proto: 'udp',
  src: SERVER,
  dst: CLIENT,
  sport: 53,
  dport: 5000,
}
export const ping = {
  from: 'client',
  proto: 'icmp',
  src: CLIENT,
  dst: SERVER,
  icmp_type: 8,
  icmp_id: 7,
  icmp_seq: 1,
}
/** The packet with IPv6 ends. */
export const six = <P extends object>(packet: P) => ({
  ...packet,
  src: '2001:db8:1::10',
  dst: '2001:db8:2::80',
})
