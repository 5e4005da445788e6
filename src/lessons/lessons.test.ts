import { describe, expect, test } from 'vitest'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import type { Design } from '@/model/project/design'
import { decodeDesign, encodeDesign } from '@/model/project/document'
import { problemsOf } from '@/model/topology/problems'
import { LESSONS } from './index'
import type { GoalContext, Lesson } from './lesson'
import { lessonOf } from './lookup'

/** Runs all flows of the design, as the workbench does. */
function ran(design: Design): GoalContext {
  const network = compileNetwork(design)
  const traces = new Map(design.flows.map((flow) => [flow.id, runFlow(network, design, flow)]))
  return { design, trace: (flow) => traces.get(flow) }
}

const reached = (lesson: Lesson, design: Design) => {
  const context = ran(design)
  return lesson.goals.filter((goal) => goal.reached(context)).map(({ id }) => id)
}

test('ids are unique, and a story is found by its id', () => {
  expect(new Set(LESSONS.map(({ id }) => id)).size).toBe(LESSONS.length)
  for (const lesson of LESSONS) expect(lessonOf(lesson.id)).toBe(lesson)
})

describe.each(LESSONS.map((lesson) => [lesson.title, lesson] as const))('%s', (_title, lesson) => {
  const start = lesson.start()
  test('the drawing has no problem, and can be saved and opened', () => {
    for (const design of [start, lesson.solution()]) {
      expect([...problemsOf(design)]).toEqual([])
      expect(decodeDesign(encodeDesign(design))).toEqual({ ok: true, value: design, diagnostics: [] })
    }
  })
  test('the flow that is shown and the device whose rules are shown are there', () => {
    expect(start.flows.map(({ id }) => id)).toContain(lesson.flow)
    expect(start.devices.map(({ id }) => id)).toContain(lesson.device)
    expect(start.lesson).toBe(lesson.id)
  })
  test('captions are in order, and the last stands to the end', () => {
    const until = lesson.captions.map(({ untilJourney }) => untilJourney)
    expect(until).toEqual(until.toSorted((a, b) => a - b))
    const journeys = ran(start).trace(lesson.flow)?.journeys.length ?? 0
    expect(journeys).toBeGreaterThan(until.at(-2) ?? 0)
    expect(until.at(-1)).toBeGreaterThanOrEqual(journeys - 1)
  })
  test('the start does not reach all goals', () => {
    expect(reached(lesson, start).length).toBeLessThan(lesson.goals.length)
  })
  test('the solution reaches every goal', () => {
    expect(reached(lesson, lesson.solution())).toEqual(lesson.goals.map(({ id }) => id))
  })
  test('a flow that did not run reaches nothing', () => {
    const context: GoalContext = { design: start, trace: () => undefined }
    const flows = lesson.goals.filter((goal) => goal.id !== 'rules-stay')
    expect(flows.filter((goal) => goal.reached(context))).toEqual([])
  })
})
