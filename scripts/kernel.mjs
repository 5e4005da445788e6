// npm run test:kernel: compares the engine with the running Linux kernel. tests/kernel/README.md says how.
import process, { argv } from 'node:process'
import { runBuilt } from './built.mjs'

process.exitCode = await runBuilt('kernel', 'tests/kernel/main.ts', argv.slice(2), { minutes: 24 * 60 })
