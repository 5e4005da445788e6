import { type IcmpPacket, type Packet, PROTOCOL } from '@/model/packet/packet'

interface IcmpKinds {
  /** Types that ask and the type that answers: only the asking one may start an entry. */
  readonly queries: readonly (readonly [ask: number, answer: number])[]
  /** Types that the tracker does not look at. */
  readonly untracked: readonly number[]
  isError(type: number): boolean
}

/** How the tracker sorts types. Sources: RFC 792, RFC 950; RFC 4443, RFC 4620, RFC 4861; measured [C2, C3, e10 B1-B4]. */
const KINDS: Readonly<Record<number, IcmpKinds>> = {
  [PROTOCOL.icmp]: {
    queries: [
      [8, 0],
      [13, 14],
      [15, 16],
      [17, 18],
    ],
    untracked: [],
    isError: (type) => [3, 4, 5, 11, 12].includes(type),
  },
  [PROTOCOL.icmpv6]: {
    queries: [
      [128, 129],
      [139, 140],
    ],
    untracked: [130, 131, 132, 133, 134, 135, 136, 143, 151, 152],
    isError: (type) => type < 128,
  },
}

/** The type that answers or is answered by this one. */
export function icmpInverse(protocol: number, type: number): number | undefined {
  for (const [ask, answer] of KINDS[protocol]?.queries ?? []) {
    if (type === ask) return answer
    if (type === answer) return ask
  }
  return undefined
}

/** Whether a packet of this type may start an entry. */
export function startsEntry({ protocol, type }: IcmpPacket): boolean {
  return KINDS[protocol]?.queries.some(([ask]) => ask === type) ?? false
}

/** An ICMP error: it quotes the packet that it is about. */
export function isIcmpError(packet: Packet): boolean {
  return packet.kind === 'icmp' && (KINDS[packet.protocol]?.isError(packet.type) ?? false)
}

export function isUntracked(packet: Packet): boolean {
  return packet.kind === 'icmp' && (KINDS[packet.protocol]?.untracked.includes(packet.type) ?? false)
}
