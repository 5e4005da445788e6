import { type CommandIo, Trouble } from './command'
import { runProgram } from './program'

/** What a command line answered. */
export interface Answer {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in memory, over the given files; "-" is the file of that name. For tests. */
export function runInMemory(args: readonly string[], files: Readonly<Record<string, string>> = {}): Answer {
  let out = ''
  let err = ''
  const read = (path: string) => {
    const text = files[path]
    if (text === undefined) throw new Trouble(`${path}: there is no such file.`)
    return text
  }
  const io: CommandIo = {
    readFile: read,
    readInput: () => read('-'),
    write: (text) => {
      out += text
    },
    complain: (line) => {
      err += `${line}\n`
    },
  }
  return { status: runProgram(args, io), out, err }
}
