import type { Dialect } from './dialect'
import { DIALECTS } from './index'

export interface Detected {
  readonly dialect: Dialect
  /** 0 to 1. */
  readonly certainty: number
}

/** The languages that the text may be of, most likely first; empty where none reads it. */
export function detectDialect(text: string): Detected[] {
  return DIALECTS.map((dialect) => ({ dialect, certainty: dialect.parse ? dialect.detect(text) : 0 }))
    .filter(({ certainty }) => certainty > 0)
    .sort((a, b) => b.certainty - a.certainty)
}
