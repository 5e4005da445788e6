import { createStore } from 'zustand/vanilla'

/** Playback time. Everything that moves is a function of `tMs`. */
export interface Clock {
  /** -1 rests before the first step. */
  readonly tMs: number
  readonly durationMs: number
  readonly playing: boolean
  readonly speed: number
  readonly loop: boolean
}

export const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4]
/** Before anything has happened. */
export const AT_REST = -1

export const clockStore = createStore<Clock>(() => ({
  tMs: AT_REST,
  durationMs: 0,
  playing: false,
  speed: 1,
  loop: false,
}))

let frame = 0
let lastMs = 0

function tick(nowMs: number): void {
  const { playing, tMs, durationMs, speed, loop } = clockStore.getState()
  if (!playing) return
  const next = tMs + Math.max(0, nowMs - lastMs) * speed
  lastMs = nowMs
  if (next < durationMs) clockStore.setState({ tMs: next })
  else if (loop) clockStore.setState({ tMs: AT_REST })
  else {
    clockStore.setState({ tMs: durationMs, playing: false })
    return
  }
  frame = requestAnimationFrame(tick)
}

/** Plays on; from the end, plays again from the start. */
export function play(): void {
  const { tMs, durationMs } = clockStore.getState()
  if (durationMs <= 0) return
  clockStore.setState({ playing: true, ...(tMs >= durationMs ? { tMs: AT_REST } : {}) })
  cancelAnimationFrame(frame)
  frame = requestAnimationFrame((nowMs) => {
    lastMs = nowMs
    tick(nowMs)
  })
}

export function pause(): void {
  cancelAnimationFrame(frame)
  clockStore.setState({ playing: false })
}

export function togglePlay(): void {
  if (clockStore.getState().playing) pause()
  else play()
}

/** Goes to a moment and stays there. */
export function seek(tMs: number): void {
  const { durationMs } = clockStore.getState()
  pause()
  clockStore.setState({ tMs: Math.min(Math.max(AT_REST, tMs), durationMs) })
}

export function setDuration(durationMs: number): void {
  const { tMs } = clockStore.getState()
  clockStore.setState({ durationMs, tMs: Math.min(tMs, durationMs) })
}

export function setSpeed(speed: number): void {
  clockStore.setState({ speed })
}

/** One notch faster (1) or slower (-1). */
export function changeSpeed(by: 1 | -1): void {
  const at = SPEEDS.indexOf(clockStore.getState().speed)
  const next = SPEEDS[at + by]
  if (next !== undefined) setSpeed(next)
}

export function toggleLoop(): void {
  clockStore.setState(({ loop }) => ({ loop: !loop }))
}
