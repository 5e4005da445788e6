import { readListings } from './listing/listing'
import type { Remark } from './refuse'
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
}

export type CommandName = keyof typeof COMMANDS

/** One logical line, faithful to what was written. */
export type SyntaxLine = LineBase &
  (
    | { readonly kind: 'blank' | 'comment' | 'prose' | 'commit' }
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
export function readSyntax(text: string, family: 4 | 6): SyntaxText {
  const physical = text.split('\n').map((line) => line.replace(/\r$/, ''))
  if (physical.length > 1 && physical.at(-1) === '') physical.pop()
  const restore = physical.some((line) => /^\*[a-z]+\s*$/.test(line))
  if (restore) {
    return {
      form: 'restore',
      lines: physical.map((line, index) => readRestoreLine(line, index + 1)),
    }
  }
  const lines = joinContinued(physical).map((line) => readCommandLine(line, family))
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

function commandFrom(base: LineBase, words: readonly Word[]): SyntaxLine {
  let table: Word | undefined
  const rest: Word[] = []
  let command: CommandName | undefined
  let operands: Word[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word
    const name = commandOf(word)
    if (!word.quoted && (word.text === '-t' || word.text === '--table')) table = words[++i]
    else if (!word.quoted && (word.text === '-w' || word.text === '--wait')) {
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

function readCommandLine(base: LineBase, family: 4 | 6): SyntaxLine {
  if (base.text.trim() === '') return { ...base, kind: 'blank' }
  if (/^\s*#/.test(base.text)) return { ...base, kind: 'comment' }
  const { words, expansion, rest } = shellWords(base.text)
  let at = 0
  if (/^(\$|[\w.-]+@\S+[#$])$/.test(words[at]?.text ?? '')) at++
  if (words[at]?.text === 'sudo') at++
  const head = words[at]
  const tool = head && TOOL.exec(head.text)
  if (!head || (!tool && !commandOf(head))) {
    // "$IPT -A INPUT ...": a rule all the same, which a shell alone can read.
    if (expansion && /\s(-A|-I|-P|--append|--insert)\s/.test(base.text)) return withExpansion(base, expansion)
    return { ...base, kind: 'prose' }
  }
  if (tool) {
    if ((tool[1] === 'ip6tables') !== (family === 6)) return { ...base, kind: 'other-family', word: head }
    at++
  }
  const own = words.slice(at)
  if (!own.some(commandOf)) return { ...base, kind: 'prose' }
  if (expansion) return withExpansion(base, expansion)
  const lists = own.some((word) => ['list', 'list-rules'].includes(commandOf(word) ?? ''))
  if (rest && !lists && !/^(;|\|\||&&)/.test(rest.text)) {
    return {
      ...base,
      kind: 'bad',
      message: `"${rest.text}" is the shell's, not a part of the rule.`,
      word: rest,
    }
  }
  return commandFrom(base, own)
}

function withExpansion(base: LineBase, expansion: Word): SyntaxLine {
  const name = /^\$\{?\w+\}?|^\$\(|^`/.exec(expansion.text)?.[0] ?? expansion.text
  const message = `${name} is worked out by a shell. Put its value here, or paste the output of iptables-save.`
  return { ...base, kind: 'bad', message, word: { ...expansion, length: name.length } }
}
