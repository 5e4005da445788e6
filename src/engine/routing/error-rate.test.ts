import { expect, test } from 'vitest'
import { newDeviceState } from '../device-state'
import { CLIENT, SERVER } from '../laboratory'
import { spendOnNoRoute } from './error-rate'

/** Whether each asking, at these milliseconds, is answered. */
function answered(...times: readonly number[]): boolean[] {
  let state = newDeviceState()
  return times.map((nowMs) => {
    const spent = spendOnNoRoute(state, CLIENT, nowMs)
    state = spent.state
    return spent.allowed
  })
}

test('[D9] [e8] five at once, then one for each second of silence', () => {
  expect(answered(0, 0, 0, 0, 0, 0)).toEqual([true, true, true, true, true, false])
  expect(answered(0, 0, 0, 0, 0, 999, 1000, 1001, 2000)).toEqual([
    ...[true, true, true, true, true],
    ...[false, true, false, true],
  ])
})

test('[e8] not more than five are saved up, however long the silence was', () => {
  const later = Array.from({ length: 6 }, () => 100_000)
  expect(answered(0, ...later)).toEqual([true, true, true, true, true, true, false])
})

test('[e8] each sender has its own', () => {
  let state = newDeviceState()
  for (let i = 0; i < 6; i++) state = spendOnNoRoute(state, CLIENT, 0).state
  expect(spendOnNoRoute(state, SERVER, 0).allowed).toBe(true)
})
