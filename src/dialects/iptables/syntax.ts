import { readListings } from './listing/listing'
import type { Remark } from './refuse'
import { Script } from './script'
import { plainWord, straighten, type Typography } from './typography'
import { restoreWords, shellWords, type Word } from './words'

/** Where an offset of a logical line stands in the text. Both from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

interface LineBase {
  /** Physical lines it takes, from 1, both inside; more than one where a backslash continues a line. */
  readonly first: number
  readonly last: number
  readonly text: string
  place(offset: number): Place
  /** A second command of the line before. */
  readonly continues?: boolean
  /** What was taken for plain characters. */
  readonly typography?: readonly Typography[]
}

export type CommandName = keyof typeof COMMANDS

/** One logical line, faithful to what was written. */
export type SyntaxLine = LineBase &
  (
    | { readonly kind: 'blank' | 'comment' | 'prose' | 'commit' | 'assignment' }
    | { readonly kind: 'table'; readonly name: Word }
    | { readonly kind: 'chain'; readonly name: Word; readonly policy: Word | undefined }
    | {
        readonly kind: 'command'
        readonly command: CommandName
        readonly table: Word | undefined
        /** Chain, number, policy: what the command takes before the rule. */
        readonly operands: readonly Word[]
        readonly rule: readonly Word[]
        /** Text of a listing that no option is known for. */
        readonly unread?: readonly Word[]
        /** What there is to say of the line before its rule is read. */
        readonly remarks?: readonly Remark[]
      }
    /** "Chain INPUT (policy ACCEPT)" of a listing, and the line with the names of its columns. */
    | {
        readonly kind: 'listed-chain'
        readonly table: Word
        readonly name: Word
        readonly policy: Word | undefined
      }
    | { readonly kind: 'columns'; readonly hidesInterfaces: boolean }
    /** A command of the tool of the other address family. */
    | { readonly kind: 'other-family'; readonly word: Word }
    | { readonly kind: 'bad'; readonly message: string; readonly word: Word }
  )

/** iptables-save format, or command lines and listings (a script, `iptables -S`, `iptables -L`, a forum answer). */
export interface SyntaxText {
  readonly form: 'restore' | 'commands'
  readonly lines: readonly SyntaxLine[]
}

/** Commands of iptables(8), and how many operands each takes at most before a rule begins. */
const COMMANDS = {
  append: { short: '-A', operands: 1 },
  insert: { short: '-I', operands: 2 },
  'new-chain': { short: '-N', operands: 1 },
  policy: { short: '-P', operands: 2 },
  flush: { short: '-F', operands: 1 },
  'delete-chain': { short: '-X', operands: 1 },
  delete: { short: '-D', operands: 2 },
  check: { short: '-C', operands: 1 },
  replace: { short: '-R', operands: 2 },
  zero: { short: '-Z', operands: 2 },
  list: { short: '-L', operands: 2 },
  'list-rules': { short: '-S', operands: 2 },
  'rename-chain': { short: '-E', operands: 2 },
} as const

const COMMAND_OF_OPTION = new Map<string, CommandName>(
  (Object.keys(COMMANDS) as CommandName[]).flatMap((name) => [
    [COMMANDS[name].short, name] as const,
    [`--${name}`, name] as const,
  ]),
)

function commandOf(word: Word): CommandName | undefined {
  if (word.quoted) return undefined
  // "-nvL": short options in one word, of which the last is the command.
  const [, last] = /^-[nvx]+([LS])$/.exec(word.text) ?? []
  return COMMAND_OF_OPTION.get(last ? `-${last}` : word.text)
}

const TOOL = /^(?:\/[\w./-]*\/)?(ip6?tables)(?:-legacy|-nft)?$/

/** Reads text into lines. `family` says which of the two tools is meant. */
export function readSyntax(whole: string, family: 4 | 6): SyntaxText {
  const physical = whole.split('\n').map((line) => line.replace(/\r$/, ''))
  if (physical.length > 1 && physical.at(-1) === '') physical.pop()
  const restore = physical.some((line) => /^\*[a-z]+\s*$/.test(line))
  if (restore) {
    let open = false
    const lines = physical.map((text, index): SyntaxLine => {
      const line = readRestoreLine(text, index + 1)
      const { first, last, place } = line
      if (line.kind === 'bad' && !open) return { first, last, text, place, kind: 'prose' }
      open = line.kind === 'table' || (open && line.kind !== 'commit')
      return line
    })
    return { form: 'restore', lines }
  }
  const joined = joinContinued(physical)
  const read = (prompts: boolean) => {
    const script = new Script()
    return joined.flatMap((line) => readCommandLine(line, family, script, prompts))
  }
  const plain = read(false)
  const isCommand = ({ kind }: SyntaxLine) => kind === 'command' || kind === 'bad' || kind === 'other-family'
  const hasRootPrompts = !plain.some(isCommand) && joined.some(({ text: line }) => ROOT_PROMPT.test(line))
  const lines = hasRootPrompts ? read(true) : plain
  return { form: 'commands', lines: readListings(lines, family) }
}

function readRestoreLine(text: string, line: number): SyntaxLine {
  const base: LineBase = { first: line, last: line, text, place: (offset) => ({ line, column: offset + 1 }) }
  if (text.trim() === '') return { ...base, kind: 'blank' }
  if (text.startsWith('#')) return { ...base, kind: 'comment' }
  const counters = /^\s*\[\d+:\d+\]/.exec(text)?.[0].length ?? 0
  const words = restoreWords(text.slice(counters)).map((word) => ({
    ...word,
    offset: word.offset + counters,
  }))
  const head = words[0]
  if (!head) return { ...base, kind: 'blank' }
  const tail = (by: number): Word => ({
    ...head,
    text: head.text.slice(by),
    offset: head.offset + by,
    length: head.length - by,
  })
  if (text.startsWith('*')) return { ...base, kind: 'table', name: tail(1) }
  if (text.startsWith(':')) return { ...base, kind: 'chain', name: tail(1), policy: words[1] }
  if (words.length === 1 && head.text === 'COMMIT') return { ...base, kind: 'commit' }
  return commandFrom(base, words)
}

/** Options that change what the tool says or how long it waits, not what it does. */
const CHATTER = ['-v', '--verbose', '-n', '--numeric', '-x', '--exact', '--line-numbers']
const WAITS = ['-w', '--wait', '-W', '--wait-interval']

function commandFrom(base: LineBase, words: readonly Word[]): SyntaxLine {
  let table: Word | undefined
  const rest: Word[] = []
  let command: CommandName | undefined
  let operands: Word[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word
    const name = commandOf(word)
    if (!word.quoted && (word.text === '-t' || word.text === '--table')) table = words[++i]
    else if (!word.quoted && CHATTER.includes(word.text)) continue
    else if (!word.quoted && WAITS.includes(word.text)) {
      if (/^\d+$/.test(words[i + 1]?.text ?? '')) i++
    } else if (name && !command) {
      command = name
      while (operands.length < COMMANDS[name].operands && takesOperand(words[i + 1], name, operands.length)) {
        operands = [...operands, words[++i] as Word]
      }
    } else rest.push(word)
  }
  if (!command) {
    const word = words[0] as Word
    const message = `"${word.text}" is no command. A rule begins with -A and the name of its chain.`
    return { ...base, kind: 'bad', message, word }
  }
  return { ...base, kind: 'command', command, table, operands, rule: rest }
}

/** The second operand of -I and -D is a number; without one a rule follows. */
function takesOperand(word: Word | undefined, command: CommandName, index: number): boolean {
  if (!word || (!word.quoted && /^[-!]./.test(word.text)) || (!word.quoted && word.text === '!')) return false
  const wantsNumber = index === 1 && command !== 'policy' && command !== 'rename-chain'
  return !wantsNumber || /^\d+$/.test(word.text)
}

/** Joins lines that end in a backslash, keeping where each part came from. */
function joinContinued(physical: readonly string[]): LineBase[] {
  const joined: LineBase[] = []
  for (let index = 0; index < physical.length; index++) {
    const first = index + 1
    const starts = [{ offset: 0, line: first }]
    let text = physical[index] as string
    while (/(^|[^\\])\\$/.test(text) && index + 1 < physical.length) {
      text = `${text.slice(0, -1)} `
      starts.push({ offset: text.length, line: index + 2 })
      text += physical[++index]
    }
    const place = (offset: number): Place => {
      const start = starts.findLast((each) => each.offset <= offset) ?? { offset: 0, line: first }
      return { line: start.line, column: offset - start.offset + 1 }
    }
    joined.push({ first, last: index + 1, text, place })
  }
  return joined
}

/** A shell's or a person's line in front of a command: "$ ", "root@gw:~# ", "[root@gw ~]# ". */
const PROMPT = /^\s*(?:\$|%|\[[^\]]*\]\s*[#$%]|[\w.-]+@[\w.-]+(?::\S*|\s+\S+)?\s*[#$%])\s+(?=\S)/
const REDIRECTIONS = /(?:\s+\d?>>?\s*(?:&\d|[\w./-]+))+\s*$/

const ROOT_PROMPT = /^\s*#\s*(?:sudo\s+)?(?:\/[\w./-]*\/)?ip6?tables\s/

/** The commands of one line, of which those after the first say so. */
function readCommandLine(base: LineBase, family: 4 | 6, script: Script, rootPrompts: boolean): SyntaxLine[] {
  if (base.text.trim() === '') return [{ ...base, kind: 'blank' }]
  const prompted = rootPrompts && ROOT_PROMPT.test(base.text)
  if (!prompted && /^\s*#/.test(base.text)) return [{ ...base, kind: 'comment' }]
  const { text, found } = straighten(prompted ? base.text.replace('#', ' ') : base.text)
  if (prompted) found.push('root prompts')
  const blank = (part: string) => ' '.repeat(part.length)
  const plain = text.replace(PROMPT, blank).replace(REDIRECTIONS, blank)
  const { assigns, block } = script.follow(plain)
  if (assigns) return [{ ...base, kind: 'assignment' }]
  const lines: SyntaxLine[] = []
  for (let at = 0; at < plain.length; ) {
    const { line, end } = readCommand(base, plain, at, family, script, found)
    const isCommand = line.kind === 'command' || line.kind === 'bad' || line.kind === 'other-family'
    if (lines.length === 0 || isCommand)
      lines.push(
        block !== undefined && isCommand ? inBlock(line, block) : { ...line, continues: lines.length > 0 },
      )
    at = end
  }
  // "if", "done" and the like alone are no commands of the tool.
  return lines.length > 1 && lines[0]?.kind === 'prose'
    ? lines.slice(1).map((line, index) => ({ ...line, continues: index > 0 }))
    : lines
}

function inBlock(line: SyntaxLine, block: string): SyntaxLine {
  const message = `This line is in ${block}, which a shell runs. Write the rules out, or paste the output of iptables-save.`
  const { first, last, text, place } = line
  const start = text.length - text.trimStart().length
  const word = { text, offset: start, length: text.trim().length, quoted: false }
  return { first, last, text, place, kind: 'bad', message, word }
}

function readCommand(
  base: LineBase,
  plain: string,
  start: number,
  family: 4 | 6,
  script: Script,
  typography: readonly Typography[],
): { readonly line: SyntaxLine; readonly end: number } {
  const split = shellWords(plain.slice(start), (name) => script.value(name))
  const shift = (word: Word): Word => ({ ...word, offset: word.offset + start })
  const rest = split.rest && shift(split.rest)
  const found = new Set(typography)
  const words = split.words.map((each) => {
    const { word, found: more } = plainWord(shift(each))
    for (const one of more) found.add(one)
    return word
  })
  const separator = rest && /^(?:;+|&&|\|\|)/.exec(rest.text)?.[0]
  const end = rest && separator ? rest.offset + separator.length : plain.length
  const line = readWords(
    base,
    words,
    split.expansion && shift(split.expansion),
    separator ? undefined : rest,
    family,
  )
  // What comes after "||" runs where the command fails, and only a check does.
  const skips = separator === '||' && !(line.kind === 'command' && line.command === 'check')
  const isRule = line.kind === 'command' || line.kind === 'bad'
  return {
    line: isRule && found.size > 0 ? { ...line, typography: [...found] } : line,
    end: skips ? plain.length : end,
  }
}

const SHELL_WORDS = ['sudo', 'then', 'do', 'else', '{', '!']

function readWords(
  base: LineBase,
  words: readonly Word[],
  expansion: Word | undefined,
  rest: Word | undefined,
  family: 4 | 6,
): SyntaxLine {
  let at = 0
  while (SHELL_WORDS.includes(words[at]?.text ?? '')) at++
  const head = words[at]
  const tool = head && TOOL.exec(head.text)
  if (!head || (!tool && !commandOf(head))) {
    // "$IPT -A INPUT ...": a rule all the same, which a shell alone can read.
    const commands = words.some((word) => ['append', 'insert', 'policy'].includes(commandOf(word) ?? ''))
    return expansion && commands ? withExpansion(base, expansion) : { ...base, kind: 'prose' }
  }
  if (tool) {
    if ((tool[1] === 'ip6tables') !== (family === 6)) return { ...base, kind: 'other-family', word: head }
    at++
  }
  const own = words.slice(at)
  if (!own.some(commandOf)) return { ...base, kind: 'prose' }
  if (expansion) return withExpansion(base, expansion)
  const lists = own.some((word) => ['list', 'list-rules'].includes(commandOf(word) ?? ''))
  if (rest && !lists) {
    const message = `"${rest.text}" is the shell's, not a part of the rule.`
    return { ...base, kind: 'bad', message, word: rest }
  }
  return commandFrom(base, own)
}

function withExpansion(base: LineBase, expansion: Word): SyntaxLine {
  const name = /^\$\{?\w+\}?|^\$\(|^`/.exec(expansion.text)?.[0] ?? expansion.text
  const message = `${name} is worked out by a shell. Put its value here, or paste the output of iptables-save.`
  return { ...base, kind: 'bad', message, word: { ...expansion, length: name.length } }
}
