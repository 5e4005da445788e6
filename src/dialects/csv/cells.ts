/** A cell where it begins in the text. */
export interface Cell {
  readonly text: string
  /** From 1. */
  readonly line: number
  readonly column: number
}

/** One record with the physical lines that it takes, both inclusive. */
export interface CsvRecord {
  readonly cells: readonly Cell[]
  readonly first: number
  readonly last: number
  /** A quoted cell has no end. */
  readonly open?: Cell
}

/** Takes a text apart as RFC 4180 has it; cells that were guarded come back as they were. */
export function readRecords(text: string, separator: string): CsvRecord[] {
  const records: CsvRecord[] = []
  let [line, lineStart, at] = [1, 0, 0]
  while (at <= text.length) {
    const first = line
    const cells: Cell[] = []
    let open: Cell | undefined
    for (let more = true; more; ) {
      const place = { line, column: at - lineStart + 1 }
      let value = ''
      if (text[at] === '"') {
        let closed = false
        at++
        while (at < text.length && !closed) {
          if (text[at] === '"' && text[at + 1] === '"') {
            value += '"'
            at += 2
          } else if (text[at] === '"') {
            closed = true
            at++
          } else {
            if (text[at] === '\n') {
              line++
              lineStart = at + 1
            }
            value += text[at++]
          }
        }
        if (!closed) open = { text: value, ...place }
      }
      while (at < text.length && text[at] !== separator && text[at] !== '\n') value += text[at++]
      cells.push({ text: unguarded(value.replace(/\r$/, '')), ...place })
      more = text[at] === separator
      if (more) at++
    }
    records.push({ cells, first, last: line, ...(open && { open }) })
    if (at >= text.length) break
    at++
    line++
    lineStart = at
  }
  return records
}

/** What spreadsheets separate cells with: the sign that the first line has most of. */
export function separatorOf(text: string): string {
  const [head = ''] = text.split('\n', 1)
  const count = (sign: string) => head.split(sign).length - 1
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',')
}

/** Signs that make a spreadsheet take a cell for a formula, and the guard itself. Source: OWASP, "CSV Injection". */
const FORMULA = /^[=+\-@'\t\r]/

const unguarded = (text: string) =>
  text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text

/** A cell that no spreadsheet works out, in quotes where it needs them. */
export function writeCell(text: string): string {
  const guarded = FORMULA.test(text) ? `'${text}` : text
  return /[",;\t\r\n]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
