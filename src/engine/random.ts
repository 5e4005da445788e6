/** A generator of numbers from 0 inclusive to 1 exclusive. The same seed gives the same numbers in every engine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    // A Weyl sequence through an integer mixer (the constants are those of splitmix32).
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    return (mixed >>> 0) / 2 ** 32
  }
}
