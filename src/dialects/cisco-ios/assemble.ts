import { netfilterTable } from '@/model/firewalls/netfilter'
import type { Family } from '@/model/packet/address'
import { icmpTypeRange } from '@/model/packet/icmp'
import { PROTOCOL } from '@/model/packet/packet'
import { type Diagnostic, diagnostic } from '@/model/result'
import type { Chain, Row, Rule, Table, Target } from '@/model/ruleset/ruleset'
import type { ParseContext } from '../dialect'
import { type AccessList, type Actions, isEntry, rowsOf } from './lists'
import { test } from './read-entry'
import { ICMP } from './spelling'

/** `ip access-group LIST in` below an interface. */
export interface Binding {
  readonly interface: string
  readonly direction: 'in' | 'out'
  readonly list: string
  readonly family: Family
  readonly line: number
}

export interface Assembly {
  readonly lists: readonly AccessList[]
  readonly bindings: readonly Binding[]
  /** Interfaces that answer nothing to what a list denies, by family. */
  readonly silent: Readonly<Record<Family, ReadonlySet<string>>>
}

export const IMPLICIT_DENY = 'implicit-deny'

/**
 * A list is a user chain. What arrives on an interface is asked by its list `in`, whether it is passed on or for the
 * router itself; what is passed on is asked by the list `out` of the interface it leaves by too, and what the router
 * sends is not asked. Source: Cisco IOS Security Configuration Guide, "IP Access List Overview".
 */
export function assembleTable(
  assembly: Assembly,
  family: Family,
  context: ParseContext,
  told: (line: number, id: string) => void,
  say: (diagnostic: Diagnostic) => void,
): Table {
  const lists = assembly.lists.filter((list) => list.family === family)
  const bindings = assembly.bindings.filter((binding) => {
    if (binding.family !== family) return false
    if (lists.some(({ name }) => name === binding.list)) return true
    const message = `There is no list ${binding.list} in this text: everything passes, as on the device.`
    say(diagnostic('note', message, { line: binding.line, column: 1 }))
    return false
  })
  const hasOut = bindings.some(({ direction }) => direction === 'out')
  const chains = lists.map((list): Chain => {
    const own = bindings.filter((binding) => binding.list === list.name)
    const asked = own.length > 0 ? own : bindings
    const isSilent = asked.length > 0 && asked.every((each) => assembly.silent[family].has(each.interface))
    const goesOn = hasOut && own.some(({ direction }) => direction === 'in')
    const actions: Actions = {
      permit: { kind: goesOn ? 'return' : 'accept' },
      deny: isSilent ? { kind: 'drop' } : { kind: 'reject', with: 'icmp-admin-prohibited' },
    }
    const rows = rowsOf(list, actions, context, told)
    return { name: chainName(list.name), rows: [...rows, ...implicitRows(list, actions, rows)] }
  })
  const jumps = (field: 'iif' | 'oif', direction: Binding['direction']) =>
    bindings.filter((each) => each.direction === direction).map((each) => jumpRule(each, field))
  const table = netfilterTable('filter', family === 4 ? 'ip' : 'ip6')
  const base = table.chains.map((chain) => {
    const rows: Readonly<Record<string, readonly Row[]>> = {
      INPUT: jumps('iif', 'in'),
      FORWARD: [...jumps('iif', 'in'), ...jumps('oif', 'out')],
    }
    return { ...chain, rows: rows[chain.name] ?? [] }
  })
  return { ...table, chains: [...base, ...chains] }
}

/** Base chains keep their names to themselves. */
const chainName = (list: string) => (['INPUT', 'FORWARD', 'OUTPUT'].includes(list) ? `${list}-list` : list)

function jumpRule(binding: Binding, field: 'iif' | 'oif'): Rule {
  return {
    kind: 'rule',
    id: `${binding.direction}-${binding.interface}`,
    enabled: true,
    name: '',
    match: [{ kind: 'test', field, negated: false, terms: [{ kind: 'name', pattern: binding.interface }] }],
    target: { kind: 'jump', chain: chainName(binding.list) },
    log: false,
    sourceLine: binding.line,
  }
}

/** A list without entries passes everything; any other denies at its end what it has not decided. */
function implicitRows(list: AccessList, actions: Actions, rows: readonly Row[]): Rule[] {
  const entries = list.rows.filter((row) => isEntry(row) && row.enabled)
  const last = rows.findLast((row) => row.kind === 'rule' && row.enabled)
  if (entries.length === 0 || (last?.kind === 'rule' && last.match.length === 0)) return []
  const rule = (id: string, name: string, match: Rule['match'], target: Target): Rule => {
    const taken = rows.filter((row) => row.id === id || row.id.startsWith(`${id}-`)).length
    return {
      kind: 'rule',
      id: taken ? `${id}-${taken + 1}` : id,
      enabled: true,
      name,
      match,
      target,
      log: false,
    }
  }
  const neighbor = (name: 'nd-na' | 'nd-ns') => {
    const [type = 0] = ICMP[6][name] ?? []
    const match = [
      test('protocol', [{ first: PROTOCOL.icmpv6, last: PROTOCOL.icmpv6 }]),
      test('icmpv6Type', [icmpTypeRange(type)]),
    ]
    return rule(`implicit-${name}`, `implicit ${name}`, match, actions.permit)
  }
  return [
    ...(list.family === 6 ? [neighbor('nd-na'), neighbor('nd-ns')] : []),
    rule(IMPLICIT_DENY, 'implicit deny', [], actions.deny),
  ]
}
