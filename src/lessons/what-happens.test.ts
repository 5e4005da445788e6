import { describe, expect, test } from 'vitest'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import type { Trace } from '@/engine/trace'
import { applyEdit } from '@/model/edits/apply'
import type { Edit } from '@/model/edits/edit'
import { builtinGroup, withBuiltin } from '@/model/firewalls/built-in'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { PRESETS, presetOf } from '@/model/firewalls/presets'
import { switchKindEdit } from '@/model/firewalls/switch-kind'
import { packetLabel } from '@/model/packet/label'
import type { Design } from '@/model/project/design'
import { solution as blackListSolution, start as blackListStart } from './black-list-defense/start'
import { LESSONS } from './index'
import { replyThatNeverCame } from './reply-that-never-came/lesson'
import { start as replyStart } from './reply-that-never-came/start'
import { whoPicks62712 } from './who-picks-62712/lesson'
import { RULE_PORTS } from './who-picks-62712/start'

// What the engine makes of the designs of the lessons: each test is a row of the list of stories.

function ran(design: Design, flowId: string): Trace {
  const flow = design.flows.find(({ id }) => id === flowId)
  if (!flow) throw new Error(`no flow ${flowId}`)
  return runFlow(compileNetwork(design), design, flow)
}

function changed(design: Design, ...edits: readonly (Edit | undefined)[]): Design {
  return edits.reduce<Design>((current, edit) => {
    const applied = edit && applyEdit(current, edit)
    if (!applied?.ok) throw new Error(applied?.diagnostics[0]?.message ?? 'no edit')
    return applied.value.design
  }, design)
}

const device = (design: Design, id: string) => {
  const found = design.devices.find((each) => each.id === id)
  if (!found) throw new Error(`no device ${id}`)
  return found
}

/** "SYN-ACK 443 > 62712: dropped at router by policy". */
function ends(trace: Trace, count = 2): string[] {
  return trace.journeys.slice(0, count).map(({ packet, disposition, at }) => {
    const by =
      'by' in disposition ? ` by ${disposition.by.kind === 'rule' ? disposition.by.name : 'policy'}` : ''
    return `${packetLabel(packet)}: ${disposition.kind} at ${at}${by}`
  })
}

/** The rules that the journey met, with the condition that failed. */
function tried(trace: Trace, journey: number): string[] {
  return trace.steps.flatMap((step) =>
    step.kind === 'rule-tried' && step.journey === journey && step.chain.chain === 'inbound'
      ? [`${step.name}: ${step.matched ? step.target : step.failed?.sentence}`]
      : [],
  )
}

const works = (design: Design) =>
  Object.fromEntries(design.flows.map(({ id }) => [id, ran(design, id).outcome.works]))

describe('The reply that never came', () => {
  const start = replyStart()
  test('R115, R001: the SYN passes, the SYN-ACK meets the policy of a filter without memory', () => {
    expect(ends(ran(start, 'twitter'))).toEqual([
      'SYN 62712 > 443: delivered at twitter',
      'SYN-ACK 443 > 62712: dropped at router by policy',
    ])
  })
  test('every rule says which condition failed first', () => {
    expect(tried(ran(start, 'twitter'), 1)).toEqual([
      'HTTPS: destination port is 62712, the rule wants 443',
      'DNS replies: protocol is tcp, the rule wants udp',
      'Ping replies: protocol is tcp, the rule wants icmp',
      'Work SSH: source 104.244.42.1 is not in 198.51.100.0/24',
      'Block RDP: destination port is 62712, the rule wants 3389',
    ])
  })
  test('names resolve, pages do not open, and nobody reaches :3389', () => {
    expect(works(start)).toEqual({ twitter: false, images: false, names: true, rdp: false })
    expect(works(replyThatNeverCame.solution())).toEqual({
      twitter: true,
      images: true,
      names: true,
      rdp: false,
    })
  })
  test('R019, R021: the same rules open the page once the filter keeps state', () => {
    const stateful = changed(start, switchKindEdit(device(start, 'router'), 'home-stateful').edit)
    expect(ran(stateful, 'twitter').outcome.works).toBe(true)
    expect(tried(ran(stateful, 'twitter'), 1)).toEqual(['replies to tracked connections: accept'])
  })
  test('R002: solved, every step of the connection passes, from SYN to FIN', () => {
    const solved = ran(replyThatNeverCame.solution(), 'twitter')
    expect(solved.journeys.map(({ disposition }) => disposition.kind)).toEqual(
      solved.journeys.map(() => 'delivered'),
    )
    const labels = solved.journeys.map(({ packet }) => packetLabel(packet))
    expect(labels.slice(0, 4)).toEqual([
      'SYN 62712 > 443',
      'SYN-ACK 443 > 62712',
      'ACK 62712 > 443',
      expect.any(String),
    ])
    expect(labels.filter((label) => label.startsWith('FIN'))).toEqual(
      expect.arrayContaining(['FIN-ACK 62712 > 443', 'FIN-ACK 443 > 62712']),
    )
  })
  test('R008, R012: the packet that is lost is step 2 of the handshake, written as people write it', () => {
    expect(ran(start, 'twitter').outcome).toMatchObject({ works: false, journey: 1 })
    expect(ends(ran(start, 'twitter'))[1]).toMatch(/^SYN-ACK 443 > 62712/)
  })
  test('R020: with source port 55680 the reply goes to 55680', () => {
    const pinned = changed(start, {
      kind: 'set-flows',
      flows: start.flows.map((flow) => (flow.id === 'twitter' ? { ...flow, sourcePort: 55680 } : flow)),
    })
    const labels = ran(pinned, 'twitter').journeys.map(({ packet }) => packetLabel(packet))
    expect(labels.slice(0, 2)).toEqual(['SYN 55680 > 443', 'SYN-ACK 443 > 55680'])
  })
  test('R022, R034: with outbound default drop and no rule there is no reply at all', () => {
    const rows = { device: 'router', chain: HOME_OUTBOUND } as const
    const locked = changed(start, { kind: 'remove-rows', ...rows, index: 0, count: 4 })
    const journeys = ran(locked, 'twitter').journeys
    expect(new Set(ends(ran(locked, 'twitter'), journeys.length))).toEqual(
      new Set(['SYN 62712 > 443: dropped at router by policy']),
    )
    expect(journeys.filter(({ role }) => role === 'reply')).toEqual([])
  })
})

describe('Who dropped it?', () => {
  const start = blackListStart()
  test('R005, R006: the two rules do not cause the drop; Black List Defense ran before them', () => {
    const images = ran(start, 'images')
    expect(ends(images)).toEqual([
      'SYN 62712 > 443: delivered at akamai',
      'SYN-ACK 443 > 62712: dropped at router by Black List Defense',
    ])
    expect(tried(images, 1)).toEqual(['Black List Defense: drop'])
  })
  test('R005: without the list rule 1 does not match and rule 2 allows', () => {
    expect(tried(ran(blackListSolution(), 'images'), 1)).toEqual([
      expect.stringContaining('Black List Defense: '),
      'yourPC to SSLserver: destination port is 62712, the rule wants 443',
      'SSLserver to yourPC: accept',
    ])
  })
  test('R006: turned off, the group is not asked', () => {
    const { firewall } = device(start, 'router')
    const group = builtinGroup(firewall, 'black-list-defense')
    if (!group) throw new Error('no group')
    const off = changed(start, {
      kind: 'set-firewall',
      device: 'router',
      firewall: withBuiltin(firewall, { ...group, enabled: false }),
    })
    expect(works(off)).toEqual({ twitter: true, images: true, rdp: false })
  })
  test('R010: the page opens while its images do not', () => {
    expect(works(start)).toEqual({ twitter: true, images: false, rdp: false })
  })
  test('R011: the other order of the two rules changes nothing in this story', () => {
    const swap = (chain: typeof HOME_INBOUND): Edit => ({
      kind: 'move-row',
      device: 'router',
      chain,
      from: 0,
      to: 1,
    })
    const swapped = changed(start, swap(HOME_INBOUND), swap(HOME_OUTBOUND))
    expect(works(swapped)).toEqual(works(start))
  })
})

describe('Who picks 62712?', () => {
  const start = whoPicks62712.start()
  const laptop = (host: Edit & { kind: 'set-device' }) => changed(start, host)
  test('R050: a port beyond the range of the rule is dropped by the policy', () => {
    expect(ends(ran(start, 'twitter'))[1]).toBe('SYN-ACK 443 > 62712: dropped at router by policy')
    expect(tried(ran(start, 'twitter'), 1)).toEqual([
      'HTTPS replies: destination port is 62712, the rule wants 32768-60999',
    ])
  })
  test('R117: where the ranges overlap in part, some of many connections work', () => {
    const { first, last } = RULE_PORTS
    const range = { first: last - 3, last: last + 4 }
    const partly = laptop({
      kind: 'set-device',
      id: 'laptop',
      parts: { host: { profile: 'windows', ephemeralPorts: range } },
    })
    expect(range.first).toBeGreaterThan(first)
    expect(ran(partly, 'many').outcome.cause).toBe('partly')
  })
  test('R030, R050: a range inside that of the rule always works', () => {
    const inside = laptop({
      kind: 'set-device',
      id: 'laptop',
      parts: { host: { profile: 'windows', ephemeralPorts: { first: 51000, last: 51100 } } },
    })
    expect(works(inside)).toEqual({ twitter: true, many: true, rdp: false })
  })
})

describe('presets at the home router', () => {
  const start = replyStart()
  const from = (preset: string) => changed(start, presetOf(preset)?.apply(start, 'router'))
  test.each([
    ['old-school', 'R013', { twitter: true, images: true, names: false, rdp: false }],
    ['stateful-minimal', 'R014, R015', { twitter: true, images: true, names: false, rdp: false }],
    ['home-default', 'R035, R042', { twitter: true, images: true, names: true, rdp: false }],
    ['locked-egress', 'R036', { twitter: true, images: true, names: true, rdp: false }],
    ['stateless-filter', 'R042', { twitter: false, images: false, names: false, rdp: false }],
    ['nat-only', 'R041, R042', { twitter: true, images: true, names: true, rdp: false }],
    ['seed-rules', 'R003, R004', { twitter: true, images: true, names: false, rdp: false }],
  ])('%s (%s)', (preset, _rows, outcomes) => {
    expect(works(from(preset))).toEqual(outcomes)
  })
  test('no preset is left out', () => {
    expect(PRESETS).toHaveLength(7)
  })
  test('R041, R043: without a filter the stranger ends at a missing binding, not at a rule', () => {
    expect(ends(ran(from('nat-only'), 'rdp'), 1)).toEqual([expect.stringContaining(': no-binding at router')])
  })
  test('R044: a port mapping sends the stranger to the inside host', () => {
    const nat = from('nat-only')
    const mapped = changed(nat, {
      kind: 'set-device',
      id: 'router',
      parts: {
        nat: {
          mode: 'napt',
          mappings: [
            {
              id: 'rdp',
              enabled: true,
              name: 'RDP',
              protocol: 'tcp',
              outside: { first: 3389, last: 3389 },
              insideAddress: device(start, 'laptop').interfaces[0]?.addresses[0]?.address ?? (0 as never),
              insidePort: 3389,
            },
          ],
        },
      },
    })
    const [first] = ran(mapped, 'rdp').journeys
    expect(first?.at).toBe('laptop')
  })
  test('R036: locked egress stops what is not on its list', () => {
    const locked = from('locked-egress')
    const http = changed(locked, {
      kind: 'set-flows',
      flows: locked.flows.map((flow) =>
        flow.id === 'twitter' ? { ...flow, to: 'http://twitter.com' } : flow,
      ),
    })
    expect(ends(ran(http, 'twitter'), 1)).toEqual([expect.stringContaining('dropped at router by policy')])
  })
})

describe('the same rules as another kind of firewall', () => {
  const designs = LESSONS.flatMap((lesson) => [
    [lesson.title, lesson.start()] as const,
    [`${lesson.title}, solved`, lesson.solution()] as const,
  ])
  const as = (design: Design, kind: 'netfilter' | 'ipchains') =>
    changed(design, switchKindEdit(device(design, 'router'), kind).edit)
  test.each(designs)('%s: netfilter lets the same flows through', (_title, design) => {
    expect(works(as(design, 'netfilter'))).toEqual(works(design))
  })
  test.each(designs)('%s: stateful, then netfilter, lets the same flows through', (_title, design) => {
    const stateful = changed(design, switchKindEdit(device(design, 'router'), 'home-stateful').edit)
    expect(works(as(stateful, 'netfilter'))).toEqual(works(stateful))
  })
})
