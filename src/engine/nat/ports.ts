/** Inclusive. */
export interface Pool {
  readonly first: number
  readonly last: number
}

/** On a clash the new port is random in the class of the original one [B3]. */
const CLASSES: readonly Pool[] = [
  { first: 1, last: 511 },
  { first: 600, last: 1023 },
  { first: 1024, last: 65535 },
]

export function portClass(port: number): Pool {
  const [low, privileged, rest] = CLASSES as [Pool, Pool, Pool]
  if (port < 512) return low
  return port < 1024 ? privileged : rest
}

/** Where random ports come from when a rule asks for them without a range [B4]. */
export const RANDOM_POOL: Pool = { first: 1024, last: 65535 }
/** Identifiers of ICMP have no classes [B15]. */
export const IDENTIFIERS: Pool = { first: 0, last: 65535 }

/** The first free port of the pool from a random start; undefined where every one is taken. */
export function randomFree(
  { first, last }: Pool,
  isFree: (port: number) => boolean,
  random: () => number,
): number | undefined {
  const size = last - first + 1
  const start = Math.floor(random() * size)
  for (let i = 0; i < size; i++) {
    const port = first + ((start + i) % size)
    if (isFree(port)) return port
  }
  return undefined
}
