import type { Word } from './words'

/** What forums and word processors make of plain text. Of each, what it is taken for. */
const SPACES = /[\u00a0\u2007\u202f]/
const DOUBLE = '“”„‟″'
const SINGLE = '‘’‚‛′'
const DASHES = '\u2010\u2011\u2012\u2013\u2014\u2212'
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff\u00ad]/

/** Kinds of odd characters, and a "#" in front of a command where no line has one without. */
export type Typography = 'spaces' | 'quotes' | 'dashes' | 'invisible' | 'root prompts'

export const TAKEN_FOR: Readonly<Record<Typography, string>> = {
  spaces: 'Spaces that do not break are taken for spaces.',
  quotes: 'Curly quotes are taken for straight ones.',
  dashes: 'Long dashes are taken for "-" before one letter and between numbers, for "--" before a word.',
  'root prompts':
    'A "#" before a command is taken for the prompt of root, since no command stands without one.',
  invisible: 'Characters that cannot be seen are left out.',
}

/** A line with plain spaces and quotes, as long as it was. What stands between straight quotes stays as it is. */
export function straighten(line: string): { readonly text: string; readonly found: Typography[] } {
  const found = new Set<Typography>()
  let open = ''
  let text = ''
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string
    const plain = DOUBLE.includes(character) ? '"' : SINGLE.includes(character) ? "'" : character
    const curly = plain !== character
    if (open === '"' && character === '\\') text += character + (line[++at] ?? '')
    else if (open !== '' && plain === open.at(-1) && curly === open.startsWith('curly')) {
      text += plain
      open = ''
    } else if (open === '' && (plain === '"' || plain === "'")) {
      if (curly) found.add('quotes')
      open = curly ? `curly${plain}` : plain
      text += plain
    } else if (open === '' && SPACES.test(character)) {
      found.add('spaces')
      text += ' '
    } else text += character
  }
  return { text, found: [...found] }
}

const STARTS = new RegExp(`^-*[${DASHES}][-${DASHES}]*`)
const BETWEEN = new RegExp(`^([\\d.:a-f]+)[${DASHES}]([\\d.:a-f]+)$`, 'i')

/** A word with plain dashes; what stands in quotes stays as it is. */
export function plainWord(word: Word): { readonly word: Word; readonly found: readonly Typography[] } {
  if (word.quoted) return { word, found: [] }
  const seen = word.text.replace(new RegExp(INVISIBLE, 'g'), '')
  const text = seen
    .replace(STARTS, (dashes) => (seen.length - dashes.length === 1 ? '-' : '--'))
    .replace(BETWEEN, '$1-$2')
  if (text === word.text) return { word, found: [] }
  const invisible = seen === word.text ? [] : (['invisible'] as const)
  const dashes = text === seen ? [] : (['dashes'] as const)
  return { word: { ...word, text }, found: [...invisible, ...dashes] }
}
