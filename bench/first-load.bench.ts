import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Row } from './row'

export const name = 'JavaScript before the first story can be read (after npm run build)'

const GOAL_KB = 170

const compressed = (path: string) => gzipSync(readFileSync(path), { level: 9 }).length / 1000

/** The entry and what it imports, compressed, beside the goal. The gate comes later; here it is only told. */
export async function run(): Promise<readonly Row[]> {
  const page = readFileSync('dist/index.html', 'utf8')
  const scripts = [...page.matchAll(/(?:src|href)="(?:\.\/)?([^"]+\.js)"/g)].map(([, path]) => `dist/${path}`)
  const total = scripts.map(compressed).reduce((sum, size) => sum + size, 0)
  return [
    { what: 'first load against the goal', ours: total, anchor: GOAL_KB, unit: 'kB gzip' },
    ...scripts.map((path): Row => ({ what: path, ours: compressed(path), anchor: GOAL_KB, unit: 'kB gzip' })),
  ]
}
