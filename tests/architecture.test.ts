import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { mayImport, type Room, type SourceFiles, violations } from './walls'

const root = fileURLToPath(new URL('..', import.meta.url))

function sources(): SourceFiles {
  return new Map(
    readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(tsx?|css)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  )
}

const report = (files: SourceFiles) =>
  violations(files).map(({ file, what, reason }) => `${file} ${what}: ${reason}`)

const reportOf = (file: string, text: string) => report(new Map([[file, text]]))

test('src/ keeps the walls and the habits of the architecture', () => {
  const files = sources()
  expect(files.size).toBeGreaterThan(0)
  expect(report(files).join('\n')).toBe('')
})

describe('the walls stop a planted import', () => {
  const rooms = Object.keys(mayImport) as Room[]
  const pairs = rooms.flatMap((from) => rooms.filter((to) => to !== from).map((to) => [from, to] as const))
  const place = (room: Room) => (room === 'main.tsx' ? 'src/main.tsx' : `src/${room}/thing.ts`)
  const name = (room: Room) => (room === 'main.tsx' ? '@/main' : `@/${room}/other`)

  test.each(pairs)('%s importing %s', (from, to) => {
    const found = reportOf(place(from), `import { x } from '${name(to)}'`)
    expect(found).toHaveLength(mayImport[from].includes(to) ? 0 : 1)
  })

  test.each([
    ['a type import', `import type { X } from '@/symbolic/box'`],
    ['an inline type import', `import { type X } from '@/symbolic/box'`],
    ['an import for its effect', `import '@/symbolic/box'`],
    ['an export from', `export { x } from '@/symbolic/box'`],
    ['an export of everything', `export * from '@/symbolic/box'`],
    ['a type export', `export type { X } from '@/symbolic/box'`],
    ['a dynamic import', `export const load = () => import('@/symbolic/box')`],
    ['an import inside a type', `export type X = import('@/symbolic/box').X`],
    ['a relative path', `import { x } from '../../symbolic/box.ts'`],
    ['a raw import', `import text from '../../symbolic/box.ts?raw'`],
    ['a worker', `export const url = new URL('../../symbolic/box.ts', import.meta.url)`],
  ])('written as %s', (_form, text) => {
    expect(reportOf('src/engine/filter/chain.ts', text)).toEqual([
      expect.stringMatching(/^src\/engine\/filter\/chain\.ts imports ".*symbolic.*": one packet \(engine\)/),
    ])
  })

  test.each([
    ['a computed import', 'export const load = (name: string) => import(name)'],
    ['a glob', `export const all = import.meta.glob('./*.ts')`],
  ])('refuses %s, which cannot be read', (_form, text) => {
    expect(reportOf('src/lessons/list.ts', text)).toEqual([expect.stringContaining('only the bundler')])
  })

  test('an import in a comment or a string is none', () => {
    const text = `// import { x } from '@/ui/x'\nexport const x = "import '@/ui/x'"\n/* export * from '@/ui/x' */`
    expect(reportOf('src/model/a.ts', text)).toEqual([])
  })

  test('a test beside its file keeps the walls too', () => {
    expect(reportOf('src/engine/a.test.ts', `import { x } from '@/dialects/nft/parse'`)).toHaveLength(1)
    expect(reportOf('src/engine/a.test.ts', `import { test } from 'vitest'`)).toEqual([])
  })
})

describe('packages', () => {
  test.each([
    ['src/model/a.ts', 'react'],
    ['src/analyses/a.ts', 'zustand'],
    ['src/engine/a.ts', '@xyflow/react'],
    ['src/dialects/a.ts', 'node:fs'],
    ['src/cli/a.ts', 'react'],
  ])('%s may not import %s', (file, name) => {
    expect(reportOf(file, `import { x } from '${name}'`)).toHaveLength(1)
  })

  test.each([
    ['src/model/project/schema.ts', 'zod/mini'],
    ['src/state/a.ts', 'zustand'],
    ['src/ui/a.tsx', 'react'],
    ['src/cli/a.ts', 'node:fs'],
  ])('%s may import %s', (file, name) => {
    expect(reportOf(file, `import { x } from '${name}'`)).toEqual([])
  })
})

describe('the core is pure', () => {
  test.each([
    ['export const t = Date.now()', 'time is an argument'],
    ['export const t = new Date()', 'time is an argument'],
    ['export const t = performance.now()', 'time is an argument'],
    ['setTimeout(() => {}, 1)', 'timers are events'],
    ['export const n = Math.random()', 'randomness is an argument'],
    ['export const pick = Math.random', 'randomness is an argument'],
    ['export const id = crypto.randomUUID()', 'randomness is an argument'],
    ['console.log(1)', 'returned'],
    ['fetch("/x")', 'asks nobody'],
    ['globalThis.name', 'a way around'],
  ])('%s', (text, reason) => {
    expect(reportOf('src/engine/a.ts', text)).toEqual([expect.stringContaining(reason)])
    expect(reportOf('src/state/a.ts', text)).toEqual([])
  })

  test.each([
    ['a comment', '// Date.now() and console.log'],
    ['a string', `export const s = 'Math.random() // fetch('`],
    ['a template', `export const s = \`console.log \${1}\``],
    ['a regular expression', 'export const r = /"Date.now"/'],
    ['a given moment', 'export const d = new Date(0)'],
    ['a method of another thing', 'export const f = (io: { fetch(): void }) => io.fetch()'],
  ])('%s is innocent', (_what, text) => {
    expect(reportOf('src/engine/a.ts', text)).toEqual([])
  })
})

describe('habits', () => {
  test.each([
    ['src/ui/utils/join.ts', 'export const a = 1', 'is in utils/'],
    ['src/ui/helpers/join.ts', 'export const a = 1', 'is in helpers/'],
    ['src/engine/common/join.ts', 'export const a = 1', 'is in common/'],
    ['src/ui/types.ts', 'export const a = 1', 'is called types.ts'],
    ['src/model/constants.ts', 'export const a = 1', 'is called constants.ts'],
    ['src/ui/canvas/index.ts', `export const a = 1`, 'no barrels'],
    ['src/ui/a.tsx', 'export default function A() { return null }', 'has a default export'],
    ['src/ui/a.tsx', 'const a = 1\nexport { a as default }', 'has a default export'],
    ['src/other/a.ts', 'export const a = 1', 'is in no room'],
    ['src/model/a.ts', 'export const = 1', 'does not parse'],
    ['src/dialects/index.ts', 'export function find() {}', 'a list and nothing else'],
    ['src/dialects/index.ts', 'export const all = make()', 'a list and nothing else'],
    ['src/dialects/index.ts', `export * from './nft/nft.ts'`, 'a list and nothing else'],
    ['src/model/a.ts', 'export const a = 1\n'.repeat(401), 'has 401 lines'],
  ])('%s: %s', (file, text, message) => {
    expect(reportOf(file, text)).toEqual([expect.stringContaining(message)])
  })

  test.each([
    ['src/lessons/index.ts', `import { a } from './a/a'\nexport const lessons = [a] as const`],
    ['src/dialects/index.ts', `export const dialects = [() => import('./nft/nft')]`],
    ['src/model/fields/index.ts', `import { a } from './a'\nexport const fields = { a } satisfies object`],
    ['src/model/a.ts', `// Long because: one table\n${'export const a = 1\n'.repeat(401)}`],
    ['src/model/a.ts', 'export const a = 1\n'.repeat(400)],
  ])('%s is as it should be', (file, text) => {
    expect(reportOf(file, text)).toEqual([])
  })
})
