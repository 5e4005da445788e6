import { useStore } from 'zustand'
import type { Trace } from '@/engine/trace'
import { currentTrace, useCurrentTrace } from '../run-store'
import { AT_REST, clockStore, pause, seek, setDuration } from './clock'
import { stepAt, timelineOf } from './timeline'

/** Where playback stands in the trace. */
export interface Cursor {
  /** Index of the journey that is under way or has just ended; -1 before the first. */
  readonly journey: number
  /** Index of the last step that has happened; -1 before the first. */
  readonly step: number
}

const NOWHERE: Cursor = { journey: -1, step: -1 }

/** The cursor at a playback moment. */
export function cursorAt(trace: Trace | undefined, tMs: number): Cursor {
  if (!trace) return NOWHERE
  const step = stepAt(timelineOf(trace).moments, tMs)
  for (let index = step; index >= 0; index--) {
    const journey = trace.steps[index]?.journey
    if (journey !== undefined) return { journey, step }
  }
  return { journey: -1, step }
}

export function currentCursor(): Cursor {
  return cursorAt(currentTrace(), clockStore.getState().tMs)
}

/** The cursor, rendering again only when it moves to another step. */
export function useCursor(): Cursor {
  const trace = useCurrentTrace()
  const step = useStore(clockStore, ({ tMs }) => (trace ? stepAt(timelineOf(trace).moments, tMs) : -1))
  if (!trace || step < 0) return NOWHERE
  return cursorAt(trace, timelineOf(trace).moments[step] ?? AT_REST)
}

/** Shows the fate of a journey. */
export function goToJourney(index: number): void {
  const trace = currentTrace()
  if (!trace) return
  const end = timelineOf(trace).ends[index]
  if (end !== undefined) seek(end)
}

export function goToStep(index: number): void {
  const trace = currentTrace()
  const moment = trace && timelineOf(trace).moments[index]
  if (moment !== undefined) seek(moment)
}

/** One packet's fate forward; `fine`: one rule tried or one hop. */
export function stepForward({ fine = false } = {}): void {
  const trace = currentTrace()
  if (!trace) return
  const { tMs, durationMs } = clockStore.getState()
  const next = stops(trace, fine).find((moment) => moment > tMs)
  seek(next ?? durationMs)
}

export function stepBack({ fine = false } = {}): void {
  const trace = currentTrace()
  if (!trace) return
  const { tMs } = clockStore.getState()
  const before = stops(trace, fine).findLast((moment) => moment < tMs)
  seek(before ?? AT_REST)
}

export function goToStart(): void {
  seek(AT_REST)
}

export function goToEnd(): void {
  seek(clockStore.getState().durationMs)
}

const FINE = new Set(['rule-tried', 'verdict', 'hop', 'arrived', 'ended', 'translated'])

/** Playback moments at which stepping stops, rising. */
function stops(trace: Trace, fine: boolean): number[] {
  const timeline = timelineOf(trace)
  if (!fine) return timeline.order.map((journey) => timeline.ends[journey] ?? 0)
  return timeline.moments.filter((_, index) => FINE.has(trace.steps[index]?.kind ?? ''))
}

/**
 * Another trace is shown: the clock takes its length. After an edit of the same flow the cursor stays with its packet as
 * far as there still is one; another flow starts at rest.
 */
export function showTrace(trace: Trace | undefined, before: Trace | undefined): void {
  const cursor = cursorAt(before, clockStore.getState().tMs)
  const atEnd = before !== undefined && clockStore.getState().tMs >= timelineOf(before).durationMs
  pause()
  setDuration(trace ? timelineOf(trace).durationMs : 0)
  if (!trace || trace.flow !== before?.flow || cursor.journey < 0) goToStart()
  else if (atEnd) goToEnd()
  else goToJourney(Math.min(cursor.journey, trace.journeys.length - 1))
}
