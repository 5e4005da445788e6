import { stderr } from 'node:process'

stderr.write('Usage: highport <command> [options]\n')
process.exitCode = 2
