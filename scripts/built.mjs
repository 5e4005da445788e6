// Bundles a program of the tests and runs it, since Node does not read their TypeScript and its short paths.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execPath, pid } from 'node:process'
import { build } from 'vite'
import { root, run } from './processes.mjs'

/** Returns the exit status. `flags` are Node's own. */
export async function runBuilt(name, entry, args, { minutes, flags = [] }) {
  const folder = join(root, 'build', `.${name}-${pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      resolve: { tsconfigPaths: true },
      ssr: { noExternal: true },
      build: {
        ssr: entry,
        target: 'node20',
        outDir: folder,
        minify: false,
        rolldownOptions: { output: { entryFileNames: `${name}.js`, codeSplitting: false } },
      },
    })
    const { code } = await run(execPath, [...flags, join(folder, `${name}.js`), ...args], { minutes })
    return code ?? 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
