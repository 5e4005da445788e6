import { shellWords, type Word } from '../iptables/words'

/** One command of a script, or one line of what ipchains-save prints, with its continuation lines. */
export interface CommandLine {
  /** Physical lines, from 1, both inclusive. */
  readonly first: number
  readonly last: number
  readonly kind: 'command' | 'off' | 'policy' | 'blank' | 'comment' | 'other'
  readonly text: string
  /** Words behind the name of the tool. */
  readonly words: readonly Word[]
  /** A shell construct that only a shell can work out. */
  readonly trouble?: Word
}

const COMMAND = /^\s*(?:sudo\s+)?(?:\S*\/)?ipchains\s/
/** A command that we wrote for a rule that is off. */
const OFF = /^# off: (?=ipchains -A )/
/** ":input DENY" of ipchains-save. */
const POLICY = /^:(\S+)\s+(\S+)/
const SAVED = /^-[A-Z]\s/

/** Takes a text apart. A line that begins with a space goes on where the one before ended, as in a book (R066). */
export function readCommands(text: string): CommandLine[] {
  const physical = text.split(/\r?\n/)
  const commands: CommandLine[] = []
  for (let at = 0; at < physical.length; ) {
    const first = at
    let line = physical[at++] ?? ''
    const isCommand = COMMAND.test(line) || SAVED.test(line)
    while (isCommand && at < physical.length && (line.endsWith('\\') || /^\s+\S/.test(physical[at] ?? ''))) {
      line = `${line.replace(/\\$/, '')} ${physical[at++]}`
    }
    commands.push({ first: first + 1, last: at, text: line, ...readLine(line) })
  }
  return commands
}

function readLine(line: string): Pick<CommandLine, 'kind' | 'words' | 'trouble'> {
  if (line.trim() === '') return { kind: 'blank', words: [] }
  const off = OFF.exec(line)?.[0].length
  if (off !== undefined) {
    const { words, expansion, rest } = shellWords(line.slice(off))
    const shifted = words.slice(1).map((word) => ({ ...word, offset: word.offset + off }))
    return { kind: (expansion ?? rest) ? 'comment' : 'off', words: shifted }
  }
  if (/^\s*#/.test(line)) return { kind: 'comment', words: [] }
  const { words, expansion, rest } = shellWords(line)
  const policy = POLICY.exec(line)
  if (policy) return { kind: 'policy', words }
  const trouble = expansion ?? rest
  if (SAVED.test(line)) return { kind: 'command', words, ...(trouble && { trouble }) }
  if (!COMMAND.test(line)) return { kind: 'other', words }
  const at = words.findIndex(({ text }) => /(^|\/)ipchains$/.test(text))
  return { kind: 'command', words: words.slice(at + 1), ...(trouble && { trouble }) }
}
