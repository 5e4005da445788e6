import type { Interval } from '../fields/field'
import { failure, type Result, success } from '../result'
import {
  FAMILY,
  familyOf,
  formatAddress,
  fromInteger,
  type IpAddress,
  parseAddress,
  toInteger,
} from './address'

/** An address and a length. In a Prefix the host bits are zero (RFC 4632); an interface address keeps them. */
export interface Prefix {
  readonly address: IpAddress
  readonly prefixLength: number
}

/** First and last address of the prefix that holds `address`. */
export function prefixInterval({
  address,
  prefixLength,
}: Prefix): Interval & { first: IpAddress; last: IpAddress } {
  const family = familyOf(address)
  const hostBits = BigInt(FAMILY[family].bits - prefixLength)
  const first = (toInteger(address) >> hostBits) << hostBits
  return { first: fromInteger(family, first), last: fromInteger(family, first + (1n << hostBits) - 1n) }
}

/** The prefix with its host bits cleared. */
export function prefixOf(prefix: Prefix): Prefix {
  return { address: prefixInterval(prefix).first, prefixLength: prefix.prefixLength }
}

export function prefixContains(prefix: Prefix, address: IpAddress): boolean {
  const { first, last } = prefixInterval(prefix)
  return address >= first && address <= last
}

/** The prefix that is exactly this interval of addresses, if there is one. */
export function intervalAsPrefix(interval: Interval): Prefix | undefined {
  const first = interval.first as IpAddress
  const last = interval.last as IpAddress
  if (familyOf(first) !== familyOf(last)) return undefined
  const bits = FAMILY[familyOf(first)].bits
  const size = toInteger(last) - toInteger(first) + 1n
  const hostBits = size.toString(2).length - 1
  const aligned = size === 1n << BigInt(hostBits) && toInteger(first) % size === 0n
  return aligned ? { address: first, prefixLength: bits - hostBits } : undefined
}

/** Reads `address/length`; a bare address gets the full length. Host bits are kept. Netmasks of IPv4 are read too. */
export function parseInterfaceAddress(text: string): Result<Prefix> {
  const [addressText = '', lengthText, ...rest] = text.trim().split('/')
  const address = parseAddress(addressText)
  if (!address.ok) return address
  const { bits, name } = FAMILY[familyOf(address.value)]
  if (lengthText === undefined) return success({ address: address.value, prefixLength: bits })
  const at = addressText.length + 1
  if (rest.length > 0)
    return failure(`${text} has more than one slash. Write ${addressText}/${bits - 8}.`, at)
  if (lengthText.includes('.')) {
    const length = lengthOfNetmask(lengthText)
    if (length === undefined || bits !== 32) {
      return failure(
        `/${lengthText} is not a netmask. Write a length of 0 to ${bits}, such as /${bits - 8}.`,
        at,
        lengthText.length + 1,
      )
    }
    return success({ address: address.value, prefixLength: length })
  }
  if (!/^\d{1,3}$/.test(lengthText)) {
    return failure(
      `/${lengthText} is not a length. An ${name} prefix has 0 to ${bits} bits.`,
      at,
      lengthText.length + 1,
    )
  }
  const prefixLength = Number(lengthText)
  if (prefixLength > bits) {
    const guess = formatPrefix(prefixOf({ address: address.value, prefixLength: bits - 8 }))
    return failure(
      `/${lengthText} is too long. An ${name} prefix has 0 to ${bits} bits. Did you mean ${guess}?`,
      at,
      lengthText.length + 1,
    )
  }
  return success({ address: address.value, prefixLength })
}

function lengthOfNetmask(text: string): number | undefined {
  const mask = parseAddress(text)
  return mask.ok && familyOf(mask.value) === 4 ? lengthOfMask(mask.value) : undefined
}

/** How many bits a mask begins with; undefined where further ones follow. */
function lengthOfMask(mask: IpAddress): number | undefined {
  const binary = toInteger(mask).toString(2).padStart(FAMILY[familyOf(mask)].bits, '0')
  return /^1*0*$/.test(binary) ? binary.replaceAll('0', '').length : undefined
}

/** The addresses that are `address` when and-ed with the mask; undefined where those are no prefix. */
export function maskedInterval(address: IpAddress, mask: IpAddress): Interval | undefined {
  const prefixLength = familyOf(address) === familyOf(mask) ? lengthOfMask(mask) : undefined
  if (prefixLength === undefined) return undefined
  const interval = prefixInterval({ address, prefixLength })
  return interval.first === address ? interval : undefined
}

/** Reads a prefix; set host bits are cleared. */
export function parsePrefix(text: string): Result<Prefix> {
  const parsed = parseInterfaceAddress(text)
  return parsed.ok ? success(prefixOf(parsed.value)) : parsed
}

/** `192.168.1.0/24`; a full length is left out. */
export function formatPrefix({ address, prefixLength }: Prefix): string {
  const full = FAMILY[familyOf(address)].bits
  return prefixLength === full ? formatAddress(address) : `${formatAddress(address)}/${prefixLength}`
}
