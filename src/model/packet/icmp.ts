import { failure, type Result, success } from '../result'
import type { Family } from './address'

interface IcmpName {
  readonly name: string
  readonly type: number
  /** Absent: any code of the type. */
  readonly code?: number
}

/** Names as iptables-extensions(8) and ip6tables write them. Sources: RFC 792, RFC 4443, RFC 4861; the short ones of nft(8) too. */
export const ICMP_NAMES: Readonly<Record<Family, readonly IcmpName[]>> = {
  4: [
    { name: 'echo-reply', type: 0 },
    { name: 'destination-unreachable', type: 3 },
    { name: 'network-unreachable', type: 3, code: 0 },
    { name: 'host-unreachable', type: 3, code: 1 },
    { name: 'protocol-unreachable', type: 3, code: 2 },
    { name: 'port-unreachable', type: 3, code: 3 },
    { name: 'fragmentation-needed', type: 3, code: 4 },
    { name: 'network-prohibited', type: 3, code: 9 },
    { name: 'host-prohibited', type: 3, code: 10 },
    { name: 'communication-prohibited', type: 3, code: 13 },
    { name: 'source-quench', type: 4 },
    { name: 'redirect', type: 5 },
    { name: 'echo-request', type: 8 },
    { name: 'router-advertisement', type: 9 },
    { name: 'router-solicitation', type: 10 },
    { name: 'time-exceeded', type: 11 },
    { name: 'ttl-zero-during-transit', type: 11, code: 0 },
    { name: 'ttl-zero-during-reassembly', type: 11, code: 1 },
    { name: 'parameter-problem', type: 12 },
    { name: 'timestamp-request', type: 13 },
    { name: 'timestamp-reply', type: 14 },
    { name: 'address-mask-request', type: 17 },
    { name: 'address-mask-reply', type: 18 },
  ],
  6: [
    { name: 'destination-unreachable', type: 1 },
    { name: 'no-route', type: 1, code: 0 },
    { name: 'communication-prohibited', type: 1, code: 1 },
    { name: 'address-unreachable', type: 1, code: 3 },
    { name: 'port-unreachable', type: 1, code: 4 },
    { name: 'packet-too-big', type: 2 },
    { name: 'time-exceeded', type: 3 },
    { name: 'parameter-problem', type: 4 },
    { name: 'echo-request', type: 128 },
    { name: 'echo-reply', type: 129 },
    { name: 'router-solicitation', type: 133 },
    { name: 'router-advertisement', type: 134 },
    { name: 'neighbour-solicitation', type: 135 },
    { name: 'neighbour-advertisement', type: 136 },
    { name: 'redirect', type: 137 },
  ],
}

/** Other spellings that are read. */
const ALIASES: Readonly<Record<string, string>> = {
  ping: 'echo-request',
  pong: 'echo-reply',
  'neighbor-solicitation': 'neighbour-solicitation',
  'neighbor-advertisement': 'neighbour-advertisement',
  'ttl-exceeded': 'time-exceeded',
}

/** Types and codes are one number, `type * 256 + code`, so that a type is an interval. Both ends are inside. */
export interface IcmpTypeRange {
  readonly first: number
  readonly last: number
}

/** Reads a name, `type`, or `type/code`. A bare type means any code [E11]. */
export function parseIcmpType(family: Family, text: string): Result<IcmpTypeRange> {
  const trimmed = text.trim().toLowerCase()
  const named = ICMP_NAMES[family].find(({ name }) => name === (ALIASES[trimmed] ?? trimmed))
  if (named) return success(icmpTypeRange(named.type, named.code))
  const numbers = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(trimmed)
  const type = Number(numbers?.[1])
  const code = numbers?.[2] === undefined ? undefined : Number(numbers[2])
  if (numbers && type <= 255 && (code ?? 0) <= 255) return success(icmpTypeRange(type, code))
  const example = family === 4 ? '8 or 3/3' : '128 or 1/4'
  return failure(
    `${text.trim() || 'Nothing'} is not a type of ${family === 4 ? 'ICMP' : 'ICMPv6'}. Write a name such as echo-request, or numbers such as ${example}.`,
    1,
    text.trim().length,
  )
}

export function icmpTypeRange(type: number, code?: number): IcmpTypeRange {
  return code === undefined
    ? { first: type * 256, last: type * 256 + 255 }
    : { first: type * 256 + code, last: type * 256 + code }
}

/** The name of a type and code: the exact one, else that of the type, else numbers. */
export function icmpTypeName(family: Family, type: number, code: number): string {
  const names = ICMP_NAMES[family]
  const exact = names.find((candidate) => candidate.type === type && candidate.code === code)
  const whole = names.find((candidate) => candidate.type === type && candidate.code === undefined)
  return exact?.name ?? whole?.name ?? `${type}/${code}`
}

/** Writes a range as `parseIcmpType` reads it; undefined where it is no single type or code. */
export function formatIcmpType(family: Family, { first, last }: IcmpTypeRange): string | undefined {
  const type = Math.floor(first / 256)
  const wholeType = first === type * 256 && last === first + 255
  if (!wholeType && first !== last) return undefined
  const code = wholeType ? undefined : first % 256
  const named = ICMP_NAMES[family].find((candidate) => candidate.type === type && candidate.code === code)
  return named?.name ?? (code === undefined ? String(type) : `${type}/${code}`)
}
