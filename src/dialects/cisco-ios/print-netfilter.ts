import { conditionOn, withCondition } from '@/model/fields/cell'
import type { Condition, FieldTest } from '@/model/fields/field'
import { matchesName } from '@/model/fields/interface-field'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import type { Family } from '@/model/packet/address'
import type { Chain, Row, Table } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import type { Losses } from '../losses'
import type { PlannedList } from './print'
import { listShape } from './shape'
import { listName } from './write-names'

/** The lists that do what the filter tables of netfilter do, as far as lists can. */
export function netfilterLists(firewall: Firewall, context: PrintContext, losses: Losses): PlannedList[] {
  const tables = firewall.ruleset.tables.filter(({ name }) => name === 'filter')
  if (
    firewall.ruleset.tables.some(
      (table) => !['filter', 'nat'].includes(table.name) && table.chains.some(isAsked),
    )
  )
    losses.lose('Tables other than filter are left out.', undefined, false)
  const taken = new Set<string>()
  const fresh = (wanted: string) => {
    let name = listName(wanted)
    for (let copy = 2; taken.has(name); copy++) name = `${listName(wanted)}-${copy}`
    taken.add(name)
    if (name !== wanted) losses.lose(`A list is called ${name} here.`, undefined, true)
    return name
  }
  return ([4, 6] as const).flatMap((family) => {
    const own = family === 4 ? 'ip' : 'ip6'
    const [table, ...more] = tables.filter((each) => each.family === own || each.family === 'inet')
    if (more.length > 0)
      losses.lose('There are two tables filter for one packet; the first is written.', undefined, false)
    return table ? tableLists(table, family, context, losses, fresh) : []
  })
}

const isAsked = (chain: Chain) =>
  chain.base !== undefined && (chain.rows.length > 0 || chain.base.policy !== 'accept')

type Fresh = (wanted: string) => string

function tableLists(
  table: Table,
  family: Family,
  context: PrintContext,
  losses: Losses,
  fresh: Fresh,
): PlannedList[] {
  const shape = listShape(table)
  if (!shape) return forwardLists(table, family, context, losses, fresh)
  return shape.lists.map((chain) => ({
    name: fresh(chain.name),
    family,
    rows: chain.rows,
    policy: 'accept',
    passes: new Set(shape.goesOn.has(chain) ? (['return'] as const) : (['accept', 'return'] as const)),
    bindings: shape.bindings.filter((each) => each.chain === chain),
  }))
}

/**
 * What leaves by an interface is asked by its list `out` unless the router sends it itself, as FORWARD is. What is for the
 * router or from it is asked by no such list.
 */
function forwardLists(
  table: Table,
  family: Family,
  context: PrintContext,
  losses: Losses,
  fresh: Fresh,
): PlannedList[] {
  const others = table.chains.filter((chain) => chain.base && chain.base.hook !== 'forward')
  for (const { name, base } of others.filter(isAsked)) {
    const whose = base?.hook === 'input' ? 'is for' : 'is sent by'
    losses.lose(
      `${listName(name)} is left out: no list asks only what ${whose} the router.`,
      undefined,
      false,
    )
  }
  const forward = table.chains.find((chain) => chain.base?.hook === 'forward')
  if (!forward || !isAsked(forward)) return []
  if (context.interfaces.length === 0)
    losses.lose('The device has no interface to bind a list to.', undefined, false)
  const plan = (name: string, rows: readonly Row[], interfaces: readonly string[]): PlannedList => ({
    name: fresh(name),
    family,
    rows,
    policy: forward.base?.policy ?? 'accept',
    passes: new Set(['accept'] as const),
    bindings: interfaces.map((each) => ({ interface: each, direction: 'out' })),
  })
  const all = [...new Set(context.interfaces.map(({ name }) => name))]
  const asksOif = forward.rows.some((row) => row.kind === 'rule' && conditionOn(row.match, 'oif'))
  if (!asksOif) return [plan(forward.name, forward.rows, all)]
  return all.map((name) =>
    plan(
      `${forward.name}-${name}`,
      forward.rows.flatMap((row) => leavingBy(row, name)),
      [name],
    ),
  )
}

/** The row for what leaves by that interface: none where it asks for another. */
function leavingBy(row: Row, name: string): Row[] {
  if (row.kind === 'separator') return [row]
  const tests = row.match.filter((each): each is FieldTest => each.kind === 'test' && each.field === 'oif')
  const holds = tests.every(
    (test) =>
      test.terms.some((term) => term.kind === 'name' && matchesName(term.pattern, name)) !== test.negated,
  )
  return holds ? [{ ...row, match: withoutOif(row.match) }] : []
}

const withoutOif = (match: readonly Condition[]): Condition[] => withCondition(match, 'oif', undefined)
