import type { Hook } from '@/model/ruleset/ruleset'

/** Which end of a packet a translation changes. */
export type Half = 'source' | 'destination'

/** Destinations change before routing, sources after it; `input` is the last stop of what is delivered here. */
export const HALF_OF_HOOK: Readonly<Partial<Record<Hook, Half>>> = {
  prerouting: 'destination',
  output: 'destination',
  input: 'source',
  postrouting: 'source',
}

export function otherHalf(half: Half): Half {
  return half === 'source' ? 'destination' : 'source'
}
