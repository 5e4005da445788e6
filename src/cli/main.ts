import { readFileSync, writeSync } from 'node:fs'
import process from 'node:process'
import { type CommandIo, Trouble } from './command'
import { runProgram } from './program'

/** What the system says when a file cannot be read, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'that is a folder',
  EACCES: 'it may not be read',
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function readOrSay(source: string | number, name: string): string {
  try {
    return readFileSync(source, 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    throw new Trouble(`${name}: ${REASONS[code] ?? `it cannot be read (${code})`}.`)
  }
}

/** Writes everything, also into a pipe that is slow to take it; false once nobody reads any more. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EPIPE') process.exit(0)
      if (code !== 'EAGAIN') throw error
    }
  }
}

const io: CommandIo = {
  readFile: (path) => readOrSay(path, path),
  readInput: () => readOrSay(0, 'standard input'),
  write: (text) => writeAll(1, text),
  complain: (line) => writeAll(2, `${line}\n`),
}

process.exitCode = runProgram(process.argv.slice(2), io)
