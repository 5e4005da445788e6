/** The list with `items` put in so that the first stands at `index`; undefined where there is no such place. */
export function inserted<T>(
  list: readonly T[],
  index: number,
  items: readonly T[],
): readonly T[] | undefined {
  if (!Number.isInteger(index) || index < 0 || index > list.length) return undefined
  return [...list.slice(0, index), ...items, ...list.slice(index)]
}

export function removed<T>(list: readonly T[], index: number, count: number): readonly T[] {
  return [...list.slice(0, index), ...list.slice(index + count)]
}

export function replaced<T>(list: readonly T[], index: number, item: T): readonly T[] {
  return list.map((each, at) => (at === index ? item : each))
}
