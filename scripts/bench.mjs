// npm run bench [-- word ...]: runs the files bench/*.bench.ts whose name holds one of the words, each in a fresh
// Node, and prints how what they measured compares. Exit code 1 when a goal is missed.
import { fork } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import process, { argv, pid } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { root } from './processes.mjs'

/** Builds every bench into one plain file, so that what is measured runs as it ships. */
async function bundle(files, folder) {
  const { build } = await import('vite')
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { tsconfigPaths: true },
    ssr: { noExternal: true, external: ['@playwright/test'] },
    build: {
      ssr: true,
      target: 'node20',
      outDir: folder,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(files.map((file) => [basename(file, '.ts'), file])),
        output: { entryFileNames: '[name].js' },
      },
    },
  })
}

/** Runs one bundled bench in a process of its own and returns its name and rows, or what went wrong. */
function measure(file) {
  return new Promise((done) => {
    const child = fork(fileURLToPath(import.meta.url), ['--measure', file], { execArgv: ['--expose-gc'] })
    let answer
    child.on('message', (message) => {
      answer = message
    })
    child.on('close', (code) =>
      done(answer ?? { name: basename(file), problem: `exit code ${code}`, rows: [] }),
    )
  })
}

/** Reports whether a row meets its goal, or undefined when it has none. */
function meets({ ours, anchor, goal }) {
  if (!goal) return undefined
  return 'atMost' in goal ? ours / anchor <= goal.atMost : ours / anchor >= goal.atLeast
}

const figure = (value) => (Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3))
const goalText = (goal) => (!goal ? '' : 'atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`)

function print(name, rows) {
  const verdict = (row) => ({ true: 'ok', false: 'MISSED', undefined: '' })[String(meets(row))]
  const table = [
    ['', 'ours', 'anchor', 'unit', 'ratio', 'goal', ''],
    ...rows.map((row) => [
      row.what,
      figure(row.ours),
      figure(row.anchor),
      row.unit,
      figure(row.ours / row.anchor),
      goalText(row.goal),
      verdict(row),
    ]),
  ]
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)))
  console.log(`\n${name}`)
  for (const cells of table) {
    const [what, ...rest] = cells.map((cell, column) =>
      column === 0 || column === 3 || column === 6
        ? cell.padEnd(widths[column])
        : cell.padStart(widths[column]),
    )
    console.log(`  ${what}  ${rest.join('  ')}`.trimEnd())
  }
}

async function runAll(words) {
  const files = readdirSync(join(root, 'bench'))
    .filter(
      (name) => name.endsWith('.bench.ts') && (!words.length || words.some((word) => name.includes(word))),
    )
    .sort()
    .map((name) => join(root, 'bench', name))
  if (files.length === 0) {
    console.error('No bench/*.bench.ts to run.')
    process.exitCode = 1
    return
  }
  const folder = join(root, 'build', `.bench-${pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    await bundle(files, folder)
    for (const file of files) {
      const { name, rows, problem } = await measure(join(folder, `${basename(file, '.ts')}.js`))
      if (problem) console.error(`\n${name}: ${problem}`)
      else print(name, rows)
      if (problem || rows.some((row) => meets(row) === false)) process.exitCode = 1
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (argv[2] === '--measure') {
  const { name, run } = await import(pathToFileURL(argv[3]).href)
  process.send({ name, rows: await run() })
  process.disconnect()
} else {
  await runAll(argv.slice(2))
}
