// Says how much JavaScript the page fetches before it shows anything: the entry and what it imports, compressed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root } from './processes.mjs'

const goal = 170
const page = readFileSync(join(root, 'dist/index.html'), 'utf8')
const scripts = [...page.matchAll(/(?:src|href)="(?:\.\/)?([^"]+\.js)"/g)].map(([, path]) => path)
const kilobytes =
  scripts
    .map((path) => gzipSync(readFileSync(join(root, 'dist', path)), { level: 9 }).length)
    .reduce((total, size) => total + size, 0) / 1000

console.log(
  `First load: ${kilobytes.toFixed(1)} kB of JavaScript in ${scripts.length} files (gzip; goal ${goal} kB)`,
)
