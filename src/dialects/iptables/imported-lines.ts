import type { ImportedLine } from '../dialect'
import type { SyntaxLine } from './syntax'

/** What became of each physical line; the lines of one continued command share their fate. */
export function importedLines(
  lines: readonly SyntaxLine[],
  fates: ReadonlyMap<SyntaxLine, ImportedLine['fate']>,
  ids: ReadonlyMap<SyntaxLine, readonly string[]>,
): ImportedLine[] {
  return lines.flatMap((line) =>
    Array.from({ length: line.last - line.first + 1 }, (_, index) => ({
      line: line.first + index,
      text: line.text,
      fate: fates.get(line) ?? 'not-understood',
      rules: ids.get(line) ?? [],
    })),
  )
}
