import type { Diagnostic } from '@/model/result'
import { diagnostic } from '@/model/result'

/** A value where it stands in the text. */
export interface Value {
  readonly text: string
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly length: number
}

/** `config TYPE 'NAME'` with what follows it. */
export interface Section {
  readonly type: string
  readonly name: string | undefined
  readonly line: number
  /** Lines of the section, its head first. */
  readonly lines: number[]
  /** Values of an option; a list has several. A later `option` takes the place of an earlier one. */
  readonly options: Map<string, { readonly values: readonly Value[]; readonly lines: readonly number[] }>
}

export interface SyntaxText {
  readonly lines: readonly string[]
  readonly sections: readonly Section[]
  readonly blank: ReadonlySet<number>
  readonly comments: ReadonlySet<number>
  /** `package firewall`: says only what the text is. */
  readonly packages: ReadonlySet<number>
  readonly diagnostics: readonly Diagnostic[]
}

/** Takes a file of /etc/config apart, as libuci reads it. */
export function readSyntax(text: string): SyntaxText {
  const lines = text.split(/\r?\n/)
  const sections: Section[] = []
  const [blank, comments, packages] = [new Set<number>(), new Set<number>(), new Set<number>()]
  const diagnostics: Diagnostic[] = []
  lines.forEach((content, index) => {
    const line = index + 1
    if (content.trim() === '') blank.add(line)
    else if (/^\s*#/.test(content)) comments.add(line)
    else {
      const wrong = readLine(content, line, sections, packages)
      if (wrong) diagnostics.push(wrong)
    }
  })
  return { lines, sections, blank, comments, packages, diagnostics }
}

function readLine(
  content: string,
  line: number,
  sections: Section[],
  packages: Set<number>,
): Diagnostic | undefined {
  const wrong = (message: string, column = 1, length = content.trim().length) =>
    diagnostic('syntax-error', message, { line, column, length })
  const { words, open } = readWords(content, line)
  if (open !== undefined) return wrong('This quote has no end.', open + 1, 1)
  const [head, first, second, ...more] = words
  const section = sections.at(-1)
  const extra = more[0]
  switch (head?.text) {
    case 'package':
      packages.add(line)
      return undefined
    case 'config':
      if (!first || !/^[\w-]+$/.test(first.text))
        return wrong('The type of the section is missing, as in: config rule.')
      if (extra) return wrong(`${extra.text} is too much in this line.`, extra.column, extra.length)
      sections.push({ type: first.text, name: second?.text, line, lines: [line], options: new Map() })
      return undefined
    case 'option':
    case 'list': {
      if (!section) return wrong(`${head.text} stands before any section. A section begins with "config".`)
      section.lines.push(line)
      if (!first || !second || !/^\w+$/.test(first.text))
        return wrong(`${head.text} needs a name and a value, as in: option src 'wan'.`)
      if (extra)
        return wrong(
          `${extra.text} is too much in this line. Put the value in quotes.`,
          extra.column,
          extra.length,
        )
      const before = head.text === 'list' ? section.options.get(first.text) : undefined
      section.options.set(first.text, {
        values: [...(before?.values ?? []), second],
        lines: [...(before?.lines ?? []), line],
      })
      return undefined
    }
    default:
      return wrong(
        `${head?.text ?? ''} is no word of this language. Lines begin with config, option or list.`,
      )
  }
}

/** Words with their quotes taken off; text in quotes and bare text without a space between are one word. */
function readWords(content: string, line: number): { words: Value[]; open?: number } {
  const words: Value[] = []
  let at = 0
  while (at < content.length) {
    if (/\s/.test(content[at] ?? '')) {
      at++
      continue
    }
    if (content[at] === '#') break
    const start = at
    let text = ''
    while (at < content.length && !/\s/.test(content[at] ?? '')) {
      const quote = content[at]
      if (quote !== "'" && quote !== '"') {
        text += content[at++] === '\\' ? (content[at++] ?? '') : content[at - 1]
        continue
      }
      const opened = at++
      while (at < content.length && content[at] !== quote) {
        if (quote === '"' && content[at] === '\\') at++
        text += content[at++] ?? ''
      }
      if (at >= content.length) return { words, open: opened }
      at++
    }
    words.push({ text, line, column: start + 1, length: at - start })
  }
  return { words }
}

/** A value in quotes. Controls are never in it: what is written has been made plain before. */
export function writeValue(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
