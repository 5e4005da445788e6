/** The latest values by a text that they are made from, so that cases that are alike share what is compiled. */
export class Remembered<Value> {
  readonly #values = new Map<string, Value>()
  readonly #limit: number
  #length = 0

  /** `limit`: how many characters the texts that are kept have together. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The value of that text, made where it is not remembered. What `make` throws is thrown each time. */
  of(text: string, make: () => Value): Value {
    const known = this.#values.get(text)
    if (known !== undefined) return known
    const made = make()
    this.#values.set(text, made)
    this.#length += text.length
    for (const oldest of this.#values.keys()) {
      if (this.#length <= this.#limit) break
      this.#values.delete(oldest)
      this.#length -= oldest.length
    }
    return made
  }
}
