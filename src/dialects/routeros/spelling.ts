import type { AddressType } from '@/model/fields/field'
import type { Family } from '@/model/packet/address'
import { PROTOCOL, type TCP_FLAG } from '@/model/packet/packet'
import { parseProtocol } from '@/model/packet/protocol'
import { type Hook, PRIORITY, type RejectKind } from '@/model/ruleset/ruleset'

/** Menus with rules, in the order in which an export lists them. */
export const TABLE_NAMES = ['filter', 'mangle', 'nat', 'raw'] as const
export type TableName = (typeof TABLE_NAMES)[number]

interface BuiltInChain {
  readonly name: string
  readonly hook: Hook
  readonly priority: number
}

/** Chains that are there without rules, all accepting what no rule decides. */
export const BUILT_IN_CHAINS: Readonly<Record<TableName, readonly BuiltInChain[]>> = {
  filter: [
    { name: 'input', hook: 'input', priority: PRIORITY.filter },
    { name: 'forward', hook: 'forward', priority: PRIORITY.filter },
    { name: 'output', hook: 'output', priority: PRIORITY.filter },
  ],
  mangle: (['prerouting', 'input', 'forward', 'output', 'postrouting'] as const).map((hook) => ({
    name: hook,
    hook,
    priority: PRIORITY.mangle,
  })),
  nat: [
    { name: 'dstnat', hook: 'prerouting', priority: PRIORITY.dstnat },
    { name: 'input', hook: 'input', priority: PRIORITY.srcnat },
    { name: 'output', hook: 'output', priority: PRIORITY.dstnat },
    { name: 'srcnat', hook: 'postrouting', priority: PRIORITY.srcnat },
  ],
  raw: [
    { name: 'prerouting', hook: 'prerouting', priority: PRIORITY.raw },
    { name: 'output', hook: 'output', priority: PRIORITY.raw },
  ],
}

/** Protocols under the names of RouterOS; the first name of a number is the one that is written. */
const PROTOCOL_NAMES: readonly (readonly [string, number])[] = [
  ['icmp', PROTOCOL.icmp],
  ['igmp', 2],
  ['ggp', 3],
  ['ip-encap', 4],
  ['ipencap', 4],
  ['st', 5],
  ['tcp', PROTOCOL.tcp],
  ['egp', 8],
  ['pup', 12],
  ['udp', PROTOCOL.udp],
  ['hmp', 20],
  ['xns-idp', 22],
  ['rdp', 27],
  ['iso-tp4', 29],
  ['dccp', 33],
  ['xtp', 36],
  ['ddp', 37],
  ['idpr-cmtp', 38],
  ['ipv6-encap', 41],
  ['ipv6', 41],
  ['ipv6-route', 43],
  ['ipv6-frag', 44],
  ['rsvp', 46],
  ['gre', 47],
  ['ipsec-esp', 50],
  ['ipsec-ah', 51],
  ['icmpv6', PROTOCOL.icmpv6],
  ['ipv6-nonxt', 59],
  ['ipv6-opts', 60],
  ['rspf', 73],
  ['vmtp', 81],
  ['ospf', 89],
  ['ipip', 94],
  ['etherip', 97],
  ['encap', 98],
  ['pim', 103],
  ['vrrp', 112],
  ['l2tp', 115],
  ['sctp', PROTOCOL.sctp],
  ['udp-lite', PROTOCOL.udplite],
]

export function writeProtocol(number: number): string {
  return PROTOCOL_NAMES.find(([, other]) => other === number)?.[0] ?? String(number)
}

export function readProtocol(text: string): number | undefined {
  const own = PROTOCOL_NAMES.find(([name]) => name === text.toLowerCase())?.[1]
  if (own !== undefined) return own
  const parsed = parseProtocol(text)
  return parsed.ok ? parsed.value : undefined
}

/** Answers of `reject`; the first is what it answers when nothing is said. */
export const REJECT_SPELLING: Readonly<Record<Family, readonly (readonly [string, RejectKind])[]>> = {
  4: [
    ['icmp-network-unreachable', 'icmp-net-unreachable'],
    ['icmp-host-unreachable', 'icmp-host-unreachable'],
    ['icmp-protocol-unreachable', 'icmp-proto-unreachable'],
    ['icmp-port-unreachable', 'icmp-port-unreachable'],
    ['icmp-net-prohibited', 'icmp-net-prohibited'],
    ['icmp-host-prohibited', 'icmp-host-prohibited'],
    ['icmp-admin-prohibited', 'icmp-admin-prohibited'],
    ['tcp-reset', 'tcp-reset'],
  ],
  6: [
    ['icmp-no-route', 'icmp-net-unreachable'],
    ['icmp-address-unreachable', 'icmp-host-unreachable'],
    ['icmp-port-unreachable', 'icmp-port-unreachable'],
    ['icmp-admin-prohibited', 'icmp-admin-prohibited'],
    ['tcp-reset', 'tcp-reset'],
  ],
}

/** What is said instead of an answer that a family does not have. */
export const NEAREST_REJECT: Partial<Record<RejectKind, string>> = {
  'icmp-proto-unreachable': 'icmp-port-unreachable',
  'icmp-net-prohibited': 'icmp-admin-prohibited',
  'icmp-host-prohibited': 'icmp-admin-prohibited',
  'icmp6-policy-fail': 'icmp-admin-prohibited',
  'icmp6-reject-route': 'icmp-admin-prohibited',
}

export const FLAG_NAMES: readonly (readonly [string, keyof typeof TCP_FLAG])[] = [
  ['fin', 'FIN'],
  ['syn', 'SYN'],
  ['rst', 'RST'],
  ['psh', 'PSH'],
  ['ack', 'ACK'],
  ['urg', 'URG'],
  ['ece', 'ECE'],
  ['cwr', 'CWR'],
]

export const ADDRESS_TYPE_NAMES: readonly AddressType[] = ['unicast', 'local', 'broadcast', 'multicast']

/** Ports of one rule; a range takes two places. */
export const PORT_SLOTS = 15

/** Actions by the menu that has them. Source: the manual's pages Filter, Mangle, NAT, RAW. */
export const ACTIONS: Readonly<Record<TableName, readonly string[]>> = {
  filter: ['accept', 'drop', 'reject', 'jump', 'return', 'log', 'passthrough', 'fasttrack-connection'],
  mangle: ['accept', 'jump', 'return', 'log', 'passthrough', 'fasttrack-connection'],
  nat: ['accept', 'jump', 'return', 'log', 'passthrough', 'masquerade', 'src-nat', 'dst-nat', 'redirect'],
  raw: ['accept', 'drop', 'jump', 'return', 'log', 'passthrough', 'notrack'],
}

/** Actions that are kept as they stand. With `goesOn`, the next rule is asked after them. */
export const OTHER_ACTIONS: Readonly<Record<string, { readonly goesOn: boolean }>> = {
  'add-src-to-address-list': { goesOn: true },
  'add-dst-to-address-list': { goesOn: true },
  'change-dscp': { goesOn: true },
  'change-hop-limit': { goesOn: true },
  'change-mss': { goesOn: true },
  'change-ttl': { goesOn: true },
  'clear-df': { goesOn: true },
  'mark-connection': { goesOn: true },
  'mark-packet': { goesOn: true },
  'mark-routing': { goesOn: true },
  netmap: { goesOn: false },
  route: { goesOn: false },
  same: { goesOn: false },
  'set-priority': { goesOn: true },
  'sniff-pc': { goesOn: true },
  'sniff-tzsp': { goesOn: true },
  'strip-ipv4-options': { goesOn: true },
  'endpoint-independent-nat': { goesOn: false },
  tarpit: { goesOn: false },
  snpt: { goesOn: true },
  dnpt: { goesOn: true },
}

/** Properties that say what an action does with the packet. */
export const ACTION_PROPERTIES: ReadonlySet<string> = new Set([
  'address-list',
  'address-list-timeout',
  'dst-prefix',
  'src-prefix',
  'new-connection-mark',
  'new-dscp',
  'new-hop-limit',
  'new-mss',
  'new-packet-mark',
  'new-priority',
  'new-routing-mark',
  'new-ttl',
  'passthrough',
  'randomise-ports',
  'route-dst',
  'same-not-by-dst',
  'sniff-id',
  'sniff-target',
  'sniff-target-port',
])

/** Conditions that are kept as they stand and answered as their rule assumes. */
export const OTHER_CONDITIONS: ReadonlySet<string> = new Set([
  'connection-bytes',
  'connection-limit',
  'connection-mark',
  'connection-rate',
  'connection-type',
  'content',
  'dst-limit',
  'fragment',
  'headers',
  'hotspot',
  'in-bridge-port',
  'in-bridge-port-list',
  'ingress-priority',
  'ipsec-policy',
  'ipv4-options',
  'layer7-protocol',
  'limit',
  'nth',
  'out-bridge-port',
  'out-bridge-port-list',
  'p2p',
  'packet-mark',
  'per-connection-classifier',
  'priority',
  'psd',
  'random',
  'realm',
  'routing-mark',
  'routing-table',
  'src-mac-address',
  'tcp-mss',
  'time',
  'tls-host',
])

/** Text of a condition or action that is kept: no real one is longer. */
export const OPAQUE_LENGTH = 1000
/** A comment of ours in bytes; the router takes longer ones. */
export const COMMENT_BYTES = 255
