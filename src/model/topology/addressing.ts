import { FAMILY, type Family, familyOf, fromInteger, type IpAddress, toInteger } from '../packet/address'
import { type Prefix, parsePrefix, prefixInterval, prefixOf } from '../packet/prefix'
import type { Design } from '../project/design'
import type { Attachment } from './segments'

/** Written in the source, so a failure is a fault of ours. */
function literalPrefix(text: string): Prefix {
  const prefix = parsePrefix(text)
  if (!prefix.ok) throw new Error(`not a prefix: ${text}`)
  return prefix.value
}

/** RFC 1918 section 3, RFC 4193, RFC 3927, RFC 4291 section 2.5.6: not routed on the internet. */
const NOT_PUBLIC = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
].map(literalPrefix)

export function isPrivate(address: IpAddress): boolean {
  return NOT_PUBLIC.some((prefix) =>
    overlaps(prefix, { address, prefixLength: FAMILY[familyOf(address)].bits }),
  )
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  const left = prefixInterval(a)
  const right = prefixInterval(b)
  return left.first <= right.last && right.first <= left.last
}

/** Prefixes to choose from for a new link, most familiar first. */
function* candidates(family: Family, isPublic: boolean): Generator<Prefix> {
  if (family === 6) {
    // RFC 3849: documentation
    for (let n = 1; n < 0x10000; n++) yield literalPrefix(`2001:db8:${n.toString(16)}::/64`)
  } else if (isPublic) {
    // RFC 5737: documentation; RFC 2544: benchmarking, when those are used up
    for (const text of ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24']) yield literalPrefix(text)
    for (let n = 0; n < 512; n++) yield literalPrefix(`198.${18 + (n >> 8)}.${n & 255}.0/24`)
  } else {
    for (let n = 1; n < 256; n++) yield literalPrefix(`192.168.${n}.0/24`)
    for (let n = 0; n < 0x10000; n++) yield literalPrefix(`10.${n >> 8}.${n & 255}.0/24`)
  }
}

/** The first prefix that nothing in the design touches; undefined when all are taken. */
export function unusedPrefix(
  design: Pick<Design, 'devices'>,
  family: Family,
  isPublic: boolean,
): Prefix | undefined {
  const used = design.devices.flatMap((device) =>
    device.interfaces.flatMap((each) => each.addresses.map(prefixOf)),
  )
  return prefixBeside(used, family, isPublic)
}

/** The first prefix to choose from that none of these touches. */
export function prefixBeside(used: readonly Prefix[], family: Family, isPublic: boolean): Prefix | undefined {
  for (const prefix of candidates(family, isPublic)) {
    if (!used.some((other) => overlaps(other, prefix))) return prefix
  }
  return undefined
}

/** Last number of a new address, as people write it (hexadecimal for IPv6): the gateway is .1, a client .10. */
const FIRST_NUMBER = { internet: 1, inside: 1, router: 7, client: 10, server: 80 } as const

function firstNumber({ device, port }: Attachment): number {
  if (device.kind === 'router') return FIRST_NUMBER[port.side === 'inside' ? 'inside' : 'router']
  return device.kind === 'switch' ? 1 : FIRST_NUMBER[device.kind]
}

/** The addresses of a prefix that a device can have: IPv4 keeps the first and the last for itself (RFC 919, RFC 3021). */
function usable(prefix: Prefix): { first: bigint; last: bigint } {
  const family = familyOf(prefix.address)
  const { first, last } = prefixInterval(prefix)
  const size = toInteger(last) - toInteger(first) + 1n
  const inset = size > 2n ? 1n : 0n
  return { first: toInteger(first) + inset, last: toInteger(last) - (family === 4 ? inset : 0n) }
}

/** A free address of the prefix for that interface: from the number its kind of device usually has. */
export function freeAddress(
  prefix: Prefix,
  taken: ReadonlySet<IpAddress>,
  attachment: Attachment,
): IpAddress | undefined {
  return freeAddressFrom(prefix, taken, firstNumber(attachment))
}

/** A free address of the prefix from that number upwards, then from the start. At most 65,536 places are looked at. */
export function freeAddressFrom(
  prefix: Prefix,
  taken: ReadonlySet<IpAddress>,
  number: number,
): IpAddress | undefined {
  const family = familyOf(prefix.address)
  const { first, last } = usable(prefix)
  const count = last - first + 1n
  const wanted = BigInt(family === 4 ? number : Number.parseInt(String(number), 16))
  const start = toInteger(prefixInterval(prefix).first) + wanted
  const offset = start >= first && start <= last ? start - first : 0n
  const tries = count < 65_536n ? count : 65_536n
  for (let n = 0n; n < tries; n++) {
    const address = fromInteger(family, first + ((offset + n) % count))
    if (!taken.has(address)) return address
  }
  return undefined
}
