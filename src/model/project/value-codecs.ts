import * as z from 'zod/mini'
import { formatAddressRange } from '../fields/address-field'
import type { Interval } from '../fields/field'
import { familyOf, formatAddress, type IpAddress, parseAddress } from '../packet/address'
import { formatPortRange, type PortRange, parsePortRange } from '../packet/port'
import {
  formatPrefix,
  type Prefix,
  parseInterfaceAddress,
  parsePrefix,
  prefixInterval,
} from '../packet/prefix'
import { failure, type Result, success } from '../result'

/** A value that documents hold as text. A text that does not parse becomes an issue with the parser's own sentence. */
export function textCodec<T>(parse: (text: string) => Result<T>, format: (value: T) => string) {
  return z.codec(
    z.string(),
    z.custom<T>((value) => value !== undefined),
    {
      decode: (text, context) => {
        const parsed = parse(text)
        if (parsed.ok) return parsed.value
        const message = parsed.diagnostics.map((each) => each.message).join(' ')
        context.issues.push({ code: 'custom', message, input: text })
        return z.NEVER
      },
      encode: format,
    },
  )
}

export const addressCodec = textCodec<IpAddress>(parseAddress, formatAddress)

/** "192.168.1.10/24"; the length is always written. */
export const interfaceAddressCodec = textCodec<Prefix>(
  (text) =>
    text.includes('/')
      ? parseInterfaceAddress(text)
      : failure(`${text} has no length. Write the length of the link's prefix too, such as ${text}/24.`),
  ({ address, prefixLength }) => `${formatAddress(address)}/${prefixLength}`,
)

/** "192.168.1.0/24"; host bits would be lost, so they are refused. */
export const prefixCodec = textCodec<Prefix>((text) => {
  const exact = parseInterfaceAddress(text)
  const prefix = parsePrefix(text)
  if (!exact.ok || !prefix.ok || exact.value.address === prefix.value.address) return prefix
  return failure(`${text} has host bits. The prefix that holds it is ${formatPrefix(prefix.value)}.`)
}, formatPrefix)

/** "443" or "49152-65535". */
export const portRangeCodec = textCodec<PortRange>(parsePortRange, formatPortRange)

/** One address, a prefix, or "first-last". */
export const addressRangeCodec = textCodec<Interval>(parseAddressRange, ({ first, last }) =>
  formatAddressRange(first as IpAddress, last as IpAddress),
)

function parseAddressRange(text: string): Result<Interval & { first: IpAddress; last: IpAddress }> {
  const [start = '', end, ...rest] = text.split('-')
  if (end === undefined) {
    const prefix = parsePrefix(text)
    return prefix.ok ? success(prefixInterval(prefix.value)) : prefix
  }
  const first = parseAddress(start)
  const last = parseAddress(end)
  if (!first.ok) return first
  if (!last.ok) return last
  if (rest.length > 0 || familyOf(first.value) !== familyOf(last.value) || first.value > last.value) {
    return failure(`${text} is not a range. Write the lower address, a hyphen, and the higher address.`)
  }
  return success({ first: first.value, last: last.value })
}

/** Addresses that a translation chooses from. */
export const natAddressesCodec = textCodec<{ readonly first: IpAddress; readonly last: IpAddress }>(
  parseAddressRange,
  ({ first, last }) => formatAddressRange(first, last),
)
