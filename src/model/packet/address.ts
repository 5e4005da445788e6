import type { Brand } from '../brand'
import { failure, type Result, success } from '../result'

export type Family = 4 | 6

/**
 * An IPv4 or IPv6 address. IPv4 is a number, IPv6 a bigint with bit 128 set, so that every IPv6 address compares greater
 * than every IPv4 one: sets of addresses are intervals over one line, and one code path serves both families.
 */
export type IpAddress = Brand<number | bigint, 'IpAddress'>

const IPV6_OFFSET = 1n << 128n

/** Everything that differs between the families, as a row each. */
export const FAMILY = {
  4: { bits: 32, name: 'IPv4', protocolOfIcmp: 1 },
  6: { bits: 128, name: 'IPv6', protocolOfIcmp: 58 },
} as const

export function familyOf(address: IpAddress): Family {
  return typeof address === 'bigint' ? 6 : 4
}

/** The address as an integer of its own family. */
export function toInteger(address: IpAddress): bigint {
  return typeof address === 'bigint' ? address - IPV6_OFFSET : BigInt(address)
}

/** The address of that family whose integer is `value`, taken modulo the width. */
export function fromInteger(family: Family, value: bigint): IpAddress {
  const wrapped = BigInt.asUintN(FAMILY[family].bits, value)
  return (family === 4 ? Number(wrapped) : wrapped + IPV6_OFFSET) as IpAddress
}

/** The address `by` places further, in its own family. */
export function offsetAddress(address: IpAddress, by: number): IpAddress {
  return fromInteger(familyOf(address), toInteger(address) + BigInt(by))
}

/** Reads dotted decimal (RFC 6943 3.1.1, strict form) or IPv6 text (RFC 4291 2.2). */
export function parseAddress(text: string): Result<IpAddress> {
  const trimmed = text.trim()
  if (trimmed === '') return failure('An address is missing. Write one such as 192.168.1.10 or 2001:db8::10.')
  return trimmed.includes(':') ? parseIpv6(trimmed) : parseIpv4(trimmed)
}

function parseIpv4(text: string): Result<IpAddress> {
  const parts = text.split('.')
  const bad = parts.find((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)
  if (parts.length !== 4 || bad !== undefined) {
    if (parts.length === 4 && bad !== undefined && /^\d+$/.test(bad)) {
      return failure(
        `${bad} is too large in ${text}. Each of the four numbers of an IPv4 address is 0 to 255.`,
      )
    }
    return failure(
      `${text} is not an address. An IPv4 address is four numbers from 0 to 255, such as 192.168.1.10.`,
    )
  }
  const leading = parts.find((part) => part.length > 1 && part.startsWith('0'))
  if (leading !== undefined) {
    return failure(
      `${leading} has a leading zero in ${text}, which some systems read as octal. Write ${Number(leading)}.`,
    )
  }
  return success(parts.reduce((value, part) => value * 256 + Number(part), 0) as IpAddress)
}

function parseIpv6(text: string): Result<IpAddress> {
  const wrong = failure(
    `${text} is not an IPv6 address. It has eight groups of up to four hexadecimal digits, :: standing once for zeros, such as 2001:db8::10.`,
  )
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  let body = text
  if (dotted) {
    const low = parseIpv4(dotted[2] ?? '')
    if (!low.ok) return low
    const value = Number(low.value)
    body = `${dotted[1]}${Math.floor(value / 65536).toString(16)}:${(value % 65536).toString(16)}`
  }
  const halves = body.split('::')
  if (halves.length > 2) return wrong
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const [head = [], tail = []] = groups
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return wrong
  const all = [...head, ...new Array<string>(missing).fill('0'), ...tail]
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return wrong
  return success(fromInteger(6, BigInt(`0x${all.map((group) => group.padStart(4, '0')).join('')}`)))
}

/** Writes dotted decimal, or IPv6 in the one form of RFC 5952. */
export function formatAddress(address: IpAddress): string {
  if (typeof address === 'number') {
    return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
  }
  const hex = toInteger(address).toString(16).padStart(32, '0')
  const groups = Array.from({ length: 8 }, (_, i) => Number.parseInt(hex.slice(i * 4, i * 4 + 4), 16))
  const zeros = longestZeroRun(groups)
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  if (zeros.length < 2) return text(groups)
  return `${text(groups.slice(0, zeros.start))}::${text(groups.slice(zeros.start + zeros.length))}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}
