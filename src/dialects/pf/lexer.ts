/** A word, a sign or a string of a statement. */
export interface Token {
  readonly text: string
  readonly kind: 'word' | 'sign' | 'string' | 'table'
  /** Of the text, from 1. What a macro stands for is where the macro is named. */
  readonly line: number
  readonly column: number
}

/** Lines that belong together: a rule with its continuation lines, or one comment. */
export interface Statement {
  /** Physical lines, from 1, both inclusive. */
  readonly first: number
  readonly last: number
  readonly kind: 'blank' | 'comment' | 'statement'
  readonly text: string
  readonly tokens: readonly Token[]
}

const TOKEN =
  /\s+|(?<string>"[^"\n]*"?)|(?<table><[A-Za-z_][\w.:-]*>)|(?<sign>->|><|<>|!=|<=|>=|[{}(),=!<>])|(?<word>[^\s{}(),=!<>"#]+)|(?<comment>#.*)/y

/** Takes a text apart: a backslash at the end of a line and an open brace go on with the next line. */
export function readStatements(text: string): Statement[] {
  const physical = text.split(/\r?\n/)
  const statements: Statement[] = []
  for (let at = 0; at < physical.length; ) {
    const first = at
    const tokens: Token[] = []
    let depth = 0
    let [goesOn, isComment] = [true, false]
    while (goesOn && at < physical.length) {
      const line = physical[at++] ?? ''
      const isContinued = line.endsWith('\\')
      // A comment that ends with a backslash takes the next line along.
      const own = isComment ? [] : tokensOf(isContinued ? line.slice(0, -1) : line, at)
      isComment = isContinued && (isComment || hasComment(line))
      tokens.push(...own)
      depth += own.filter(({ text: sign }) => sign === '{').length
      depth -= own.filter(({ text: sign }) => sign === '}').length
      goesOn = isContinued || (depth > 0 && closes(physical, at))
    }
    const line = physical[first] ?? ''
    const kind = tokens.length > 0 ? 'statement' : line.trim() === '' ? 'blank' : 'comment'
    statements.push({ first: first + 1, last: at, kind, text: line, tokens })
  }
  return statements
}

const hasComment = (line: string) => line.replace(/"[^"]*"/g, '').includes('#')

/** Longest list that is looked through for its end. */
const LIST_LINES = 2000

/** Whether an open brace is closed further down; one that is not ends with its line. */
function closes(physical: readonly string[], from: number): boolean {
  return physical.slice(from, from + LIST_LINES).some((line) => line.replace(/#.*/, '').includes('}'))
}

export function tokensOf(text: string, line: number): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    const { string, table, sign, word } = found.groups ?? {}
    const at = { line, column: found.index + 1 }
    if (string !== undefined) tokens.push({ text: string.replace(/^"|"$/g, ''), kind: 'string', ...at })
    else if (table !== undefined) tokens.push({ text: table.slice(1, -1), kind: 'table', ...at })
    else if (sign !== undefined) tokens.push({ text: sign, kind: 'sign', ...at })
    else if (word !== undefined) tokens.push({ text: word, kind: 'word', ...at })
    if (TOKEN.lastIndex >= text.length) break
  }
  return tokens
}

/** Reads tokens one after the other. */
export class Tokens {
  readonly all: readonly Token[]
  #at = 0

  constructor(all: readonly Token[]) {
    this.all = all
  }

  get next(): Token | undefined {
    return this.all[this.#at]
  }

  get following(): Token | undefined {
    return this.all[this.#at + 1]
  }

  take(): Token | undefined {
    return this.all[this.#at++]
  }

  /** Takes the next token if it is one of these words or signs. */
  skip(...texts: readonly string[]): Token | undefined {
    const { next } = this
    const fits = next && next.kind !== 'string' && next.kind !== 'table' && texts.includes(next.text)
    return fits ? this.take() : undefined
  }
}
