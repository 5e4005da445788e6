import type { DiagnosticKind } from '@/model/result'
import type { SyntaxLine } from './syntax'
import { TAKEN_FOR } from './typography'

const HIDDEN_INTERFACES =
  'This listing does not show interfaces: a rule for one of them, often lo, reads as a rule for all. With -v they are shown.'

interface TextNote {
  readonly line: SyntaxLine
  readonly kind: DiagnosticKind
  readonly message: string
}

/** What there is to say of a text as a whole: prose, told together, characters read as others, what a listing hides. */
export function textNotes(lines: readonly SyntaxLine[]): TextNote[] {
  const notes: TextNote[] = []
  let prose: SyntaxLine[] = []
  const told = new Set<string>()
  const say = (line: SyntaxLine, message: string, kind: DiagnosticKind = 'note') =>
    notes.push({ line, kind, message })
  const endProse = () => {
    const [line, ...more] = prose
    const last = more.at(-1)?.last
    prose = []
    if (!line) return
    const message =
      last === undefined
        ? 'This line is no rule and is left out.'
        : `Lines ${line.first} to ${last} hold no rules and are left out.`
    say(line, message)
  }
  for (const line of lines) {
    if (line.kind === 'prose') prose.push(line)
    else if (line.kind !== 'blank') endProse()
    for (const kind of line.typography ?? []) {
      if (!told.has(kind)) say(line, TAKEN_FOR[kind])
      told.add(kind)
    }
    if (line.kind === 'columns' && line.hidesInterfaces && !told.has('columns')) {
      say(line, HIDDEN_INTERFACES, 'approximated')
      told.add('columns')
    }
  }
  endProse()
  return notes
}
