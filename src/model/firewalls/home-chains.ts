import type { FieldId } from '../fields/field'
import { type ChainRef, PRIORITY, type Rule, type TargetKind } from '../ruleset/ruleset'
import { BLACK_LIST_DEFENSE, blackListRule, builtinGroup, REPLIES } from './built-in'
import type { Attachment, Firewall, FirewallKind } from './firewall-kind'

export const HOME_INBOUND: ChainRef = { family: 'inet', table: 'filter', chain: 'inbound' }
export const HOME_OUTBOUND: ChainRef = { family: 'inet', table: 'filter', chain: 'outbound' }

const HOME_FIELDS: readonly FieldId[] = [
  'protocol',
  'src',
  'sport',
  'dst',
  'dport',
  'tcpFlags',
  'icmpType',
  'icmpv6Type',
  'iif',
  'oif',
]

const HOME_TARGETS: readonly TargetKind[] = ['accept', 'drop', 'reject']

/** The words of one row with two targets, as routers that have such rows write them (R003). */
const DUAL_WORDS: Partial<Record<TargetKind, string>> = { accept: 'allow', drop: 'block' }

/**
 * Where the two chains of a home filter hang. On a router both ask only what crosses the outside: what enters by an
 * outside interface, whether it is passed on or meant for the router, and what leaves by one.
 */
const ATTACHMENTS: Readonly<Record<string, Readonly<Record<'router' | 'host', readonly Attachment[]>>>> = {
  inbound: {
    router: [
      { hook: 'forward', priority: PRIORITY.filter, iifSide: 'outside' },
      { hook: 'input', priority: PRIORITY.filter, iifSide: 'outside' },
    ],
    host: [{ hook: 'input', priority: PRIORITY.filter }],
  },
  outbound: {
    router: [
      { hook: 'forward', priority: PRIORITY.filter, oifSide: 'outside' },
      { hook: 'output', priority: PRIORITY.filter, oifSide: 'outside' },
    ],
    host: [{ hook: 'output', priority: PRIORITY.filter }],
  },
}

export function isHomeChain(ref: ChainRef): boolean {
  return ref.family === HOME_INBOUND.family && ref.table === HOME_INBOUND.table && ref.chain in ATTACHMENTS
}

function lockedRules(firewall: Firewall, ref: ChainRef, keepsState: boolean): readonly Rule[] {
  if (!isHomeChain(ref)) return []
  const group = builtinGroup(firewall, BLACK_LIST_DEFENSE.id)
  const blackList = group && ref.chain === HOME_INBOUND.chain ? blackListRule(group) : undefined
  return [...(blackList ? [blackList] : []), ...(keepsState ? [REPLIES] : [])]
}

/** What the two home kinds have in common: everything but state. */
export function homeKind(
  kind: Pick<FirewallKind, 'label' | 'badge' | 'keepsState'> & {
    readonly id: 'home-stateless' | 'home-stateful'
  },
): FirewallKind {
  return {
    ...kind,
    nat: ['napt', 'off'],
    create: () => ({
      kind: kind.id,
      form: 'separate',
      ruleset: {
        tables: [
          {
            name: HOME_INBOUND.table,
            family: HOME_INBOUND.family,
            chains: [
              { name: HOME_INBOUND.chain, base: { policy: 'drop' }, rows: [] },
              { name: HOME_OUTBOUND.chain, base: { policy: 'accept' }, rows: [] },
            ],
          },
        ],
      },
      builtins: [],
    }),
    attachments: (ref, _chain, place) => (isHomeChain(ref) ? (ATTACHMENTS[ref.chain]?.[place] ?? []) : []),
    lockedRules: (firewall, ref) => lockedRules(firewall, ref, kind.keepsState),
    fields: HOME_FIELDS,
    targets: HOME_TARGETS,
    policies: ['accept', 'drop', 'reject'],
    word: (target, form) => (form === 'dual' ? (DUAL_WORDS[target] ?? target) : target),
    logFormat: 'home-router',
  }
}
