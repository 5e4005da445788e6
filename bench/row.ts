/** Two things measured in the same run on the same machine, so that their ratio survives a change of machine. */
export interface Row {
  readonly what: string
  /** What is measured and what it is held against, both in `unit`. */
  readonly ours: number
  readonly anchor: number
  readonly unit: string
  /** What `ours / anchor` should come to; a row without a goal only informs. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number }
}

/** The middle of several timings of `action` in milliseconds, after one run that does not count. */
export function medianMilliseconds(action: () => unknown, runs = 5): number {
  action()
  const times = Array.from({ length: runs }, () => {
    const started = performance.now()
    action()
    return performance.now() - started
  })
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)]!
}
