import { type Diagnostic, diagnostic } from '@/model/result'
import { shortText } from '../plain-text'
import { LOG_FORMATS } from './index'
import type { LogLine } from './log-line'

/** A log longer than this is not pasted by a person who wants to know about a packet. */
const LINES_LIMIT = 10_000

/** A line with its place in the text. */
export interface PlacedLogLine extends LogLine {
  /** Number of the line of the text where it begins, from 1. */
  readonly line: number
}

export interface ReadLog {
  readonly lines: readonly PlacedLogLine[]
  /** One for each line that is no log line of a packet, for what is wrong in others, and for what was left out. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a text of log lines of any of the forms, mixed as they may be; other lines are named. Never throws. */
export function readLog(text: string): ReadLog {
  const lines: PlacedLogLine[] = []
  const diagnostics: Diagnostic[] = []
  const all = unwrapped(text.split(/\r\n|\r|\n/))
  for (const { text: content, line } of all.slice(0, LINES_LIMIT)) {
    if (content.trim() === '') continue
    const read = readLine(content, line)
    if (read) {
      lines.push({ ...read, line })
      diagnostics.push(...read.diagnostics)
    } else
      diagnostics.push(diagnostic('ignored', noLogLine(content), { line, column: 1, length: content.length }))
  }
  const next = all[LINES_LIMIT]
  if (next) {
    const message = `${all.length - LINES_LIMIT} more lines were left out: ${LINES_LIMIT} are read at once. Paste a part of the log.`
    diagnostics.push(diagnostic('unsupported', message, { line: next.line, column: 1 }))
  }
  return { lines, diagnostics }
}

/** One line by the first form that has its mark; marks stand near the beginning. */
function readLine(content: string, line: number): LogLine | undefined {
  const beginning = content.slice(0, MARK_WITHIN)
  for (const format of LOG_FORMATS) {
    const read = format.detect(beginning) ? format.read(content, line) : undefined
    if (read) return read
  }
  return undefined
}

const MARK_WITHIN = 1024

/**
 * A mail or a narrow window breaks lines of ipchains before the length (R080), and tcpdump -v its own before the
 * addresses; they are put together again.
 */
function unwrapped(lines: readonly string[]): { text: string; line: number }[] {
  const whole: { text: string; line: number }[] = []
  lines.forEach((text, index) => {
    const before = whole.at(-1)
    if (before !== undefined && goesOn(before.text, text))
      before.text = `${before.text.trimEnd()} ${text.trim()}`
    else whole.push({ text, line: index + 1 })
  })
  return whole
}

function goesOn(before: string, text: string): boolean {
  if (/Packet log:/.test(before)) return /^\s*L=\d+ S=0x/.test(text)
  return (
    /\)\s*$/.test(before.slice(-MARK_WITHIN)) &&
    /\brule \S+\(\w+\)/.test(before.slice(0, MARK_WITHIN)) &&
    /^\s+\S+ > \S+:/.test(text.slice(0, MARK_WITHIN))
  )
}

function noLogLine(content: string): string {
  return `"${shortText(content, 40)}" is not a log line of a packet in a form that is read here.`
}
