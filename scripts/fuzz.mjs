// npm run fuzz: tries spoiled texts on every parser, in 512 MB.
import process, { argv } from 'node:process'
import { runBuilt } from './built.mjs'

process.exitCode = await runBuilt('fuzz', 'tests/fuzz/main.ts', argv.slice(2), {
  minutes: 24 * 60,
  flags: ['--max-old-space-size=512'],
})
