import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileNetwork } from '@/engine/compile'
import { walkChain } from '@/engine/filter/evaluate'
import { KEEP_NOTHING } from '@/engine/filter/recorder'
import {
  datagram,
  icmp,
  type LabChain,
  type LabRule,
  labDesign,
  netfilter,
  segment,
} from '@/engine/laboratory'
import type { MatchContext } from '@/model/fields/field'
import { resolverFor } from '@/model/topology/names'
import { acceptedPorts, inRow, portVerdicts } from './open-ports'

const FORWARD = { family: 'ip', table: 'filter', chain: 'FORWARD' } as const

/** A router with these chains, and a packet at its FORWARD chain. */
function laboratory(chains: Readonly<Record<string, LabChain>>) {
  const design = labDesign({
    router: netfilter(
      Object.fromEntries(Object.entries(chains).map(([name, chain]) => [`filter ${name}`, chain])),
    ),
  })
  const device = compileNetwork(design).devices.get('router')
  const chain = device?.chain(FORWARD)
  if (!device || !chain) throw new Error('the router has no FORWARD chain')
  return { device, chain, resolver: resolverFor(design, 'router') }
}

function verdicts(chains: Readonly<Record<string, LabChain>>, context?: Partial<MatchContext>) {
  const { device, chain, resolver } = laboratory(chains)
  return portVerdicts(device, chain, { packet: segment('SA'), ...context }, resolver)
}

/** "0-79 drop, 80 accept 1". */
function read(chains: Readonly<Record<string, LabChain>>, context?: Partial<MatchContext>): string {
  return verdicts(chains, context)
    .map(({ first, last, verdict, rule }) =>
      [first === last ? first : `${first}-${last}`, verdict, ...(rule === undefined ? [] : [rule])].join(' '),
    )
    .join(', ')
}

describe('which destination ports a chain accepts for a packet', () => {
  test.each<[string, LabChain, string]>([
    ['without rules the policy takes all', { policy: 'drop' }, '0-65535 drop'],
    [
      'a rule about one port',
      { policy: 'drop', rules: [[{ protocol: 'tcp', dport: '443' }, 'accept']] },
      '0-442 drop, 443 accept 1, 444-65535 drop',
    ],
    [
      'the first match wins where ranges overlap',
      {
        policy: 'drop',
        rules: [
          [{ protocol: 'tcp', dport: '3389' }, 'drop'],
          [{ protocol: 'tcp', dport: '1024-65535' }, 'accept'],
        ],
      },
      '0-1023 drop, 1024-3388 accept 2, 3389 drop 1, 3390-65535 accept 2',
    ],
    [
      'a negated port is all others',
      { policy: 'drop', rules: [[{ protocol: 'tcp', dport: '!80' }, 'accept']] },
      '0-79 accept 1, 80 drop, 81-65535 accept 1',
    ],
    [
      'a rule of another protocol, flag or source never counts',
      {
        policy: 'drop',
        rules: [
          [{ protocol: 'udp', dport: '53' }, 'accept'],
          [{ protocol: 'tcp', tcpFlags: 'SYN', dport: '80' }, 'accept'],
          [{ src: '198.51.100.0/24', protocol: 'tcp', dport: '22' }, 'accept'],
        ],
      },
      '0-65535 drop',
    ],
    [
      'behind a rule that takes every port nothing counts',
      {
        policy: 'drop',
        rules: [
          [{ protocol: 'tcp', dport: '22' }, 'drop'],
          [{ protocol: 'tcp' }, 'accept'],
          [{ protocol: 'tcp', dport: '80' }, 'drop'],
        ],
      },
      '0-21 accept 2, 22 drop 1, 23-65535 accept 2',
    ],
    [
      'the ends of the scale belong to it',
      {
        policy: 'drop',
        rules: [
          [{ protocol: 'tcp', dport: '0' }, 'accept'],
          [{ protocol: 'tcp', dport: '65535' }, 'accept'],
        ],
      },
      '0 accept 1, 1-65534 drop, 65535 accept 2',
    ],
  ])('%s', (_, chain, expected) => {
    expect(read({ FORWARD: chain })).toBe(expected)
  })

  test('chains that are jumped to count, and a return goes on behind the jump', () => {
    expect(
      read({
        FORWARD: {
          policy: 'drop',
          rules: [
            [
              { protocol: 'tcp', dport: '1000-2000' },
              { kind: 'jump', chain: 'high' },
            ],
            [{ protocol: 'tcp', dport: '1500-1600' }, 'accept'],
          ],
        },
        high: {
          rules: [
            [{ dport: '1550', protocol: 'tcp' }, { kind: 'return' }],
            [{ dport: '1100-1700', protocol: 'tcp' }, 'drop'],
            [{}, 'accept'],
          ],
        },
      }),
    ).toBe(
      '0-999 drop, 1000-1099 accept 3, 1100-1549 drop 2, 1550 accept 2, 1551-1700 drop 2, 1701-2000 accept 3, 2001-65535 drop',
    )
  })

  test('the state of the connection counts', () => {
    const chain: LabChain = { policy: 'drop', rules: [[{ ctState: 'established' }, 'accept']] }
    expect(read({ FORWARD: chain }, { ctState: 'established' })).toBe('0-65535 accept 1')
    expect(read({ FORWARD: chain }, { ctState: 'new' })).toBe('0-65535 drop')
  })

  test('udp is told apart from tcp, and a packet without ports has no answer', () => {
    const chain: LabChain = { policy: 'drop', rules: [[{ protocol: 'udp', dport: '53' }, 'accept']] }
    expect(read({ FORWARD: chain }, { packet: datagram() })).toContain('53 accept 1')
    expect(verdicts({ FORWARD: chain }, { packet: icmp(8) })).toEqual([])
  })
})

describe('counting', () => {
  const open = verdicts({
    FORWARD: { policy: 'drop', rules: [[{ protocol: 'tcp', dport: '49152-65535' }, 'accept']] },
  })
  test.each([
    [49152, 65535, 16_384],
    [1024, 4999, 0],
    [32768, 60999, 11_848],
    [0, 65535, 16_384],
  ])('of ports %i to %i that rule opens %i', (first, last, count) => {
    expect(acceptedPorts(open, { first, last })).toBe(count)
  })
})

describe('two filters in a row', () => {
  const low = verdicts({
    FORWARD: { policy: 'drop', rules: [[{ protocol: 'tcp', dport: '0-2000' }, 'accept']] },
  })
  const high = verdicts({
    FORWARD: { policy: 'drop', rules: [[{ protocol: 'tcp', dport: '1000-3000' }, 'accept']] },
  })
  test('a port is open where both accept', () => {
    for (const both of [inRow(low, high), inRow(high, low)]) {
      expect(both.filter(({ verdict }) => verdict === 'accept')).toMatchObject([{ first: 1000, last: 2000 }])
      expect(acceptedPorts(both, { first: 0, last: 65535 })).toBe(1001)
    }
  })
})

const port = fc.oneof(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 0, max: 40 }))
const ports = fc.tuple(port, port, fc.boolean()).map(([a, b, negated]) => {
  const text = a === b ? `${a}` : `${Math.min(a, b)}-${Math.max(a, b)}`
  return negated ? `!${text}` : text
})
const rule: fc.Arbitrary<LabRule> = fc
  .record({
    dport: fc.option(ports, { nil: undefined }),
    protocol: fc.constantFrom('tcp', 'tcp', 'udp'),
    tcpFlags: fc.option(fc.constantFrom('SYN', 'not SYN'), { nil: undefined }),
    target: fc.constantFrom<LabRule[1]>(
      'accept',
      'drop',
      { kind: 'jump', chain: 'one' },
      { kind: 'jump', chain: 'two' },
      { kind: 'goto', chain: 'two' },
      { kind: 'return' },
      { kind: 'continue' },
    ),
  })
  .map(({ dport, protocol, tcpFlags, target }) => [
    { protocol, ...(dport === undefined ? {} : { dport }), ...(tcpFlags === undefined ? {} : { tcpFlags }) },
    target,
  ])
const rules = fc.array(rule, { maxLength: 8 })
/** A chain that is jumped to may not jump back: the kernel refuses loops. */
const straight = rules.map((all) =>
  all.filter(
    ([, target]) => typeof target === 'string' || (target.kind !== 'jump' && target.kind !== 'goto'),
  ),
)

test('whatever the rules, every port has the verdict that the chain gives to a packet to that port', () => {
  fc.assert(
    fc.property(
      rules,
      straight,
      straight,
      fc.constantFrom('accept' as const, 'drop' as const),
      fc.array(port, { minLength: 60, maxLength: 60 }),
      (forward, one, two, policy, tries) => {
        const { device, chain, resolver } = laboratory({
          FORWARD: { policy, rules: forward },
          one: { rules: one },
          two: { rules: two },
        })
        const packet = segment('SA')
        const ranges = portVerdicts(device, chain, { packet }, resolver)
        expect(ranges[0]?.first).toBe(0)
        expect(ranges.at(-1)?.last).toBe(65535)
        const edges = ranges.flatMap(({ first, last }) => [first, last])
        for (const dport of [...edges, ...tries]) {
          const decision = walkChain({
            chain,
            context: { packet: { ...packet, dport } },
            find: (ref) => device.chain(ref),
            recorder: KEEP_NOTHING,
          })
          const range = ranges.find(({ first, last }) => dport >= first && dport <= last)
          expect([dport, range?.verdict, range?.rule]).toEqual([
            dport,
            decision.kind,
            decision.by.kind === 'rule' ? decision.by.number : undefined,
          ])
        }
      },
    ),
    { seed: 62712, numRuns: 150 },
  )
})
