// Runs the command line from a checkout, building it first when it is missing or older than its source.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Imports nothing of ours and no package: this runs before every command.
const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'build/highport.js')
const notInIt = new Set(['ui', 'state', 'main.tsx'])

const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** When a file under the folder, or the folder itself (a file was added or removed), last changed. */
function newest(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name)
    return Math.max(latest, entry.isDirectory() ? newest(path) : changed(path))
  }, changed(folder))
}

const rooms = readdirSync(join(root, 'src')).filter((name) => !notInIt.has(name))
const sources = [
  ...rooms.map((room) => join(root, 'src', room)),
  ...['package.json', 'scripts/build-cli.mjs', 'tsconfig.json'].map((name) => join(root, name)),
]
const latest = Math.max(
  ...sources.map((path) => (statSync(path).isDirectory() ? newest(path) : changed(path))),
)

if (changed(program) <= latest) {
  const built = spawnSync(process.execPath, [join(root, 'scripts/build-cli.mjs')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  if (built.status !== 0) {
    process.stderr.write(`${built.stdout}${built.stderr}\nhighport: the build failed; "npm ci" first?\n`)
    process.exit(70)
  }
}

process.argv = [process.execPath, program, ...process.argv.slice(2)]
await import(pathToFileURL(program).href)
