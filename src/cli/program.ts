import { type Command, type CommandIo, Trouble } from './command'
import { explain } from './explain/explain'
import { log } from './log/log'
import { replay } from './replay/replay'
import { run } from './run'
import { translate } from './translate'

/** The commands in the order of the list. */
export const COMMANDS: readonly Command[] = [run, replay, explain, translate, log]

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  return [
    'Usage: highport COMMAND [options]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'highport COMMAND --help tells more of one. A file named "-" is standard input.',
    '',
  ].join('\n')
}

/** Runs one command line and returns the exit status. Only a fault of the program itself is thrown. */
export function runProgram(args: readonly string[], io: CommandIo): number {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.write(overview())
    return name === undefined ? 2 : 0
  }
  const command = COMMANDS.find((each) => each.name === name)
  if (!command) {
    io.complain(
      `highport: there is no command ${name}. The commands are ${COMMANDS.map((each) => each.name).join(', ')}.`,
    )
    return 2
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.write(`${command.help.trim()}\n`)
    return 0
  }
  try {
    return command.run(rest, io)
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    io.complain(`highport ${name}: ${error.message}`)
    return 2
  }
}
