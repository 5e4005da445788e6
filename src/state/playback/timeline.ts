import type { Trace, TraceStep } from '@/engine/trace'

/** Playback milliseconds that things take at speed 1. They are a clock, not an effect. */
export const PACE = { hop: 480, cell: 90, idleAtMost: 600, fall: 300 } as const
/** Simulated milliseconds of one hop, see LINK_DELAY_MS. */
const HOP_SIMULATED_MS = 8

/** When each step of a trace happens in playback. Steps keep their order; no two share a moment. */
export interface Timeline {
  readonly durationMs: number
  /** Playback milliseconds by index of the step; strictly rising. */
  readonly moments: readonly number[]
  /** Playback milliseconds at which each journey's end is seen, by index of the journey. */
  readonly ends: readonly number[]
  /** Indices of journeys in the order in which their ends are seen. */
  readonly order: readonly number[]
  /** Simulated milliseconds at a playback moment. */
  simulatedAt(tMs: number): number
}

const cache = new WeakMap<Trace, Timeline>()

/** The timeline of a trace: a pure function of it, remembered. */
export function timelineOf(trace: Trace): Timeline {
  const known = cache.get(trace)
  if (known) return known
  const made = makeTimeline(trace)
  cache.set(trace, made)
  return made
}

function makeTimeline(trace: Trace): Timeline {
  const moments: number[] = []
  let tMs = 0
  let before: TraceStep | undefined
  let landsAtMs = 0
  for (const step of trace.steps) {
    if (before) tMs += 1 + pause(before, step, landsAtMs)
    if (step.kind === 'hop') landsAtMs = Math.max(landsAtMs, step.arrivesAtMs)
    moments.push(tMs)
    before = step
  }
  const ends = trace.journeys.map((journey) => moments[journey.steps.at(-1) ?? 0] ?? 0)
  const order = ends.map((_, index) => index).sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0) || a - b)
  return {
    durationMs: tMs + PACE.fall,
    moments,
    ends,
    order,
    simulatedAt: (at) => simulatedAt(trace, moments, at),
  }
}

/** Playback time between two steps: a gate cell, a fall, a flight, or an idle gap cut short. */
function pause(before: TraceStep, step: TraceStep, landsAtMs: number): number {
  const gap = step.atMs - before.atMs
  const fall = before.kind === 'ended' && before.disposition.kind !== 'delivered' ? PACE.fall : 0
  if (gap > 0) {
    const flying = Math.max(0, Math.min(step.atMs, landsAtMs) - before.atMs)
    const idle = Math.min(PACE.idleAtMost, gap - flying)
    return fall + (flying / HOP_SIMULATED_MS) * PACE.hop + idle
  }
  const isCell = step.kind === 'rule-tried' || (step.kind === 'verdict' && step.by.kind === 'policy')
  return fall + (isCell ? PACE.cell : 0)
}

function simulatedAt(trace: Trace, moments: readonly number[], tMs: number): number {
  const index = stepAt(moments, tMs)
  const here = trace.steps[index]
  const next = trace.steps[index + 1]
  if (!here) return 0
  if (!next) return here.atMs
  const from = moments[index] ?? 0
  const share = Math.min(1, Math.max(0, (tMs - from) / ((moments[index + 1] ?? from) - from || 1)))
  return here.atMs + (next.atMs - here.atMs) * share
}

/** Index of the last step that has happened at `tMs`; -1 before the first. */
export function stepAt(moments: readonly number[], tMs: number): number {
  let low = 0
  let high = moments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((moments[middle] ?? 0) <= tMs) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Playback milliseconds at which a simulated moment begins. */
export function momentOfSimulated(trace: Trace, timeline: Timeline, atMs: number): number {
  const index = trace.steps.findIndex((step) => step.atMs >= atMs)
  return index < 0 ? timeline.durationMs : (timeline.moments[index] ?? 0)
}
