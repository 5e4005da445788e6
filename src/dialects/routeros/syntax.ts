import { commandWords, type LogicalLine, logicalLines, type Word } from './words'

/** One line of an export or a terminal, taken apart. */
export type SyntaxLine = LogicalLine &
  (
    | { readonly kind: 'blank' | 'comment' }
    | { readonly kind: 'menu'; readonly menu: string }
    /** `/ip firewall filter add chain=input`: menu without slashes, command, properties. */
    | {
        readonly kind: 'command'
        readonly menu: string
        readonly verb: string
        readonly words: readonly Word[]
      }
    | { readonly kind: 'bad'; readonly message: string; readonly offset: number }
  )

const VERBS = new Set([
  'add',
  'set',
  'remove',
  'enable',
  'disable',
  'move',
  'unset',
  'print',
  'export',
  'edit',
  'find',
  'comment',
  'reset-counters',
  'reset-counters-all',
  'import',
])

/** `[admin@MikroTik] /ip firewall filter> ` before what was typed. */
const PROMPT = /^\s*\[[^\]\s]*@[^\]]*\]\s*([^>]*)>\s?/

/** A menu that a line names stays the current one only if the line has no command. */
export function readSyntax(text: string): SyntaxLine[] {
  let current: readonly string[] = []
  return logicalLines(text).map((line): SyntaxLine => {
    const prompt = PROMPT.exec(line.text)
    const shift = prompt?.[0].length ?? 0
    if (prompt) current = steps([], prompt[1] ?? '')
    const own = line.text.slice(shift)
    if (own.trim() === '') return { ...line, kind: 'blank' }
    if (/^\s*#/.test(own)) return { ...line, kind: 'comment' }
    if (/^\s*:/.test(own))
      return {
        ...line,
        kind: 'bad',
        message: 'This line is a script, which the router works out.',
        offset: shift,
      }
    const { words, trouble } = commandWords(own)
    const moved = words.map((word) => ({ ...word, offset: word.offset + shift }))
    let menu: readonly string[] = /^\s*\//.test(own) ? [] : current
    let at = 0
    let verb: Word | undefined
    for (; at < moved.length && !verb; at++) {
      const word = moved[at] as Word
      if (word.key !== undefined) break
      const parts = word.value.split('/').filter((part) => part !== '')
      const last = parts.at(-1) ?? ''
      if (VERBS.has(last) && menu.length + parts.length > 1) {
        verb = { ...word, value: last }
        parts.pop()
      }
      menu = steps(menu, parts.join(' '))
    }
    if (verb)
      return trouble
        ? { ...line, kind: 'bad', message: trouble.message, offset: trouble.offset + shift }
        : { ...line, kind: 'command', menu: menu.join(' '), verb: verb.value, words: moved.slice(at) }
    const [odd] = moved.slice(at)
    if (trouble || odd)
      return {
        ...line,
        kind: 'bad',
        message: trouble?.message ?? `${odd?.raw} stands without a command. Write "add" before it.`,
        offset: (trouble ? trouble.offset + shift : odd?.offset) ?? 0,
      }
    // Prose has no slash in front; a menu below the current one is a word or two.
    if (!/^\s*(\/|\.\.)/.test(own) && current.length === 0)
      return { ...line, kind: 'bad', message: 'This line is no command of RouterOS.', offset: shift }
    current = menu
    return { ...line, kind: 'menu', menu: menu.join(' ') }
  })
}

function steps(from: readonly string[], path: string): readonly string[] {
  const menu = [...from]
  for (const step of path.split(/[\s/]+/).filter((part) => part !== '')) {
    if (step === '..') menu.pop()
    else menu.push(step)
  }
  return menu
}
