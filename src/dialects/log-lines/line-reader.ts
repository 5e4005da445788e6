import { type IpAddress, parseAddress } from '@/model/packet/address'
import { serviceByName, serviceName } from '@/model/packet/port'
import { type Diagnostic, diagnostic } from '@/model/result'
import { shortText } from '../plain-text'
import type { FactName, LogFormatId, LoggedFacts, LogLine, LogToken } from './log-line'

/** Facts while they are gathered. */
export type Draft = { -readonly [Name in keyof LoggedFacts]: LoggedFacts[Name] }

/** What a stretch of the line means, and what is wrong with it if anything is. */
export type Told = string | { readonly means: string; readonly wrong: string }

/** The longest log line of any device is shorter; what stands behind is kept and not read. */
const READ_AT_MOST = 4096
const SENTENCE_BYTES = 300

/** Reads a line from left to right, and keeps what each stretch means. */
export class LineReader {
  readonly #whole: string
  readonly #text: string
  readonly #line: number
  #at = 0
  readonly #tokens: LogToken[] = []
  readonly #diagnostics: Diagnostic[] = []
  facts: Draft = {}

  constructor(text: string, line = 1) {
    this.#whole = text
    this.#text = text.slice(0, READ_AT_MOST)
    this.#line = line
  }

  /** Whether what follows begins with the pattern. */
  sees(pattern: RegExp): boolean {
    return this.#match(pattern) !== null
  }

  /** Nothing but blanks is left. */
  get isDone(): boolean {
    return !this.sees(/\s*\S/)
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}y`)
    sticky.lastIndex = this.#at
    return sticky.exec(this.#text)
  }

  /**
   * Takes what the pattern finds here, and nothing where it finds nothing. `tell` keeps the facts and says what the
   * stretch means; without a sentence no token is made. Blanks around a token do not belong to it.
   */
  take(
    pattern: RegExp,
    tell?: (found: RegExpExecArray, facts: Draft) => Told | undefined,
  ): RegExpExecArray | undefined {
    const found = this.#match(pattern)
    if (!found) return undefined
    const [taken] = found
    const told = tell?.(found, this.facts)
    const from = this.#at + (taken.length - taken.trimStart().length)
    const to = this.#at + taken.trimEnd().length
    this.#at += taken.length
    if (told === undefined || to <= from) return found
    // What is told of a word quotes it, and it may hold anything.
    const means = shortText(typeof told === 'string' ? told : told.means, SENTENCE_BYTES)
    this.#tokens.push({ from, to, means })
    if (typeof told !== 'string') {
      const at = { line: this.#line, column: from + 1, length: to - from }
      this.#diagnostics.push(diagnostic('syntax-error', shortText(told.wrong, SENTENCE_BYTES), at))
    }
    return found
  }

  /** Takes what is left, word by word, for what is not known of such lines. */
  takeUnknown(): void {
    while (this.take(/\s*\S+/, () => 'Not a word that such lines are known to have; nothing is made of it.'));
  }

  finish(format: LogFormatId, expected: readonly FactName[]): LogLine {
    const { facts } = this
    if (this.#whole.length > this.#text.length) {
      const at = { line: this.#line, column: this.#text.length + 1, length: 0 }
      const message = `Only the first ${READ_AT_MOST} characters are read; no device writes a longer line.`
      this.#diagnostics.push(diagnostic('unsupported', message, at))
    }
    const missing = expected.filter((name) => facts[name] === undefined && belongsTo(facts, name))
    return {
      format,
      text: this.#whole,
      facts,
      tokens: this.#tokens,
      missing,
      diagnostics: this.#diagnostics,
    }
  }
}

/** Ports belong to TCP and UDP, and to the first fragment of a packet alone. */
function belongsTo({ protocol, fragmentOffset = 0 }: LoggedFacts, name: FactName): boolean {
  if (name !== 'sport' && name !== 'dport') return true
  return fragmentOffset === 0 && (protocol === undefined || protocol === 6 || protocol === 17)
}

/** The date and machine that syslog(3), journalctl(1) and dmesg(1) put before a line: RFC 3164, RFC 5424. */
export function takeSyslogHead(reader: LineReader): void {
  reader.take(/\s*<\d{1,3}>(?:1(?=\s))?/, () => 'The priority that syslog sends along.')
  const time =
    reader.take(/\s*[A-Z][a-z]{2}\s+\d{1,2}\s+(?:\d{4}\s+)?\d{2}:\d{2}:\d{2}(?:\.\d+)?/, tellTime) ??
    reader.take(/\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?/, tellTime) ??
    reader.take(/\s*\[[A-Z][a-z]{2} [A-Z][a-z]{2}\s+\d{1,2} \d{2}:\d{2}:\d{2} \d{4}\]/, tellTime)
  if (time) {
    reader.take(/\s+(?!kernel:|%)[\w.-]+(?=\s)/, ([host], facts) => {
      facts.host = host?.trim()
      return 'The machine that wrote the line.'
    })
  }
  reader.take(/\s*kernel(?::| - - -)/, () => 'The kernel wrote it, not a program.')
  reader.take(/\s*\[\s*\d+\.\d+\]/, () => 'Seconds since the machine started.')
  reader.take(/\s+/)
}

function tellTime([time]: RegExpExecArray, facts: Draft): string {
  facts.time = time?.trim()
  return 'When the line was written, by the clock of the machine.'
}

type NumberName = {
  [Name in FactName]-?: number extends LoggedFacts[Name] ? Name : never
}[FactName]

/** Keeps a number from 0 to `most`; `text` is decimal, or hexadecimal behind 0x. */
export function keepNumber(facts: Draft, name: NumberName, text: string, most: number, means: string): Told {
  const value = /^(?:\d+|0[xX][\da-fA-F]+)$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= most)) return { means, wrong: `${quote(text)} is not a number from 0 to ${most}.` }
  facts[name] = value
  return means
}

export const BYTE = 0xff
export const WORD = 0xffff
export const LONG = 0xffffffff

/** Keeps an address of either family, in brackets or not. A masked one ("XXX.XXX.XXX.XXX") is left out, and so said. */
export function keepAddress(facts: Draft, end: 'src' | 'dst', text: string, more = ''): Told {
  const means = `${end === 'src' ? 'Source' : 'Destination'} address${more}`
  if (isMasked(text)) return `${means} It was masked by whoever passed the line on.`
  const address = addressIn(text)
  if (address === undefined) return { means, wrong: `${quote(text)} is not an address.` }
  facts[end] = address
  return means
}

export function isMasked(text: string): boolean {
  return /[Xx*#]/.test(text) && /^[\dXx*#.:[\]]+$/.test(text)
}

export function addressIn(text: string): IpAddress | undefined {
  const parsed = parseAddress(text.replace(/^\[(.*)\]$/, '$1'))
  return parsed.ok ? parsed.value : undefined
}

/** Keeps a port by number or by name. */
export function keepPort(facts: Draft, end: 'sport' | 'dport', text: string): Told {
  const side = end === 'sport' ? 'Source' : 'Destination'
  const named = /^\d+$/.test(text) ? undefined : serviceByName(text)?.port
  const kept = keepNumber(facts, end, String(named ?? text), WORD, `${side} port.`)
  return typeof kept === 'string' ? `${kept}${portNote(facts[end], facts.protocol)}` : kept
}

/** Joins what is told of an address and of the port behind it. */
export function keepEnd(facts: Draft, end: 'src' | 'dst', address: string, port: string | undefined): Told {
  if (port === undefined) return keepAddress(facts, end, address, '.')
  const told = keepAddress(facts, end, address, ' and port.')
  const ported = keepPort(facts, end === 'src' ? 'sport' : 'dport', port)
  const note = portNote(facts[end === 'src' ? 'sport' : 'dport'], facts.protocol)
  if (typeof told !== 'string') return told
  return typeof ported === 'string' ? `${told}${note}` : { means: told, wrong: ported.wrong }
}

/** " 443 is https."; nothing where the port has no name. */
export function portNote(port: number | undefined, protocol: number | undefined): string {
  if (port === undefined) return ''
  const name = serviceName(port, protocol === 17 ? 'udp' : 'tcp')
  return name === undefined ? '' : ` ${port} is ${name}.`
}

function quote(text: string): string {
  return text === '' ? 'Nothing' : `"${shortText(text, 40)}"`
}
