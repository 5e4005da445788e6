import { describe, expect, test } from 'vitest'
import { ownRulesSentence, ownRulesVerdict } from '@/analyses/explain-verdict/own-rules'
import { explain } from '@/analyses/explain-verdict/sentences'
import { decidingWalk, walksOf } from '@/analyses/explain-verdict/walks'
import { acceptedPorts, portVerdicts } from '@/analyses/open-ports/open-ports'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import { LESSONS } from '@/lessons/index'
import { applyEdit } from '@/model/edits/apply'
import { switchKindEdit } from '@/model/firewalls/switch-kind'
import type { Design } from '@/model/project/design'
import { resolverFor } from '@/model/topology/names'

function story(id: string): Design {
  const lesson = LESSONS.find((each) => each.id === id)
  if (!lesson) throw new Error(id)
  return lesson.start()
}

function runOf(design: Design, flowId: string) {
  const network = compileNetwork(design)
  const flow = design.flows.find(({ id }) => id === flowId)
  if (!flow) throw new Error(flowId)
  const trace = runFlow(network, design, flow)
  const explained = (index: number) => {
    const journey = trace.journeys[index]
    if (!journey) throw new Error(`no packet ${index + 1}`)
    const walks = walksOf(trace, journey, trace.steps.length)
    return { ...explain(trace, network, journey, walks), walks, main: decidingWalk(walks) }
  }
  return { network, trace, explained }
}

describe('Why', () => {
  test('R115: the reply was dropped at the router by the policy, because of the port that the client picked', () => {
    const { explained } = runOf(story('reply-that-never-came'), 'twitter')
    expect(explained(1)).toMatchObject({
      meaning: 'drop',
      headline: 'Dropped at Home router, inbound, by the policy.',
      fact: 'Packet 2 is twitter.com’s reply to packet 1. It goes to port 62712, which Laptop picked for this connection, and no inbound rule accepts that port.',
    })
  })

  test('R005, R006: with Black List Defense the two rules do not cause the drop, and the group is named', () => {
    const { network, explained } = runOf(story('black-list-defense'), 'images')
    const { headline, main } = explained(1)
    expect(headline).toBe('Dropped at Home router, inbound, by Black List Defense.')
    const own = main && ownRulesVerdict(network, main)
    expect(own?.decision.kind).toBe('accept')
    expect(own && ownRulesSentence(own, 2, 'Black List Defense')).toBe(
      'Your two rules let this packet in. Rule 1 does not match: destination port is 62712, the rule wants 443. Rule 2 would accept it. The built-in group Black List Defense runs before them and blocks it.',
    )
  })

  test('R021: a stateful filter lets the reply in because of the packet that opened the connection; the rules are not consulted', () => {
    const design = story('reply-that-never-came')
    const router = design.devices.find(({ id }) => id === 'router')
    if (!router) throw new Error('no router')
    const switched = applyEdit(design, switchKindEdit(router, 'home-stateful').edit)
    if (!switched.ok) throw new Error('cannot switch')
    const { explained, trace } = runOf(switched.value.design, 'twitter')
    expect(trace.outcome.text).toBe('page loads')
    expect(explained(1).headline).toBe('Accepted at Home router, inbound, by replies to tracked connections.')
    expect(explained(1).fact).toMatch(
      /It matched flow \d+, created by packet 1; your rules were not consulted\./,
    )
  })

  test('R043: an unsolicited packet ends at the NAT lookup, with what was looked up', () => {
    const { explained } = runOf(story('reply-that-never-came'), 'rdp')
    expect(explained(0).headline).toBe('Dropped at Home router: no binding.')
    expect(explained(0).fact).toMatch(/NAT lookup: none for tcp 203\.0\.113\.\d+:\d+ > 203\.0\.113\.7:3389\./)
  })

  test('R022: where outbound drops the SYN there is no reply to explain', () => {
    const design = story('reply-that-never-came')
    const closed = applyEdit(design, {
      kind: 'remove-rows',
      device: 'router',
      chain: { family: 'inet', table: 'filter', chain: 'outbound' },
      index: 0,
      count: 4,
    })
    if (!closed.ok) throw new Error('cannot remove')
    const { trace, explained } = runOf(closed.value.design, 'twitter')
    expect(trace.journeys.every(({ from }) => from === 'laptop')).toBe(true)
    expect(explained(0).headline).toBe('Dropped at Home router, outbound, by the policy.')
  })
})

describe('the port ruler', () => {
  const { network, trace } = runOf(story('reply-that-never-came'), 'twitter')
  const reply = trace.journeys[1]
  const walk = reply && decidingWalk(walksOf(trace, reply, trace.steps.length))
  const device = network.devices.get('router')
  const chain = walk && device?.chain(walk.chain)
  if (!walk || !device || !chain) throw new Error('no walk')
  const verdicts = portVerdicts(
    device,
    chain,
    walk.context,
    resolverFor(story('reply-that-never-came'), 'router'),
  )

  test('says what the rules make of the reply at every port: 443 accepted by rule 1, 3389 dropped by rule 5, the rest by the policy', () => {
    expect(verdicts).toEqual([
      { first: 0, last: 442, verdict: 'drop' },
      { first: 443, last: 443, verdict: 'accept', rule: 1 },
      { first: 444, last: 3388, verdict: 'drop' },
      { first: 3389, last: 3389, verdict: 'drop', rule: 5 },
      { first: 3390, last: 65535, verdict: 'drop' },
    ])
  })
  test('counts the open ports of a range exactly', () => {
    expect(acceptedPorts(verdicts, { first: 49152, last: 65535 })).toBe(0)
    expect(acceptedPorts(verdicts, { first: 0, last: 65535 })).toBe(1)
  })
})
