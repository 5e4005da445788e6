type Bucket<V> = readonly (readonly [key: string, value: V])[]
type Branch<V> = readonly (Bucket<V> | undefined)[]

const WIDTH = 32
const MASK = WIDTH - 1

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
    return new PersistentMap<V>([], 0)
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
    const branch = this.#root[place & MASK] ?? []
    const before = branch[(place >>> 5) & MASK] ?? []
    const after = change(before)
    const newBranch = put(branch, (place >>> 5) & MASK, after)
    return new PersistentMap(
      put(this.#root, place & MASK, newBranch),
      this.size + after.length - before.length,
    )
  }
}

function put<T>(list: readonly (T | undefined)[], index: number, value: T): (T | undefined)[] {
  const copy = Array.from(list)
  while (copy.length <= index) copy.push(undefined)
  copy[index] = value
  return copy
}
