// Builds the command line as ONE file without dependencies: build/highport.js.
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pid } from 'node:process'
import { build } from 'vite'
import { root } from './processes.mjs'

// Built aside and moved into place, so that a run beside this one never meets half a file.
const aside = join(root, 'build', `.cli-${pid}`)
mkdirSync(aside, { recursive: true })
try {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { tsconfigPaths: true },
    ssr: { noExternal: true },
    build: {
      ssr: 'src/cli/main.ts',
      target: 'node20',
      outDir: aside,
      minify: false,
      rolldownOptions: {
        output: {
          entryFileNames: 'highport.js',
          banner: '#!/usr/bin/env node',
          codeSplitting: false,
        },
      },
    },
  })
  chmodSync(join(aside, 'highport.js'), 0o755)
  renameSync(join(aside, 'highport.js'), join(root, 'build/highport.js'))
} finally {
  rmSync(aside, { recursive: true, force: true })
}
