import { describe, expect, test } from 'vitest'
import type { MatchContext } from '@/model/fields/field'
import type { Target } from '@/model/ruleset/ruleset'
import { Laboratory, type LabRule, netfilter, segment } from '../laboratory'
import { changeBy } from './change'

const ALL = 0xffffffff

describe('marks under every form of MARK and CONNMARK', () => {
  const given = {
    packet: segment('S'),
    mark: 0b1100,
    tracking: { direction: 'original', entry: { mark: 0b0101 } },
  }
  test.each<[string, Target, number, number]>([
    ['set', { kind: 'mark', flip: 0b11, mask: ALL }, 0b0011, 0b0101],
    ['set under a mask', { kind: 'mark', flip: 0b11, mask: 0b0111 }, 0b1011, 0b0101],
    ['turned over', { kind: 'mark', flip: 0b0110, mask: 0 }, 0b1010, 0b0101],
    ['the highest bit is no sign', { kind: 'mark', flip: 0x80000000, mask: 0 }, 0x8000000c, 0b0101],
    ['of the connection', { kind: 'connmark', flip: 1, mask: 0b0100 }, 0b1100, 0b0000],
    ['saved', { kind: 'save-mark', from: ALL, to: ALL }, 0b1100, 0b1100],
    ['saved under masks', { kind: 'save-mark', from: 0b0100, to: 0b0001 }, 0b1100, 0b0000],
    ['restored', { kind: 'restore-mark', from: ALL, to: ALL }, 0b0101, 0b0101],
    ['restored under masks', { kind: 'restore-mark', from: 0b0001, to: 0b0100 }, 0b1001, 0b0101],
  ])('%s', (_, target, mark, connection) => {
    const after = changeBy(target, given as MatchContext)?.context
    expect([after?.mark, after?.tracking?.entry?.mark]).toEqual([mark, connection])
  })
  test('[e11 B5] a packet without a connection is left as it is', () => {
    const alone: MatchContext = { packet: segment('S'), mark: 7 }
    for (const kind of ['save-mark', 'restore-mark'] as const)
      expect(changeBy({ kind, from: ALL, to: ALL }, alone)?.context).toBe(alone)
    expect(changeBy({ kind: 'connmark', flip: 1, mask: ALL }, alone)?.context).toBe(alone)
  })
})

describe('the header under every target that changes it', () => {
  const packet = { ...segment('S', { hopLimit: 64, tos: 0b1011 }), optionBytes: 0 }
  test.each<[string, Target, Record<string, number>]>([
    ['a TTL is set', { kind: 'hop-limit', change: 'set', by: 9 }, { hopLimit: 9 }],
    ['it ends at 255', { kind: 'hop-limit', change: 'increase', by: 200 }, { hopLimit: 255 }],
    ['and at 0', { kind: 'hop-limit', change: 'decrease', by: 65 }, { hopLimit: 0 }],
    ['a DSCP leaves ECN', { kind: 'tos', flip: 0xb8, mask: 0xfc }, { tos: 0b10111011 }],
    ['a SYN without options gets one', { kind: 'mss', size: 1400 }, { optionBytes: 4 }],
    ['NFLOG changes nothing', { kind: 'nflog', prefix: '', group: 1 }, {}],
  ])('%s', (_, target, changed) => {
    expect(changeBy(target, { packet })?.context.packet).toEqual({ ...packet, ...changed })
  })
  test('a SYN with options is taken to announce a size', () => {
    const opened = segment('S')
    expect(changeBy({ kind: 'mss', size: 1400 }, { packet: opened })?.context.packet).toEqual(opened)
  })
})

test('the trace tells what a rule changed', () => {
  const rules: LabRule[] = [
    [{}, { kind: 'mark', flip: 5, mask: ALL }],
    [{}, { kind: 'save-mark', from: ALL, to: 1 }],
  ]
  const lab = new Laboratory({ router: netfilter({ 'mangle PREROUTING': { rules } }) })
  const effects = lab
    .inject('router', 'lan0', segment('S'))
    .steps.flatMap((step) => (step.kind === 'rule-tried' && step.effect ? [step.effect] : []))
  expect(effects).toEqual(['the mark is now 0x5', "the connection's mark is now 0x5"])
})
