import type { Firewall } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { findChain } from '@/model/ruleset/chains'
import type { Policy, Row, TargetKind } from '@/model/ruleset/ruleset'
import type { PrintContext, PrintedRules } from '../dialect'
import { exportHeader } from '../export-header'
import { LeftOut } from '../left-out'
import { Losses } from '../losses'
import { isStateRule, joinProtocols, pfShape } from './shape'
import { interfaceWord } from './write-match'
import { type WrittenChain, writeChain } from './write-rule'

type Plan = Omit<WrittenChain, 'keepsState' | 'refuses'>

/** Writes a firewall as pf.conf, every rule quick, so that the first that matches decides as in the table. */
export function printPf(firewall: Firewall, context: PrintContext): PrintedRules {
  const losses = new Losses()
  const plans = plan(firewall, context, losses)
  const translates = context.nat !== 'off' && context.nat !== 'tables'
  const hasNat = firewall.ruleset.tables.some(
    ({ name, chains }) => name === 'nat' && chains.some(({ rows }) => rows.length > 0),
  )
  if (translates || hasNat || context.mappings.length > 0)
    losses.lose('Translation is not in this text.', undefined, false)
  const refuses = plans.some(({ rows }) =>
    rows.some((row) => row.kind === 'rule' && row.enabled && isRefusal(row.target.kind)),
  )
  const body = plans.flatMap((each) =>
    writeChain({ ...withoutState(each, losses), refuses }, context, losses),
  )
  const incomplete = losses.complete
    ? []
    : ['# INCOMPLETE: some rules are not in this text, or mean less or more here.']
  const text = [`# ${exportHeader(context)} For pf.`, ...incomplete, ...body, ''].join('\n')
  return { text, losses: losses.all, complete: losses.complete }
}

const isRefusal = (kind: TargetKind) => kind !== 'accept' && kind !== 'return'

/** The rule for known connections is what rules keep state for. */
function withoutState(chain: Plan, losses: Losses): Omit<WrittenChain, 'refuses'> {
  const at = chain.rows.findIndex((row) => row.kind === 'rule' && isStateRule(row))
  if (at < 0) return { ...chain, keepsState: false }
  const asked = chain.rows.slice(0, at).filter((row) => row.kind === 'rule' && row.enabled)
  const refuses = asked.find(
    (row) => row.kind === 'rule' && row.target.kind !== 'accept' && row.target.kind !== 'return',
  )
  if (refuses)
    losses.lose('A packet of a known connection passes before this rule is asked.', refuses.id, false)
  return { ...chain, rows: joinProtocols(chain.rows.toSpliced(at, 1)), keepsState: true }
}

function plan(firewall: Firewall, context: PrintContext, losses: Losses): Plan[] {
  switch (firewall.kind) {
    case 'none':
      return []
    case 'home-stateless':
    case 'home-stateful':
      return homeChains(firewall, context, losses)
    case 'netfilter':
      return netfilterChains(firewall, losses)
    case 'ipchains': {
      const { label } = firewallKind('ipchains')
      losses.lose(
        `${label} asks input, forward and output of one packet, which pf does not. Switch the kind first.`,
        undefined,
        false,
      )
      return []
    }
  }
}

function homeChains(firewall: Firewall, context: PrintContext, losses: Losses): Plan[] {
  const kind = firewallKind(firewall.kind)
  const outside = context.interfaces.filter(({ side }) => side === 'outside').map(({ name }) => name)
  const on = context.place === 'host' ? undefined : outside.flatMap((name) => writtenInterface(name, losses))
  if (on && outside.length === 0)
    losses.lose('The device has no outside interface: no packet is asked.', undefined, false)
  if (on && on.length === 0) return []
  return (
    [
      ['in', HOME_INBOUND],
      ['out', HOME_OUTBOUND],
    ] as const
  ).map(([direction, ref]) => {
    const chain = findChain(firewall.ruleset, ref)
    const rows: readonly Row[] = [...kind.lockedRules(firewall, ref), ...(chain?.rows ?? [])]
    const policy: Policy = chain?.base?.policy ?? 'accept'
    return { direction, on, rows, policy, passes: new Set<TargetKind>(['accept']) }
  })
}

function writtenInterface(name: string, losses: Losses): string[] {
  try {
    return [interfaceWord(name)]
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    losses.lose('An outside interface is left out: its name cannot be written here.', undefined, false)
    return []
  }
}

function netfilterChains(firewall: Firewall, losses: Losses): Plan[] {
  const tables = firewall.ruleset.tables.filter(({ chains }) =>
    chains.some(({ base, rows }) => base && (rows.length > 0 || base.policy !== 'accept')),
  )
  const [table, ...more] = tables.filter(({ name }) => name !== 'nat')
  if (!table) return []
  const shape = pfShape(table)
  if (!shape || more.length > 0 || table.name !== 'filter' || table.family !== 'inet') {
    losses.lose(
      'pf asks what arrives and what leaves, not INPUT, FORWARD and OUTPUT: these tables are left out. Switch to a home filter first.',
      undefined,
      false,
    )
    return []
  }
  return (['in', 'out'] as const).flatMap((direction): Plan[] => {
    const chain = shape[direction]
    if (!chain) return []
    return [
      {
        direction,
        on: undefined,
        rows: chain.rows,
        policy: undefined,
        passes: new Set<TargetKind>(['accept', 'return']),
      },
    ]
  })
}
