import type { Goal } from './lesson'

/** For the caption that stands from its first packet to the last, however many there are. */
export const TO_THE_END = Number.MAX_SAFE_INTEGER

/** A goal that a flow reaches when the person at its client sees it work. A flow that did not run reaches nothing. */
export function works(id: string, text: string, flow: string): Goal {
  return { id, text, reached: ({ trace }) => trace(flow)?.outcome.works === true }
}

export function blocked(id: string, text: string, flow: string): Goal {
  return { id, text, reached: ({ trace }) => trace(flow)?.outcome.works === false }
}
