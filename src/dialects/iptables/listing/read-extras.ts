import { own } from '../../own'
import type { Remark } from '../refuse'
import type { Word } from '../words'
import type { Extra, ListedOption } from './extra'
import { CONNTRACK_OPTIONS, MATCH_EXTRAS } from './match-extras'
import { TARGET_EXTRAS } from './target-extras'

/** What the last column of a row says: options, and the runs of text that no option is known for. */
export interface ReadExtras {
  readonly match: readonly Word[]
  readonly target: readonly Word[]
  readonly isGoto: boolean
  readonly unread: readonly Word[]
  readonly remarks: readonly Remark[]
}

interface Run {
  readonly options: readonly ListedOption[]
  readonly end: number
}

function runAt(text: string, at: number, extras: readonly Extra[]): Run | undefined {
  for (const { pattern, read } of extras) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (!found || found[0] === '') continue
    const options = read(found.slice(1))
    if (options) return { options, end: pattern.lastIndex }
  }
  return undefined
}

/**
 * Reads the last column of a row, which matches and the target fill one after the other. `start` is where the column
 * begins in its line; words are placed where their text stands.
 */
export function readExtras(line: string, start: number, target: string): ReadExtras {
  const reader = new ExtrasReader()
  const ofThis = own(TARGET_EXTRAS, target) ?? []
  let isGoto = false
  for (let at = start; at < line.length; ) {
    if (/\s/.test(line[at] as string)) at++
    else if (line.startsWith('[goto]', at)) {
      isGoto = true
      at += '[goto]'.length
    } else {
      const ofTarget = runAt(line, at, ofThis)
      const run = ofTarget ?? runAt(line, at, MATCH_EXTRAS)
      const end = run?.end ?? endOfWord(line, at)
      if (run) reader.add(run.options, at, end, ofTarget !== undefined)
      else reader.leave(line, at, end)
      at = end
    }
  }
  return {
    match: reader.match,
    target: reader.target,
    isGoto,
    unread: reader.unread,
    remarks: reader.remarks,
  }
}

function endOfWord(line: string, at: number): number {
  let end = at
  while (end < line.length && !/\s/.test(line[end] as string)) end++
  return end
}

/** A match of this kind has one option [F1]. */
const SINGLE = 'multiport'

class ExtrasReader {
  readonly match: Word[] = []
  readonly target: Word[] = []
  readonly unread: Word[] = []
  private module: string | undefined
  readonly remarks: Remark[] = []
  /** Options that the module which was named last has already: a second one is of a second module of the same kind. */
  private used: string[] = []

  add(options: readonly ListedOption[], offset: number, end: number, ofTarget: boolean): void {
    const words = ofTarget ? this.target : this.match
    const put = (text: string, quoted = false) => words.push({ text, offset, length: end - offset, quoted })
    for (const { match, name, values = [], negated } of options) {
      if (match !== undefined && (match !== this.module || !name || this.beginsAgain(name))) {
        this.module = match
        this.used = []
        put('-m')
        put(match, true)
      } else if (match === 'conntrack' && this.used[0] === '--ctstate') this.doubt(words, offset, end)
      if (!name) continue
      if (!ofTarget) this.used.push(name)
      if (negated) put('!')
      put(name)
      for (const value of values) put(value, true)
    }
  }

  private beginsAgain(name: string): boolean {
    const rank = (option: string) => CONNTRACK_OPTIONS.indexOf(option.slice(2))
    return this.module === SINGLE || this.used.some((before) => before === name || rank(before) > rank(name))
  }

  /** Beside states, a connection's other properties are asked of packets that have one, in one match alone [e11 B7]. */
  private doubt(words: readonly Word[], offset: number, length: number): void {
    const at = words.findLastIndex(({ text }) => text === '--ctstate')
    const states = words[at + 1]?.text.split(',') ?? []
    const negated = words[at - 1]?.text === '!'
    if (!['INVALID', 'UNTRACKED'].some((state) => states.includes(state) !== negated)) return
    const message =
      'The listing does not tell one -m conntrack from several. It is read as one, which asks packets without a connection for their state alone.'
    const word = { text: '', offset, length: length - offset, quoted: true }
    this.remarks.push({ kind: 'note', message, word })
  }

  /** Neighbours that nothing is known of are one text. */
  leave(line: string, offset: number, end: number): void {
    const last = this.unread.at(-1)
    const joins = last && line.slice(last.offset + last.length, offset).trim() === ''
    const from = joins ? last.offset : offset
    if (joins) this.unread.pop()
    this.unread.push({ text: line.slice(from, end), offset: from, length: end - from, quoted: true })
  }
}
