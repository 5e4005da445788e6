import { PROTOCOL, TCP_FLAG } from '../packet/packet'
import {
  type FlagTest,
  formatTcpFlags,
  SYN_ONLY,
  TCP_FLAG_NAMES,
  type TcpFlagName,
  tcpFlagNames,
} from '../packet/tcp-flags'
import { failure, type Result, success } from '../result'
import type { Field, Interval, Names, Term } from './field'
import { containsValue, unionIntervals } from './intervals'
import { type CellTerms, formatTerms } from './terms'

/**
 * The flag byte as a number from 0 to 255. A test of flags is a set of bytes, hence intervals like every other field:
 * `--syn` is 16 of the 256 [E1]. Text names the bits that are looked at and those that must be set:
 * "SYN" is iptables' `--syn`; "SYN,ACK/SYN" looks at SYN and ACK and wants SYN alone.
 */
export const tcpFlagsField: Field = {
  id: 'tcpFlags',
  label: 'flags',
  short: 'flags',
  domain: { kind: 'numbers', first: 0, last: 255 },
  protocols: [PROTOCOL.tcp],
  read: ({ packet }) => (packet.kind === 'tcp' ? packet.flags : undefined),
  parse: parseFlags,
  format: (terms, names) => formatFlags(terms, names),
  formatValue: (value) => formatTcpFlags(Number(value)),
  source: 'RFC 9293 section 3.1, iptables-extensions(8) --tcp-flags',
}

function parseFlags(text: string): Result<CellTerms> {
  const found = /^\s*(!|not\b)?\s*(.*?)\s*$/is.exec(text)
  const negated = found?.[1] !== undefined
  const body = found?.[2] ?? ''
  if (/^(any|\*|all|)$/i.test(body)) {
    return negated
      ? failure('"not" needs flags after it.', 1, text.length)
      : success({ negated: false, terms: [] })
  }
  if (/^syn$/i.test(body)) return success({ negated, terms: flagTerms(SYN_ONLY) })
  const [maskText = '', valueText] = body.split('/')
  const mask = parseNames(maskText)
  if (!mask.ok) return mask
  const value = valueText === undefined ? mask : parseNames(valueText)
  if (!value.ok) return value
  if ((value.value & ~mask.value) !== 0) {
    return failure(
      `${body} wants a flag that it does not look at. Name it before the slash too.`,
      1,
      text.length,
    )
  }
  return success({ negated, terms: flagTerms({ mask: mask.value, value: value.value }) })
}

function parseNames(text: string): Result<number> {
  const word = text.trim().toUpperCase()
  if (word === 'NONE') return success(0)
  if (word === 'ALL') return success(0x3f)
  let byte = 0
  for (const name of word.split(/[\s,+|-]+/)) {
    if (!isFlagName(name)) {
      return failure(
        `${name || 'Nothing'} is not a TCP flag. Write SYN for a new connection, or flags such as SYN,ACK/SYN.`,
        1,
        text.length,
      )
    }
    byte |= TCP_FLAG[name]
  }
  return success(byte)
}

function isFlagName(name: string): name is TcpFlagName {
  return (TCP_FLAG_NAMES as readonly string[]).includes(name)
}

/** The bytes that the test accepts, as terms. */
export function flagTerms({ mask, value }: FlagTest): Term[] {
  const bytes: Interval[] = []
  for (let byte = 0; byte < 256; byte++) if ((byte & mask) === value) bytes.push({ first: byte, last: byte })
  return unionIntervals(bytes).map((interval) => ({ kind: 'range', ...interval }))
}

/**
 * The mask and value that accept exactly these bytes, if there are such; the other way round from `flagTerms`. A bit
 * belongs to the mask when turning it over changes the answer for some byte.
 */
export function flagTestOf(terms: readonly Term[]): FlagTest | undefined {
  const intervals = unionIntervals(terms.filter((term) => term.kind === 'range'))
  const accepts = (byte: number) => containsValue(intervals, byte)
  const sample = intervals[0]
  if (sample === undefined) return undefined
  let mask = 0
  for (let bit = 1; bit < 256; bit <<= 1) {
    for (let byte = 0; byte < 256; byte++) if (accepts(byte) !== accepts(byte ^ bit)) mask |= bit
  }
  const value = Number(sample.first) & mask
  for (let byte = 0; byte < 256; byte++) if (accepts(byte) !== ((byte & mask) === value)) return undefined
  return { mask, value }
}

function formatFlags(terms: readonly Term[], names: Names): string {
  const test = terms.length === 0 ? undefined : flagTestOf(terms)
  if (!test) return formatTerms(terms, names, ({ first, last }) => `${first}-${last}`)
  if (test.mask === SYN_ONLY.mask && test.value === SYN_ONLY.value) return 'SYN'
  const list = (byte: number) => tcpFlagNames(byte).join(',') || 'NONE'
  // "SYN" alone is the packet that opens a connection.
  const isShort = test.mask === test.value && test.mask !== TCP_FLAG.SYN
  return isShort ? list(test.mask) : `${list(test.mask)}/${list(test.value)}`
}
