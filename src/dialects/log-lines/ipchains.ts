import { formatAddress } from '@/model/packet/address'
import { packetLength } from '@/model/packet/build'
import { type Packet, TCP_FLAG } from '@/model/packet/packet'

/** What stands in the port places of a protocol that has none. */
const NO_PORT = 65535
const DONT_FRAGMENT = 0x4000
const MORE_FRAGMENTS = 0x2000

export interface IpchainsEntry {
  readonly chain: string
  /** The word of the target: "DENY", "ACCEPT", the name of a chain, "-" for a rule that only counts. */
  readonly action: string
  /** The interface that the chain asked about: by which the packet came in `input`, by which it goes in the others. */
  readonly interface: string
  /** Number of the rule in its chain, from 1. */
  readonly rule: number
}

/**
 * The line of a rule with `-l` (R080): "Packet log: input DENY eth0 PROTO=6 SRC:sport DST:dport L= S= I= F= T= SYN (#28)".
 * Length, TOS, identification, fragment word and TTL are of the IP header; ICMP has type and code in the port places.
 * Source: linux/net/ipv4/ip_fw.c of 2.2, ipchains-HOWTO section 4.
 */
export function ipchainsLine(packet: Packet, entry: IpchainsEntry): string {
  const [sport, dport] = portPlaces(packet)
  const word =
    (packet.dontFragment ? DONT_FRAGMENT : 0) |
    (packet.fragment?.more ? MORE_FRAGMENTS : 0) |
    ((packet.fragment?.offset ?? 0) >> 3)
  return [
    `Packet log: ${entry.chain} ${entry.action} ${entry.interface}`,
    `PROTO=${packet.protocol}`,
    `${formatAddress(packet.src)}:${sport} ${formatAddress(packet.dst)}:${dport}`,
    `L=${packetLength(packet)} S=0x${hex(packet.tos, 2)} I=${packet.id} F=0x${hex(word, 4)} T=${packet.hopLimit}`,
    ...(opensConnection(packet) ? ['SYN'] : []),
    `(#${entry.rule})`,
  ].join(' ')
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

function portPlaces(packet: Packet): readonly [number, number] {
  switch (packet.kind) {
    case 'tcp':
    case 'udp':
      return [packet.sport, packet.dport]
    case 'icmp':
      return [packet.type, packet.code]
    case 'other':
      return [NO_PORT, NO_PORT]
  }
}

/** What `-y` means: SYN without ACK and RST (R068). */
function opensConnection(packet: Packet): boolean {
  return (
    packet.kind === 'tcp' && (packet.flags & (TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST)) === TCP_FLAG.SYN
  )
}
