import { failure, type Result, success } from '../result'

/** Names of IANA protocol numbers as /etc/protocols spells them; the first name of a number is the one that is written. */
const NAMES: readonly (readonly [string, number])[] = [
  ['icmp', 1],
  ['igmp', 2],
  ['ipencap', 4],
  ['tcp', 6],
  ['udp', 17],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['icmpv6', 58],
  ['ipv6-icmp', 58],
  ['ospf', 89],
  ['pim', 103],
  ['vrrp', 112],
  ['sctp', 132],
  ['udplite', 136],
]

/** Names that completion offers, in the order of their numbers. */
export const PROTOCOL_NAMES: readonly string[] = NAMES.filter(
  ([, number], index) => NAMES.findIndex(([, other]) => other === number) === index,
).map(([name]) => name)

/** Reads a name of /etc/protocols (any case) or a number from 0 to 255. */
export function parseProtocol(text: string): Result<number> {
  const trimmed = text.trim().toLowerCase()
  if (/^\d+$/.test(trimmed)) {
    const number = Number(trimmed)
    return number <= 255
      ? success(number)
      : failure(`${trimmed} is not a protocol. Protocol numbers are 0 to 255; tcp is 6.`)
  }
  const found = NAMES.find(([name]) => name === trimmed)
  return found
    ? success(found[1])
    : failure(
        `${text.trim() || 'Nothing'} is not a protocol. Write tcp, udp, icmp, icmpv6 or a number from 0 to 255.`,
      )
}

/** The name of a protocol number, or the number itself where it has no name here. */
export function formatProtocol(number: number): string {
  return NAMES.find(([, other]) => other === number)?.[0] ?? String(number)
}
