import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { detectDialect } from '@/dialects/detect'
import type { ImportedLine } from '@/dialects/dialect'
import { dialectOf } from '@/dialects/lookup'
import type { Diagnostic } from '@/model/result'
import { context } from './arbitraries/rules'

/*
 * Real rule sets, which are no part of this project: read from HIGHPORT_CORPUS, else from ../shared/corpus beside the
 * checkout, and skipped where there is none. Nothing throws, and no line is lost without a word.
 */

const root = process.env.HIGHPORT_CORPUS ?? fileURLToPath(new URL('../../shared/corpus', import.meta.url))

/** Folders of texts of iptables; other languages have their own. */
const OF_IPTABLES = ['iptables-semantics', 'docker-golden', 'batfish', 'aerleon-refs/iptables']
const RULE =
  /^\s*(?:\[\d+:\d+\]\s*)?-[AI] \S+ |^\*(?:filter|nat|mangle|raw)\s*$|^\s*Chain \S+ \(|\bip6?tables\s+-/m

function filesOf(folder: string): string[] {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

const files = OF_IPTABLES.flatMap(filesOf)
  .map((path) => ({ path: path.slice(root.length + 1), text: readFileSync(path, 'utf8') }))
  .filter(({ text }) => RULE.test(text))

const fates = new Map<ImportedLine['fate'], number>()
let rules = 0

/** Whether a diagnostic names the line, alone or among others. */
function isNamed(line: number, diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => {
    const [, first, last] = /^Lines (\d+) to (\d+) /.exec(each.message) ?? []
    return each.line === line || (first && Number(first) <= line && line <= Number(last))
  })
}

test.skipIf(files.length > 0)(`the corpus is not here: set HIGHPORT_CORPUS (looked in ${root})`, () => {})

describe.runIf(files.length > 0)('texts of iptables', () => {
  test.each(files)('$path', ({ text }) => {
    const dialect = detectDialect(text).find(({ dialect: { id } }) => /^ip6?tables$/.test(id))?.dialect
    const read = (dialect ?? dialectOf('iptables'))?.parse?.(text, context)
    if (!read) throw new Error('iptables is not read')
    for (const { line, column } of read.diagnostics) expect(line * column).toBeGreaterThan(0)
    if (!read.ok) return
    const { lines } = read.value
    rules += read.value.rules
    for (const { fate } of lines) fates.set(fate, (fates.get(fate) ?? 0) + 1)
    const lost = lines.filter(
      ({ fate, line }) =>
        fate !== 'understood' && fate !== 'blank' && fate !== 'comment' && !isNamed(line, read.diagnostics),
    )
    expect(lost).toEqual([])
    expect(lines.length).toBeGreaterThanOrEqual(text.trimEnd().split('\n').length)
  })

  afterAll(() => {
    const counts = [...fates].map(([fate, count]) => `${count} ${fate}`).join(', ')
    process.stdout.write(`Corpus: ${files.length} texts, ${rules} rules; lines: ${counts}.\n`)
  })
})
