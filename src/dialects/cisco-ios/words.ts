/** One word of a line. */
export interface Word {
  readonly text: string
  /** Offset of its first character in the line. From 0. */
  readonly offset: number
}

/** Words are what stands between blanks: the command line has no quotes. */
export function wordsOf(line: string): Word[] {
  return [...line.matchAll(/\S+/g)].map((found) => ({ text: found[0], offset: found.index }))
}

/** Reads words one after the other. */
export class Words {
  readonly all: readonly Word[]
  #at = 0

  constructor(all: readonly Word[]) {
    this.all = all
  }

  /** The word that comes next, in lower case. */
  get next(): string | undefined {
    return this.all[this.#at]?.text.toLowerCase()
  }

  take(): Word | undefined {
    return this.all[this.#at++]
  }

  /** Takes the next word if it is one of these. */
  skip(...words: readonly string[]): Word | undefined {
    return this.next !== undefined && words.includes(this.next) ? this.take() : undefined
  }

  /** The words that are left. */
  get rest(): readonly Word[] {
    return this.all.slice(this.#at)
  }
}
