import { type Family, familyOf, type IpAddress, parseAddress } from '@/model/packet/address'
import type { Direction } from './tuple'

/** How a line of FTP says where the data connection goes (RFC 959 and RFC 2428). */
export type FtpForm = 'PORT' | 'EPRT' | '227' | '229'

/** What the helper finds at the start of a segment. */
export type FtpCommand =
  | { readonly kind: 'none' }
  /** It begins like one and ends too early, or cannot be read: the segment is lost, as the kernel does it. */
  | { readonly kind: 'partial' }
  | {
      readonly kind: 'found'
      readonly form: FtpForm
      /** Absent in 229, which names a port alone. */
      readonly address?: IpAddress
      readonly port: number
      /** Where the address and port stand in the text: from `start` up to but without `end`. */
      readonly start: number
      readonly end: number
    }

interface Where {
  readonly address?: IpAddress
  readonly port: number
  readonly start: number
  readonly end: number
}

interface Pattern {
  readonly form: FtpForm
  readonly word: string
  /** What is skipped up to and with, behind the word. */
  readonly skip?: string
  read(text: string, from: number, family: Family): Where | undefined
}

/** The client asks with the first two, the server answers with the others. Source: nf_conntrack_ftp.c, `search`. */
const PATTERNS: Readonly<Record<Direction, readonly Pattern[]>> = {
  original: [
    { form: 'PORT', word: 'PORT', skip: ' ', read: (text, from) => sixNumbers(text, from, '\r') },
    { form: 'EPRT', word: 'EPRT', skip: ' ', read: extendedPort },
  ],
  reply: [
    { form: '227', word: '227 ', read: (text, from) => sixNumbers(text, firstDigit(text, from), undefined) },
    { form: '229', word: '229 ', skip: '(', read: extendedPassive },
  ],
}

export function ftpCommandIn(text: string, direction: Direction, family: Family): FtpCommand {
  for (const pattern of PATTERNS[direction]) {
    const found = find(pattern, text, family)
    if (found.kind !== 'none') return found
  }
  return { kind: 'none' }
}

function find({ form, word, skip, read }: Pattern, text: string, family: Family): FtpCommand {
  if (text.length === 0) return { kind: 'none' }
  const head = text.slice(0, word.length).toUpperCase()
  if (text.length <= word.length) return { kind: word.startsWith(head) ? 'partial' : 'none' }
  if (head !== word) return { kind: 'none' }
  const skipped = skip === undefined ? word.length : text.indexOf(skip, word.length) + 1
  // What is skipped to must not be the last character.
  if (skip !== undefined && (skipped === 0 || skipped === text.length)) return { kind: 'partial' }
  const where = read(text, skipped, family)
  return where ? { kind: 'found', form, ...where } : { kind: 'partial' }
}

function firstDigit(text: string, from: number): number {
  const at = text.slice(from).search(/\d/)
  return at < 0 ? text.length : from + at
}

/** "192,168,1,10,156,64": an IPv4 address and a port in two bytes. */
function sixNumbers(text: string, from: number, end: string | undefined): Where | undefined {
  const found = /^(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/.exec(text.slice(from))
  if (!found) return undefined
  const after = from + found[0].length
  // Something must follow, or the last number may go on in the next segment.
  if (after >= text.length || (end !== undefined && text[after] !== end)) return undefined
  const [a, b, c, d, high = 0, low = 0] = found.slice(1).map((each) => Number(each) % 256)
  const address = parseAddress(`${a}.${b}.${c}.${d}`)
  return address.ok ? { address: address.value, port: high * 256 + low, start: from, end: after } : undefined
}

/** "|1|132.235.1.2|6275|"; the number names the family (RFC 2428 section 2). */
function extendedPort(text: string, from: number, family: Family): Where | undefined {
  const found = /^([!-/:-~])([12])\1([^\s]+?)\1(\d+)\1/.exec(text.slice(from))
  if (!found || found[2] !== (family === 4 ? '1' : '2')) return undefined
  const address = parseAddress(found[3] ?? '')
  if (!address.ok || familyOf(address.value) !== family) return undefined
  const port = Number(found[4])
  return validPort(port)
    ? { address: address.value, port, start: from, end: from + found[0].length }
    : undefined
}

/** "|||6446|", behind the parenthesis (RFC 2428 section 3). */
function extendedPassive(text: string, from: number): Where | undefined {
  const found = /^([!-/:-~])\1\1(\d+)\1/.exec(text.slice(from))
  const port = Number(found?.[2])
  return found && validPort(port) ? { port, start: from, end: from + found[0].length } : undefined
}

const validPort = (port: number) => port > 0 && port <= 65_535

/** The address and port as the form writes them. */
export function writeFtpWhere(form: FtpForm, address: string, port: number): string {
  switch (form) {
    case 'PORT':
    case '227':
      return `${address.replaceAll('.', ',')},${port >> 8},${port & 255}`
    case 'EPRT':
      return `|${address.includes(':') ? 2 : 1}|${address}|${port}|`
    case '229':
      return `|||${port}|`
  }
}
