import { FIELD_IDS } from '../fields/field'
import { type Chain, type Hook, PRIORITY, type Table, type TargetKind } from '../ruleset/ruleset'
import type { FirewallKind } from './firewall-kind'

/** Words of iptables-extensions(8); a jump is written with the name of its chain. */
const WORDS: Readonly<Record<TargetKind, string>> = {
  accept: 'ACCEPT',
  drop: 'DROP',
  reject: 'REJECT',
  jump: 'jump',
  goto: 'goto',
  return: 'RETURN',
  log: 'LOG',
  snat: 'SNAT',
  dnat: 'DNAT',
  masquerade: 'MASQUERADE',
  redirect: 'REDIRECT',
  notrack: 'NOTRACK',
  mark: 'MARK',
  'hop-limit': 'TTL',
  tos: 'TOS',
  mss: 'TCPMSS',
  nflog: 'NFLOG',
  netmap: 'NETMAP',
  connmark: 'CONNMARK',
  'save-mark': 'CONNMARK save',
  'restore-mark': 'CONNMARK restore',
  helper: 'CT helper',
  continue: 'count only',
  map: 'by map',
  opaque: 'other',
}

/** Tables of iptables(8) with their hooks in the order in which iptables-save lists them, and their priorities. */
const TABLES = {
  raw: { hooks: ['prerouting', 'output'], priority: () => PRIORITY.raw },
  mangle: {
    hooks: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
    priority: () => PRIORITY.mangle,
  },
  nat: {
    hooks: ['prerouting', 'input', 'output', 'postrouting'],
    priority: (hook: Hook) =>
      hook === 'prerouting' || hook === 'output' ? PRIORITY.dstnat : PRIORITY.srcnat,
  },
  filter: { hooks: ['input', 'forward', 'output'], priority: () => PRIORITY.filter },
} as const satisfies Record<string, { hooks: readonly Hook[]; priority: (hook: Hook) => number }>

export type NetfilterTableName = keyof typeof TABLES
export const NETFILTER_TABLES = Object.keys(TABLES) as readonly NetfilterTableName[]

/** An empty table of iptables with its built-in chains, all with policy accept. */
export function netfilterTable(name: NetfilterTableName, family: 'ip' | 'ip6' = 'ip'): Table {
  const { hooks, priority } = TABLES[name]
  const chains = hooks.map(
    (hook: Hook): Chain => ({
      name: hook.toUpperCase(),
      base: { hook, priority: priority(hook), policy: 'accept' },
      rows: [],
    }),
  )
  return { name, family, chains }
}

/** iptables and nftables: base chains say themselves where they hang. */
export const netfilter: FirewallKind = {
  id: 'netfilter',
  label: 'Linux netfilter',
  badge: 'netfilter',
  keepsState: true,
  nat: ['off', 'tables'],
  create: () => ({
    kind: 'netfilter',
    form: 'separate',
    ruleset: { tables: [netfilterTable('filter')] },
    builtins: [],
  }),
  attachments: (_ref, { base }) =>
    base?.hook ? [{ hook: base.hook, priority: base.priority ?? PRIORITY.filter }] : [],
  lockedRules: () => [],
  fields: FIELD_IDS,
  targets: [
    'accept',
    'drop',
    'reject',
    'jump',
    'goto',
    'return',
    'log',
    'snat',
    'dnat',
    'masquerade',
    'redirect',
    'notrack',
    'mark',
    'hop-limit',
    'tos',
    'mss',
    'nflog',
    'netmap',
    'connmark',
    'save-mark',
    'restore-mark',
    'helper',
    'continue',
    'map',
    'opaque',
  ],
  policies: ['accept', 'drop'],
  word: (target) => WORDS[target],
  logFormat: 'netfilter',
}
