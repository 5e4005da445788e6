import type { Result } from '@/model/result'

/** What is wrong with a case, and where: a JSON Pointer (RFC 6901). */
export class BadCase extends Error {
  readonly at: string
  constructor(message: string, at: string) {
    super(message)
    this.at = at
  }
}

/** A value of a JSON document that knows where it stands, so that every complaint names its place. */
export class JsonReader {
  readonly value: unknown
  readonly #above: JsonReader | undefined
  readonly #key: string | number

  constructor(value: unknown, above?: JsonReader, key: string | number = '') {
    this.value = value
    this.#above = above
    this.#key = key
  }

  /** Put together when asked for: nearly all values are as they should be. */
  get at(): string {
    if (!this.#above) return ''
    return `${this.#above.at}/${String(this.#key).replaceAll('~', '~0').replaceAll('/', '~1')}`
  }

  refuse(message: string): never {
    throw new BadCase(message, this.at)
  }

  get isThere(): boolean {
    return this.value !== undefined && this.value !== null
  }

  private descend(key: string | number, value: unknown): JsonReader {
    return new JsonReader(value, this, key)
  }

  /** The members of an object; an unknown member is refused, since a misspelled one would be silently ignored. */
  object(known?: ReadonlySet<string>): (key: string) => JsonReader {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.refuse('An object belongs here.')
    const members = value as Readonly<Record<string, unknown>>
    if (known) {
      for (const key in members) {
        if (known.has(key)) continue
        this.descend(key, undefined).refuse(`There is no "${key}" here. There are ${[...known].join(', ')}.`)
      }
    }
    return (key) => this.descend(key, Object.hasOwn(members, key) ? members[key] : undefined)
  }

  /** Names of the members that are there. */
  keys(): string[] {
    const members = this.value as Readonly<Record<string, unknown>>
    return Object.keys(members).filter((key) => members[key] !== undefined && members[key] !== null)
  }

  entries(): [string, JsonReader][] {
    this.object()
    return Object.entries(this.value as object).map(([key, value]) => [key, this.descend(key, value)])
  }

  list(): JsonReader[] {
    if (!Array.isArray(this.value)) this.refuse('A list belongs here.')
    return this.value.map((each, index) => this.descend(index, each))
  }

  /** The list, or the one value that stands for a list of one. */
  oneOrMore(): JsonReader[] {
    return Array.isArray(this.value) ? this.list() : [this]
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.refuse('A text belongs here.')
  }

  oneOf<Word extends string>(words: readonly Word[]): Word {
    const found = words.find((word) => word === this.value)
    return found ?? this.refuse(`${JSON.stringify(this.value) ?? 'Nothing'} is none of ${words.join(', ')}.`)
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse('true or false belongs here.')
  }

  integer(first: number, last: number): number {
    const { value } = this
    if (typeof value === 'number' && Number.isInteger(value) && value >= first && value <= last) return value
    return this.refuse(`A whole number from ${first} to ${last} belongs here.`)
  }

  /** A setting as /proc writes it, or as a number, or as true and false. */
  numeral(first: number, last: number): number {
    const { value } = this
    const isNumber = typeof value === 'boolean' || (typeof value === 'string' && /^-?\d+$/.test(value))
    return new JsonReader(isNumber ? Number(value) : value, this.#above, this.#key).integer(first, last)
  }

  seconds(): number {
    const { value } = this
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
    return this.refuse('A number of seconds belongs here, 0 or more.')
  }

  /** What a reader of text made of the text here. */
  parsed<T>(result: Result<T>): T {
    return result.ok ? result.value : this.refuse(result.diagnostics[0]?.message ?? 'This cannot be read.')
  }

  /** The value read, or nothing where there is none. */
  optional<T>(read: (reader: JsonReader) => T): T | undefined {
    return this.isThere ? read(this) : undefined
  }
}
