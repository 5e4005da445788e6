type Entry<V> = readonly [key: string, value: V]
/** A few entries, in the order in which they were put in. */
type Leaf<V> = readonly Entry<V>[]

/** 32 ways on, by the next five bits of the hash. */
class Branch<V> {
  readonly ways: readonly (Node<V> | undefined)[]
  constructor(ways: readonly (Node<V> | undefined)[]) {
    this.ways = ways
  }
}

type Node<V> = Leaf<V> | Branch<V>

const BITS = 5
const MASK = 31
/** A leaf with more entries than this is split, as long as the hash has bits left. */
const LEAF_SIZE = 8
const HASH_BITS = 30

/** No ways yet; never without its full width, so that copies are dense. */
const EMPTY: readonly undefined[] = new Array<undefined>(MASK + 1).fill(undefined)

/** FNV-1a, 32 bits. */
function hash(key: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193)
  return value ^ (value >>> 15)
}

/** A map that is a value: `with` and `without` return a new one that shares nearly everything with the old one. */
export class PersistentMap<V> {
  readonly #root: Node<V> | undefined
  readonly size: number

  private constructor(root: Node<V> | undefined, size: number) {
    this.#root = root
    this.size = size
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(undefined, 0)
  }

  get(key: string): V | undefined {
    return this.#find(key, hash(key))
  }

  with(key: string, value: V): PersistentMap<V> {
    const place = hash(key)
    const size = this.#find(key, place) === undefined ? this.size + 1 : this.size
    return new PersistentMap(put(this.#root, [key, value], place, 0), size)
  }

  without(key: string): PersistentMap<V> {
    const place = hash(key)
    if (this.#find(key, place) === undefined) return this
    return new PersistentMap(taken(this.#root, key, place), this.size - 1)
  }

  #find(key: string, hashed: number): V | undefined {
    let place = hashed
    let node = this.#root
    while (node instanceof Branch) {
      node = node.ways[place & MASK]
      place >>>= BITS
    }
    if (node) for (const entry of node) if (entry[0] === key) return entry[1]
    return undefined
  }

  *values(): Generator<V> {
    if (this.#root) yield* valuesOf(this.#root)
  }
}

/** `place`: what is left of the hash here, `used` bits of it having led here. */
function put<V>(node: Node<V> | undefined, entry: Entry<V>, place: number, used: number): Node<V> {
  if (node instanceof Branch) {
    const way = place & MASK
    return replaced(node, way, put(node.ways[way], entry, place >>> BITS, used + BITS))
  }
  const leaf = [...(node ?? []).filter((each) => each[0] !== entry[0]), entry]
  return leaf.length > LEAF_SIZE && used < HASH_BITS ? split(leaf, used) : leaf
}

function split<V>(leaf: Leaf<V>, used: number): Branch<V> {
  const ways: (Entry<V>[] | undefined)[] = EMPTY.slice()
  for (const entry of leaf) {
    const way = (hash(entry[0]) >>> used) & MASK
    const there = ways[way]
    if (there) there.push(entry)
    else ways[way] = [entry]
  }
  return new Branch(ways)
}

function taken<V>(node: Node<V> | undefined, key: string, place: number): Node<V> | undefined {
  if (!(node instanceof Branch)) return node?.filter((each) => each[0] !== key)
  const way = place & MASK
  return replaced(node, way, taken(node.ways[way], key, place >>> BITS))
}

function replaced<V>({ ways }: Branch<V>, way: number, node: Node<V> | undefined): Branch<V> {
  const copy = ways.slice()
  copy[way] = node
  return new Branch(copy)
}

function* valuesOf<V>(node: Node<V>): Generator<V> {
  if (node instanceof Branch) {
    for (const each of node.ways) if (each) yield* valuesOf(each)
  } else for (const [, value] of node) yield value
}
