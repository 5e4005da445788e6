import { describe, expect, test } from 'vitest'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import { LESSONS } from '@/lessons/index'
import { cursorAt } from './cursor'
import { bindingsAt, hitsAt } from './moment'
import { packetsAt } from './packets'
import { PACE, stepAt, timelineOf } from './timeline'

const traces = LESSONS.flatMap((lesson) => {
  const design = lesson.start()
  const network = compileNetwork(design)
  return design.flows.map((flow) => ({
    name: `${lesson.id}: ${flow.id}`,
    trace: runFlow(network, design, flow),
  }))
})
const story = traces[0]?.trace
if (!story) throw new Error('no story')

describe.each(traces)('$name', ({ trace }) => {
  const timeline = timelineOf(trace)
  test('each step has a moment of its own, in order, inside the duration', () => {
    expect(timeline.moments.length).toBe(trace.steps.length)
    expect(
      timeline.moments.every((moment, index) => index === 0 || moment > (timeline.moments[index - 1] ?? 0)),
    ).toBe(true)
    expect(timeline.moments.at(-1) ?? 0).toBeLessThanOrEqual(timeline.durationMs)
  })
  test('law: the cursor at a step is that step, from wherever one came', () => {
    for (const [index, moment] of timeline.moments.entries())
      expect(stepAt(timeline.moments, moment)).toBe(index)
    expect(cursorAt(trace, -1)).toEqual({ journey: -1, step: -1 })
  })
  test('at the end of a journey the cursor is on that journey', () => {
    for (const journey of trace.journeys) {
      expect(cursorAt(trace, timeline.ends[journey.index] ?? 0).journey).toBe(journey.index)
    }
  })
  test('simulated time never runs back', () => {
    let before = 0
    for (let tMs = 0; tMs <= timeline.durationMs; tMs += 97) {
      const now = timeline.simulatedAt(tMs)
      expect(now).toBeGreaterThanOrEqual(before)
      before = now
    }
  })
})

describe('playback time is event time', () => {
  const timeline = timelineOf(story)
  const moment = (find: (kind: string, index: number) => boolean) =>
    timeline.moments[story.steps.findIndex((step, index) => find(step.kind, index))] ?? 0
  test('a hop takes 480 ms', () => {
    const hop = moment((kind) => kind === 'hop')
    const arrived = moment((kind) => kind === 'arrived')
    expect(arrived - hop).toBeGreaterThanOrEqual(PACE.hop)
    expect(arrived - hop).toBeLessThan(PACE.hop + 20)
  })
  test('an idle second is cut to 600 ms at most', () => {
    const retry = story.journeys.find(({ retry }) => retry > 0)
    const first = story.steps[retry?.steps[0] ?? 0]
    const at = timeline.moments[retry?.steps[0] ?? 0] ?? 0
    const before = timeline.moments[(retry?.steps[0] ?? 1) - 1] ?? 0
    expect(first?.atMs).toBe(retry?.sentAtMs)
    expect(at - before).toBeLessThanOrEqual(PACE.idleAtMost + PACE.fall + 5)
  })
})

describe('views of a moment', () => {
  const timeline = timelineOf(story)
  const dropped = story.journeys.find(({ disposition }) => disposition.kind === 'dropped')
  const step = dropped?.steps.at(-1) ?? 0
  test('R115: the dropped reply stands at the router when the cursor rests on its end', () => {
    const shown = packetsAt(story, timeline, step, dropped?.index ?? 0)
    expect(shown.find(({ kind }) => kind === 'standing')).toMatchObject({
      device: 'router',
      disposition: { kind: 'dropped' },
    })
  })
  test('the binding is there once the SYN has left, and not before', () => {
    expect(bindingsAt(story, 'router', 0)).toEqual([])
    expect(bindingsAt(story, 'router', step)).toHaveLength(1)
  })
  test('hits grow with the cursor for the selected flow and are whole for the others', () => {
    const all = new Map([[story.flow, story]])
    const key = 'router inet filter inbound policy'
    expect(hitsAt(all, story.flow, 0).get(key)).toBeUndefined()
    expect(hitsAt(all, story.flow, step).get(key)).toBe(1)
    expect(hitsAt(all, 'another', 0).get(key)).toBeGreaterThan(1)
  })
})
