import { own } from '../own'
import { shellWords } from './words'

/** Longer values are taken for unknown: variables that double each other grow without end. */
const LONGEST = 1000
const ASSIGNMENT = /^\s*(?:(?:export|readonly|local)\s+)?([A-Za-z_]\w*)=/
const OPENS: Readonly<Record<string, string>> = {
  for: 'a loop',
  while: 'a loop',
  until: 'a loop',
  select: 'a loop',
  if: 'an if',
  case: 'a case',
}
const CLOSES = ['done', 'fi', 'esac', '}']
/** Words after which a command begins. */
const BEFORE_COMMAND = ['', ';', 'do', 'then', 'else', '&&', '||', '{']
const FUNCTION = /^\s*(?:function\s+[\w-]+(?:\s*\(\s*\))?|[\w-]+\s*\(\s*\))\s*(?:\{|$)/

/** What a shell would know at a line of a script, as far as it can be told without running it. */
export class Script {
  /** Undefined: what the value is depends on what runs. */
  private readonly values = new Map<string, string | undefined>()
  private readonly blocks: string[] = []

  value(name: string): string | undefined {
    return this.values.get(name)
  }

  /** Reads past a line: whether it gives variables their values, and the block that it stands in or begins. */
  follow(line: string): { readonly assigns: boolean; readonly block: string | undefined } {
    const before = this.blocks.at(-1)
    const assigns = before === undefined ? this.assign(line) : this.forget(line)
    let block = before
    if (FUNCTION.test(line)) this.blocks.push('a function')
    block ??= this.blocks.at(-1)
    let last = ''
    for (const word of line
      .replace(/"[^"]*"|'[^']*'/g, 'x')
      .replace(/#.*|;/g, (found) => (found === ';' ? ' ; ' : ''))
      .trim()
      .split(/\s+/)) {
      const opened = own(OPENS, word)
      if (opened && BEFORE_COMMAND.includes(last)) this.blocks.push(opened)
      else if (CLOSES.includes(word)) this.blocks.pop()
      block ??= this.blocks.at(-1)
      last = word
    }
    return { assigns, block }
  }

  private assign(line: string): boolean {
    const name = ASSIGNMENT.exec(line)
    if (!name?.[1]) return false
    const { words, expansion, rest } = shellWords(line.slice(name[0].length), (other) => this.value(other))
    if (words.length > 1) return false
    if (rest && !rest.text.startsWith(';')) return false
    const value = words[0]?.text ?? ''
    this.values.set(name[1], expansion || value.length > LONGEST ? undefined : value)
    if (rest) this.assign(rest.text.slice(1))
    return true
  }

  /** What is assigned in a block may or may not be. */
  private forget(line: string): boolean {
    const name = ASSIGNMENT.exec(line)?.[1]
    if (name) this.values.set(name, undefined)
    return false
  }
}
