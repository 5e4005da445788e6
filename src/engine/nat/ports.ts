/** Inclusive. */
export interface Pool {
  readonly first: number
  readonly last: number
}

/** On a clash the new port is random in the class of the original one [B3]. */
const CLASSES: readonly { readonly below: number; readonly pool: Pool }[] = [
  { below: 512, pool: { first: 1, last: 511 } },
  { below: 1024, pool: { first: 600, last: 1023 } },
  { below: 65536, pool: { first: 1024, last: 65535 } },
]

export function portClass(port: number): Pool {
  return CLASSES.find(({ below }) => port < below)?.pool ?? { first: 1024, last: 65535 }
}

/**
 * A free port of the pool: the wanted one if it is in the pool and free, else the first free one from a random start.
 * Undefined where every port is taken.
 */
export function pickPort(
  wanted: number,
  pool: Pool | undefined,
  isFree: (port: number) => boolean,
  random: () => number,
  fresh = false,
): number | undefined {
  const inPool = !pool || (wanted >= pool.first && wanted <= pool.last)
  if (!fresh && inPool && isFree(wanted)) return wanted
  const { first, last } = pool ?? (fresh ? { first: 1024, last: 65535 } : portClass(wanted))
  const size = last - first + 1
  const start = Math.floor(random() * size)
  for (let i = 0; i < size; i++) {
    const port = first + ((start + i) % size)
    if (isFree(port)) return port
  }
  return undefined
}
