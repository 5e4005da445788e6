/** A piece of a command: `chain=input` has a key and a value, `add` has a value alone. */
export interface Word {
  readonly key: string | undefined
  readonly value: string
  /** The whole piece as it stands in the text. */
  readonly raw: string
  /** Where it begins in the logical line, from 0. */
  readonly offset: number
  readonly length: number
}

/** Lines joined by a backslash at their end, and how to find a place of it in the text again. */
export interface LogicalLine {
  /** Physical lines, from 1, both inclusive. */
  readonly first: number
  readonly last: number
  readonly text: string
  place(offset: number): { readonly line: number; readonly column: number }
}

/** A line that ends in a backslash goes on in the next, without the white space that the next begins with. */
export function logicalLines(text: string): LogicalLine[] {
  const physical = text.split(/\r?\n/)
  const lines: LogicalLine[] = []
  for (let at = 0; at < physical.length; ) {
    const first = at + 1
    const parts: { readonly offset: number; readonly line: number; readonly skipped: number }[] = []
    let joined = ''
    for (let goesOn = true; goesOn && at < physical.length; at++) {
      const line = physical[at] ?? ''
      const skipped = parts.length === 0 ? 0 : line.length - line.trimStart().length
      parts.push({ offset: joined.length, line: at + 1, skipped })
      goesOn = !isComment(line, parts.length) && /(^|[^\\])(\\\\)*\\$/.test(line)
      joined += goesOn ? line.slice(skipped, -1) : line.slice(skipped)
    }
    lines.push({
      first,
      last: at,
      text: joined,
      place: (offset) => {
        const part = parts.findLast((each) => each.offset <= offset) ?? { offset: 0, line: first, skipped: 0 }
        return { line: part.line, column: offset - part.offset + part.skipped + 1 }
      },
    })
  }
  return lines
}

const isComment = (line: string, parts: number) => parts === 1 && /^\s*#/.test(line)

/** Takes a line apart. `trouble` is what only the router can work out, or a quote without an end. */
export function commandWords(line: string): {
  readonly words: readonly Word[]
  readonly trouble?: { readonly message: string; readonly offset: number }
} {
  const words: Word[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line[at] ?? '')) {
      at++
      continue
    }
    const offset = at
    const key = /^[a-zA-Z][\w-]*(?==)/.exec(line.slice(at))?.[0]
    if (key !== undefined) at += key.length + 1
    let value = ''
    while (at < line.length && !/\s/.test(line[at] ?? '')) {
      const character = line[at] ?? ''
      if (character === '"') {
        const end = closingQuote(line, at)
        if (end < 0) return { words, trouble: { message: 'This quote has no end.', offset: at } }
        value += readEscapes(line.slice(at + 1, end))
        at = end + 1
      } else if (/[[\]{}();$]/.test(character)) {
        return {
          words,
          trouble: { message: `"${character}" is worked out by the router. Put its value here.`, offset: at },
        }
      } else {
        value += character
        at++
      }
    }
    words.push({ key, value, raw: line.slice(offset, at), offset, length: at - offset })
  }
  return { words }
}

function closingQuote(line: string, open: number): number {
  for (let at = open + 1; at < line.length; at++) {
    if (line[at] === '\\') at++
    else if (line[at] === '"') return at
  }
  return -1
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  _: ' ',
}

/** Escapes of a quoted value; bytes in hexadecimal are UTF-8 where they make sense as that. */
function readEscapes(quoted: string): string {
  return quoted.replace(/(?:\\[0-9A-F]{2})+|\\([\s\S])/g, (found, single?: string) => {
    if (single !== undefined) return ESCAPES[single] ?? single
    const percent = found.replaceAll('\\', '%')
    try {
      return decodeURIComponent(percent)
    } catch {
      return readBytes(percent)
    }
  })
}

function readBytes(percent: string): string {
  return percent.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** A value as the router reads it back: bare where that is safe, else in quotes with everything else escaped. */
export function writeValue(value: string): string {
  if (/^[\w!][\w.,:/!-]*$/.test(value)) return value
  const escaped = value
    .replace(/\p{Cs}/gu, '')
    .replace(/[\\"$?]/g, '\\$&')
    .replace(/[^ -~]+/gu, (odd) => encodeURIComponent(odd).replaceAll('%', '\\'))
  return `"${escaped}"`
}
