/** A stream of numbers that a seed decides (mulberry32). */
export class Chance {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** From 0, below `limit`. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * limit)
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T
  }
}

const ODD = [
  ...[
    '\0',
    '\t',
    '\r',
    '\n',
    '\\',
    '"',
    "'",
    '`',
    '$',
    '#',
    '!',
    ';',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '|',
    ',',
    ':',
  ],
  ...[
    '/',
    '-',
    '–',
    '“',
    '\u00a0',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\ud800',
    '😀',
    '٣',
    'İ',
    '__proto__',
    'constructor',
  ],
  ...['99999999999999999999', '-1', '0x', '1e9', 'NaN', '::', '255.255.255.256', '*', '%s', '\u001b[2J'],
]

type Mutation = (text: string, chance: Chance, others: readonly string[]) => string

const at = (text: string, chance: Chance) => chance.below(text.length + 1)

/** Two places, the lower first. */
function span(text: string, chance: Chance): [number, number] {
  const [one, two] = [at(text, chance), at(text, chance)]
  return one < two ? [one, two] : [two, one]
}

const MUTATIONS: readonly Mutation[] = [
  (text, chance) => {
    const place = at(text, chance)
    return text.slice(0, place) + chance.of(ODD) + text.slice(place)
  },
  (text, chance) => {
    const place = at(text, chance)
    return text.slice(0, place) + text.slice(place + 1)
  },
  (text, chance) => {
    const [from, to] = span(text, chance)
    return text.slice(0, from) + text.slice(to)
  },
  (text, chance) => {
    const [from, to] = span(text, chance)
    return text.slice(0, to) + text.slice(from)
  },
  (text, chance) => text.slice(0, at(text, chance)),
  (text, chance, others) => {
    const other = chance.of(others)
    return text.slice(0, at(text, chance)) + other.slice(at(other, chance))
  },
  (text, chance) => {
    const words = text.split(/(\s+)/)
    const [one, two] = [chance.below(words.length), chance.below(words.length)]
    ;[words[one], words[two]] = [words[two] as string, words[one] as string]
    return words.join('')
  },
  (text, chance) => {
    const words = text.split(/(\s+)/)
    words[chance.below(words.length)] = chance.of(ODD)
    return words.join('')
  },
  (text, chance, others) => `${text}\n${chance.of(others)}`,
  (text, chance) => text.replace(/\d+/g, (number) => (chance.below(3) === 0 ? chance.of(ODD) : number)),
  (text, chance) => {
    const [from, to] = span(text, chance)
    const piece = text.slice(from, Math.min(to, from + 40))
    return (
      text.slice(0, from) + piece.repeat(1 + chance.below(chance.below(50) === 0 ? 2000 : 8)) + text.slice(to)
    )
  },
]

/** Longer texts are cut: what is looked for is in how they are made. */
const LONGEST = 100_000

/** A text with one to six things wrong. */
export function mutate(text: string, chance: Chance, others: readonly string[]): string {
  let mutated = text
  for (let left = 1 + chance.below(6); left > 0; left--)
    mutated = chance.of(MUTATIONS)(mutated, chance, others).slice(0, LONGEST)
  return mutated
}
