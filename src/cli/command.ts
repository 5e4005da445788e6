/** The world of a command: files, streams. Given, so that tests run commands in memory. */
export interface CommandIo {
  /** Text of a file; throws Trouble with a sentence where it cannot be read. */
  readFile(path: string): string
  readInput(): string
  /** Writes to standard output, as it is. */
  write(text: string): void
  /** Writes a line to standard error. */
  complain(line: string): void
}

/** One command of the program. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What `--help` prints. */
  readonly help: string
  /** Returns the exit status: 0 as it should be, 1 a "no" (a check fails, text is wrong), 2 it could not be tried. */
  run(args: readonly string[], io: CommandIo): number
}

/** The person's mistake: printed as a sentence, without a stack, with exit status 2. */
export class Trouble extends Error {}

/** Text of a file, or of standard input where the path is "-". */
export function readText(path: string, io: CommandIo): string {
  return path === '-' ? io.readInput() : io.readFile(path)
}

/** The JSON value of a text; throws Trouble with a sentence about `what` where it is none. */
export function parseJson(text: string, what: string): unknown {
  if (text.trim() === '') throw new Trouble(`${what} is empty.`)
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ') : 'it cannot be read'
    throw new Trouble(`${what} is not JSON: ${reason}.`)
  }
}

/** One JSON value on lines of its own; bigints never reach it. */
export function writeJson(value: unknown, io: CommandIo): void {
  io.write(`${JSON.stringify(value, null, 2)}\n`)
}
