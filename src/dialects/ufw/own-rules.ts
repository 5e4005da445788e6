import { parseCell, sortConditions } from '@/model/fields/cell'
import type { Condition, FieldId } from '@/model/fields/field'
import type { Rule } from '@/model/ruleset/ruleset'

export const UFW_HOOKS = ['input', 'forward', 'output'] as const
export type UfwHook = (typeof UFW_HOOKS)[number]

type OwnRule = readonly [name: string, target: 'accept' | 'drop', cells: Partial<Record<FieldId, string>>]

const REPLIES: OwnRule = ['replies', 'accept', { ctState: 'established, related' }]
const ICMP: OwnRule = [
  'ICMP',
  'accept',
  {
    family: 'IPv4',
    protocol: 'icmp',
    icmpType: 'destination-unreachable, time-exceeded, parameter-problem, echo-request',
  },
]
const ICMPV6: OwnRule = [
  'ICMPv6',
  'accept',
  { family: 'IPv6', protocol: 'icmpv6', icmpv6Type: '1, 2, 3, 4, echo-request, echo-reply' },
]

/** What ufw asks before rules of a person. Source: before.rules and before6.rules of ufw 0.36, without limits of logging. */
const OWN: Readonly<Record<UfwHook, readonly OwnRule[]>> = {
  input: [
    ['loopback', 'accept', { iif: 'lo' }],
    REPLIES,
    ['invalid', 'drop', { ctState: 'invalid' }],
    ICMP,
    ICMPV6,
    [
      'neighbours',
      'accept',
      { family: 'IPv6', protocol: 'icmpv6', icmpv6Type: '133, 134, 135, 136, 141, 142', hopLimit: '255' },
    ],
    [
      'listeners',
      'accept',
      { family: 'IPv6', protocol: 'icmpv6', icmpv6Type: '130, 131, 132, 143', src: 'fe80::/10' },
    ],
    ['DHCP', 'accept', { family: 'IPv4', protocol: 'udp', sport: '67', dport: '68' }],
    ['DHCPv6', 'accept', { protocol: 'udp', src: 'fe80::/10', dst: 'fe80::/10', sport: '547', dport: '546' }],
    ['not for this host', 'drop', { family: 'IPv4', dstType: 'not local, multicast, broadcast' }],
    ['mDNS', 'accept', { protocol: 'udp', dst: '224.0.0.251, ff02::fb', dport: '5353' }],
    ['UPnP', 'accept', { protocol: 'udp', dst: '239.255.255.250, ff02::f', dport: '1900' }],
  ],
  forward: [REPLIES, ICMP, ICMPV6],
  output: [['loopback', 'accept', { oif: 'lo' }], REPLIES],
}

const NO_NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

export function ownRules(hook: UfwHook): Rule[] {
  return OWN[hook].map(([name, target, cells], index): Rule => {
    const match = Object.entries(cells).flatMap(([field, cell]): Condition[] => {
      const parsed = parseCell(field as FieldId, cell, NO_NAMES)
      if (!parsed.ok) throw new Error(`${field}: ${cell}`)
      return parsed.value ? [parsed.value] : []
    })
    return {
      kind: 'rule',
      id: `ufw-${index + 1}`,
      enabled: true,
      name,
      match: sortConditions(match),
      target: { kind: target },
      log: false,
    }
  })
}
