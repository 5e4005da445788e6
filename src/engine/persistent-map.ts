type Bucket<V> = readonly (readonly [key: string, value: V])[]
type Branch<V> = readonly (Bucket<V> | undefined)[]

const WIDTH = 32
const MASK = WIDTH - 1

/** A level with nothing on it; never without its full width, so that copies are dense. */
const EMPTY: readonly undefined[] = new Array<undefined>(WIDTH).fill(undefined)

/** FNV-1a, 32 bits. */
function hash(key: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193)
  return value ^ (value >>> 15)
}

/**
 * A map that is a value: `with` and `without` return a new one that shares nearly everything with the old one. Two levels
 * of 32 branches over short lists, which carries the tens of thousands of connections that a port range can hold.
 */
export class PersistentMap<V> {
  readonly #root: readonly (Branch<V> | undefined)[]
  readonly size: number

  private constructor(root: readonly (Branch<V> | undefined)[], size: number) {
    this.#root = root
    this.size = size
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(EMPTY, 0)
  }

  get(key: string): V | undefined {
    const place = hash(key)
    const bucket = this.#root[place & MASK]?.[(place >>> 5) & MASK]
    return bucket?.find((entry) => entry[0] === key)?.[1]
  }

  with(key: string, value: V): PersistentMap<V> {
    return this.#replace(key, (bucket) => [...bucket.filter((entry) => entry[0] !== key), [key, value]])
  }

  without(key: string): PersistentMap<V> {
    return this.get(key) === undefined
      ? this
      : this.#replace(key, (bucket) => bucket.filter((entry) => entry[0] !== key))
  }

  *values(): Generator<V> {
    for (const branch of this.#root) {
      for (const bucket of branch ?? []) for (const [, value] of bucket ?? []) yield value
    }
  }

  #replace(key: string, change: (bucket: Bucket<V>) => Bucket<V>): PersistentMap<V> {
    const place = hash(key)
    const branch = this.#root[place & MASK] ?? EMPTY
    const before = branch[(place >>> 5) & MASK] ?? []
    const after = change(before)
    const grown = replaced<Bucket<V>>(branch, (place >>> 5) & MASK, after)
    return new PersistentMap(
      replaced<Branch<V>>(this.#root, place & MASK, grown),
      this.size + after.length - before.length,
    )
  }
}

function replaced<T>(list: readonly (T | undefined)[], index: number, value: T): (T | undefined)[] {
  const copy = list.slice()
  copy[index] = value
  return copy
}
