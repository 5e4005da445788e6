import type { ImportedLine } from '../dialect'
import type { SyntaxLine } from './syntax'

/** What became of each physical line; the lines of one continued command share their fate. */
export function importedLines(
  lines: readonly SyntaxLine[],
  fates: ReadonlyMap<SyntaxLine, ImportedLine['fate']>,
  ids: ReadonlyMap<SyntaxLine, readonly string[]>,
): ImportedLine[] {
  const imported = lines.flatMap((line) =>
    Array.from({ length: line.last - line.first + 1 }, (_, index) => ({
      line: line.first + index,
      text: line.text,
      fate: fates.get(line) ?? 'not-understood',
      rules: ids.get(line) ?? [],
    })),
  )
  // Several commands may stand on one line.
  const together = new Map<number, ImportedLine>()
  for (const each of imported) {
    const before = together.get(each.line) ?? each
    const fate = before.fate === each.fate ? each.fate : 'partly'
    const rules = before === each ? each.rules : [...before.rules, ...each.rules]
    together.set(each.line, { ...before, fate, rules })
  }
  return [...together.values()]
}
