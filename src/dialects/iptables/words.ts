/** One word of a line, unquoted. */
export interface Word {
  readonly text: string
  /** Offset of its first character, the quote included, in the line. From 0. */
  readonly offset: number
  /** Characters it takes in the line, quotes included. */
  readonly length: number
  /** Some of it stood in quotes: such a word is never an option. */
  readonly quoted: boolean
}

/**
 * Splits a line as iptables-restore does (iptables, xshared.c add_param_to_argv): double quotes hold spaces, inside them
 * a backslash takes the next character as it is, a closing quote ends the word. Single quotes mean nothing.
 */
export function restoreWords(line: string): Word[] {
  const words: Word[] = []
  let text = ''
  let start = -1
  let open = false
  let quoted = false
  const end = (offset: number) => {
    if (start >= 0 && (text !== '' || quoted))
      words.push({ text, offset: start, length: offset - start, quoted })
    text = ''
    start = -1
    quoted = false
  }
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string
    if (open) {
      if (character === '\\' && i + 1 < line.length) text += line[++i]
      else if (character === '"') {
        open = false
        end(i + 1)
      } else text += character
    } else if (character === '"') {
      if (start < 0) start = i
      open = true
      quoted = true
    } else if (character === ' ' || character === '\t' || character === '\r') end(i)
    else {
      if (start < 0) start = i
      text += character
    }
  }
  end(line.length)
  return words
}

/** The words of one simple command and what stopped the reading, if something did. */
export interface ShellWords {
  readonly words: readonly Word[]
  /** A shell construct that only a shell can work out: `$IPT`, `$(...)`, backticks. */
  readonly expansion?: Word
  /** Where a second command, a pipe or a redirection begins. */
  readonly rest?: Word
}

/**
 * Splits a command line as a POSIX shell does (XCU 2.2, 2.3, 2.6.5), without running anything. `lookUp` gives the values
 * of variables that are known.
 */
export function shellWords(
  line: string,
  lookUp: (name: string) => string | undefined = () => undefined,
): ShellWords {
  const words: Word[] = []
  let text = ''
  let start = -1
  let quoted = false
  let quote = ''
  let expansion: Word | undefined
  const end = (offset: number) => {
    if (start >= 0) words.push({ text, offset: start, length: offset - start, quoted })
    text = ''
    start = -1
    quoted = false
  }
  /** Puts the value of a variable in, where it is known; the offset of its last character. */
  const expand = (offset: number): number => {
    const [found = '', plain, braced] = /^\$(?:(\w+)|\{(\w+)\})/.exec(line.slice(offset)) ?? []
    const value = lookUp(plain ?? braced ?? '')
    if (value === undefined) {
      expands(offset)
      if (start < 0) start = offset
      text += '$'
      return offset
    }
    if (quote === '"') text += value
    else
      for (const [index, part] of value.split(/\s+/).entries()) {
        if (index > 0) end(offset + found.length)
        if (part === '') continue
        if (start < 0) start = offset
        text += part
      }
    return offset + found.length - 1
  }
  const expands = (offset: number) => {
    expansion ??= { text: line.slice(offset), offset, length: line.length - offset, quoted: false }
  }
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string
    const following = line[i + 1]
    if (quote === "'") {
      if (character === "'") quote = ''
      else text += character
    } else if (quote === '"') {
      if (character === '"') quote = ''
      else if (character === '\\' && following !== undefined && '"\\$`'.includes(following)) text += line[++i]
      else {
        if (character === '`') expands(i)
        if (character === '$' && /[\w({]/.test(following ?? '')) i = expand(i)
        else text += character
      }
    } else if (character === '"' || character === "'") {
      if (start < 0) start = i
      quote = character
      quoted = true
    } else if (/\s/.test(character)) end(i)
    else if (';&|<>()'.includes(character) || (character === '#' && start < 0)) {
      end(i)
      const rest = { text: line.slice(i), offset: i, length: line.length - i, quoted: false }
      return character === '#'
        ? { words, ...(expansion && { expansion }) }
        : { words, rest, ...(expansion && { expansion }) }
    } else {
      const isVariable = character === '$' && /[\w({]/.test(following ?? '')
      if (isVariable) {
        i = expand(i)
        continue
      }
      if (start < 0) start = i
      if (character === '\\' && following !== undefined) text += line[++i]
      else {
        if (character === '`') expands(i)
        text += character
      }
    }
  }
  end(line.length)
  return { words, ...(expansion && { expansion }) }
}

/** Characters that a word can hold without quotes, in iptables-restore and in a shell. */
const BARE = /^[\w.,:/+@%=-]+$/

/** Writes a word so that `restoreWords` reads it back; the word must be free of line ends. */
export function writeWord(text: string): string {
  return BARE.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}
