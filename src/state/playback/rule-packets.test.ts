import { describe, expect, test } from 'vitest'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import type { Trace } from '@/engine/trace'
import { LESSONS } from '@/lessons/index'
import { stepOfRule } from './rule-packets'

const lesson = LESSONS[0]
const design = lesson?.start()
const flow = design?.flows.find(({ id }) => id === lesson?.flow)
if (!lesson || !design || !flow) throw new Error('no story')
const trace: Trace = runFlow(compileNetwork(design), design, flow)

/** Every decision by a rule in the story: the step and who decided. */
const decisions = trace.steps.flatMap((step, index) =>
  step.kind === 'verdict' && step.by.kind === 'rule'
    ? [{ index, place: { device: step.device, chain: step.by.chain, rule: step.by.rule } }]
    : [],
)

describe('a rule leads to a packet that it decided', () => {
  test('the story has rules that decide', () => expect(decisions.length).toBeGreaterThan(0))

  test.each(decisions)('decision at step $index: from there, it is found again', ({ index, place }) => {
    const found = stepOfRule(trace, place, index) ?? -1
    expect([index, index + 1]).toContain(found)
    expect(trace.steps[found]?.journey).toBe(trace.steps[index]?.journey)
  })

  test('of several the nearest to where playback stands', () => {
    const [first, second] = decisions.filter(({ place }) => place.rule === decisions[0]?.place.rule)
    if (!first || !second) throw new Error('the rule decides once')
    const middle = (first.index + second.index) / 2
    expect(stepOfRule(trace, first.place, middle - 2)).toBeLessThan(middle)
    expect(stepOfRule(trace, first.place, middle + 2)).toBeGreaterThan(middle)
  })

  test('a rule that decided nothing leads nowhere', () => {
    const place = decisions[0]?.place
    expect(place && stepOfRule(trace, { ...place, rule: 'nobody' }, 0)).toBeUndefined()
  })
})
