import type { Dialect } from './dialect'
import { DIALECTS } from './index'

/** Finds a language by its id. */
export function dialectOf(id: string): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect.id === id)
}
