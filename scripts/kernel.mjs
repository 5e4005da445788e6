// npm run test:kernel: compares the engine with the running Linux kernel. tests/kernel/README.md says how.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process, { argv, execPath, pid } from 'node:process'
import { build } from 'vite'
import { root, run } from './processes.mjs'

const folder = join(root, 'build', `.kernel-${pid}`)
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
      ssr: 'tests/kernel/main.ts',
      target: 'node20',
      outDir: folder,
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'kernel.js', codeSplitting: false } },
    },
  })
  const { code } = await run(execPath, [join(folder, 'kernel.js'), ...argv.slice(2)], { minutes: 24 * 60 })
  process.exitCode = code ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
