import { describe, expect, test } from 'vitest'
import { compileNetwork } from '@/engine/compile'
import { home, type LabOptions, labDesign, netfilter } from '@/engine/laboratory'
import { droppedDiscovery } from './neighbor-discovery'

const found = (options: LabOptions) =>
  droppedDiscovery(compileNetwork(labDesign(options))).map(({ device, sentence }) => `${device}: ${sentence}`)

const BOTH = 'neighbor solicitations (135) and neighbor advertisements (136)'
const STOPS = 'on a real network IPv6 stops. Accept ICMPv6 types 133 to 136 before it.'

describe('rules that drop neighbor discovery are named', () => {
  test('[e10 C1] an INPUT that accepts ESTABLISHED and RELATED alone: discovery is UNTRACKED, and no rule of it matches', () => {
    const server = netfilter({
      'ip6 filter INPUT': { policy: 'drop', rules: [[{ ctState: 'established, related' }, 'accept']] },
    })
    expect(found({ server })).toEqual([`server: The policy of INPUT in table filter drops ${BOTH}: ${STOPS}`])
  })

  test('an OUTPUT policy stops it as well', () => {
    const server = netfilter({ 'ip6 filter OUTPUT': { policy: 'drop' } })
    expect(found({ server })).toEqual([
      `server: The policy of OUTPUT in table filter drops ${BOTH}: ${STOPS}`,
    ])
  })

  test('a rule is named by its number, and of a router once for all of its links', () => {
    const drop = { rules: [[{ protocol: 'icmpv6' }, 'drop']] } as const
    const router = netfilter({ 'ip6 raw PREROUTING': drop })
    expect(found({ router })).toEqual([`router: Rule 1 of PREROUTING in table raw drops ${BOTH}: ${STOPS}`])
  })

  test('what is dropped by half is named by half', () => {
    const rules = [[{ icmpv6Type: '135' }, 'accept']] as const
    const server = netfilter({ 'ip6 filter INPUT': { policy: 'drop', rules } })
    expect(found({ server })).toEqual([
      `server: The policy of INPUT in table filter drops neighbor advertisements (136): ${STOPS}`,
    ])
  })
})

describe('nothing is said', () => {
  const cells = [{ icmpv6Type: '135' }, { icmpv6Type: '136' }] as const
  const byType = cells.map((each) => [each, 'accept'] as const)
  test.each<[string, LabOptions]>([
    ['of no rules', {}],
    [
      'where the types are accepted',
      { server: netfilter({ 'ip6 filter INPUT': { policy: 'drop', rules: byType } }) },
    ],
    [
      '[e10 C1] where UNTRACKED is accepted',
      {
        server: netfilter({
          'ip6 filter INPUT': { policy: 'drop', rules: [[{ ctState: 'untracked' }, 'accept']] },
        }),
      },
    ],
    [
      'of FORWARD, which no discovery crosses',
      { router: netfilter({ 'ip6 filter FORWARD': { policy: 'drop' } }) },
    ],
    ['of IPv4, which asks by ARP', { server: netfilter({ 'filter INPUT': { policy: 'drop' } }) }],
    ['of a home filter between two sides', { router: home('home-stateful') }],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([])
  })
})
