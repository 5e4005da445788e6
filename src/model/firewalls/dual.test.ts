import { describe, expect, test } from 'vitest'
import { applyEdit } from '../edits/apply'
import type { Edit } from '../edits/edit'
import type { Design } from '../project/design'
import { emptyDesign } from '../project/document'
import { findChain } from '../ruleset/chains'
import type { Chain, Policy, Rule, Target } from '../ruleset/ruleset'
import { router } from '../topology/nodes/router'
import {
  changeDualRule,
  type DualRow,
  dualRows,
  insertDualRule,
  moveDualRow,
  removeDualRow,
  setDualTarget,
} from './dual'
import { HOME_INBOUND, HOME_OUTBOUND } from './home-chains'
import { presetOf } from './presets'

const ACCEPT: Target = { kind: 'accept' }
const DROP: Target = { kind: 'drop' }
const rule = (id: string, target: Target = ACCEPT, name = id): Rule => ({
  kind: 'rule',
  id,
  enabled: true,
  name,
  match: [],
  target,
  log: false,
})
const chain = (name: string, ...rows: Chain['rows']): Chain => ({
  name,
  base: { policy: 'drop' as Policy },
  rows,
})

/** "id:inbound/outbound" with a hyphen where a side is absent. */
const shown = (rows: readonly DualRow[]) =>
  rows.map((row) =>
    row.separator === undefined
      ? `${row.id}:${row.inbound?.rule.target.kind ?? '-'}/${row.outbound?.rule.target.kind ?? '-'}`
      : `--${row.separator}`,
  )

describe('two chains as one table', () => {
  test('R003, R004: the two rules of the question are two rows with two targets each', () => {
    const design = withRouter()
    const edit = presetOf('seed-rules')?.apply(design, 'router')
    const { firewall } = routerOf(applied(design, edit))
    const [inbound, outbound] = [HOME_INBOUND, HOME_OUTBOUND].map((ref) => findChain(firewall.ruleset, ref))
    expect(firewall.form).toBe('dual')
    expect(inbound && outbound && shown(dualRows(inbound, outbound))).toEqual([
      'to-https:drop/accept',
      'from-https:accept/drop',
    ])
  })
  test('a rule that only one chain has stands alone', () => {
    const rows = dualRows(chain('inbound', rule('a'), rule('b')), chain('outbound', rule('b'), rule('c')))
    expect(shown(rows)).toEqual(['a:accept/-', 'b:accept/accept', 'c:-/accept'])
  })
  test('the same id with another name is not the same row', () => {
    const rows = dualRows(chain('inbound', rule('a')), chain('outbound', rule('a', DROP, 'other')))
    expect(rows.map(({ key }) => key)).toEqual(['a', 'a outbound'])
  })
  test('rows that would cross are kept apart, and each chain keeps its order', () => {
    const rows = dualRows(chain('inbound', rule('a'), rule('b')), chain('outbound', rule('b'), rule('a')))
    expect(rows.flatMap((row) => row.inbound?.rule.id ?? [])).toEqual(['a', 'b'])
    expect(rows.flatMap((row) => row.outbound?.rule.id ?? [])).toEqual(['b', 'a'])
    expect(rows.filter((row) => row.sides.length === 2)).toHaveLength(1)
  })
  test('separators are shared by title', () => {
    const separator = { kind: 'separator', id: 's', title: 'web' } as const
    const rows = dualRows(chain('inbound', separator, rule('a')), chain('outbound', separator, rule('a')))
    expect(shown(rows)).toEqual(['--web', 'a:accept/accept'])
  })
  test('10,000 shared rows in reverse order are answered at once', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => rule(`r${n}`))
    expect(dualRows(chain('inbound', ...many), chain('outbound', ...many.toReversed()))).toHaveLength(19_999)
  })
})

// --- edits ------------------------------------------------------------------------------------------------

function withRouter(inbound: readonly Rule[] = [], outbound: readonly Rule[] = []): Design {
  const empty = emptyDesign('d', 'D')
  const made = { ...router.create(empty, { x: 0, y: 0 }), id: 'router' }
  const design = applied(empty, { kind: 'add-device', device: made, index: 0 })
  const insert = (ref: typeof HOME_INBOUND, rows: readonly Rule[]): Edit => ({
    kind: 'insert-rows',
    device: 'router',
    chain: ref,
    index: 0,
    rows,
  })
  return applied(design, {
    kind: 'batch',
    edits: [insert(HOME_INBOUND, inbound), insert(HOME_OUTBOUND, outbound)],
  })
}

function applied(design: Design, edit: Edit | undefined): Design {
  const result = edit && applyEdit(design, edit)
  if (!result?.ok) throw new Error(result?.diagnostics.map((each) => each.message).join(' ') ?? 'no edit')
  return result.value.design
}

function routerOf(design: Design) {
  const [device] = design.devices
  if (!device) throw new Error('no router')
  return device
}

function rowsIn(design: Design): DualRow[] {
  const { ruleset } = routerOf(design).firewall
  const [inbound, outbound] = [findChain(ruleset, HOME_INBOUND), findChain(ruleset, HOME_OUTBOUND)]
  if (!inbound || !outbound) throw new Error('no home chains')
  return dualRows(inbound, outbound)
}

describe('edits of one table change two chains', () => {
  const both = [rule('a'), rule('b'), rule('c')]
  const design = withRouter(both, both)
  const edited = (edit: (rows: DualRow[]) => Edit, start = design) =>
    shown(rowsIn(applied(start, edit(rowsIn(start)))))
  const at = (rows: DualRow[], index: number) => rows[index] as DualRow

  test('a new rule goes into both', () => {
    const edit = (rows: DualRow[]) =>
      insertDualRule(
        'router',
        rows,
        1,
        rule('new'),
        { inbound: DROP, outbound: ACCEPT },
        { inbound: 3, outbound: 3 },
      )
    expect(edited(edit)).toEqual(['a:accept/accept', 'new:drop/accept', 'b:accept/accept', 'c:accept/accept'])
  })
  test('one target is set without the other', () => {
    expect(edited((rows) => setDualTarget('router', at(rows, 1), 'outbound', DROP))[1]).toBe('b:accept/drop')
  })
  test('a target that is set where there was none completes the row', () => {
    const oneSided = withRouter([rule('a'), rule('b'), rule('c')], [rule('a'), rule('c')])
    expect(edited((rows) => setDualTarget('router', at(rows, 1), 'outbound', DROP), oneSided)).toEqual([
      'a:accept/accept',
      'b:accept/drop',
      'c:accept/accept',
    ])
  })
  test('a name is changed on both sides, so the row stays shared', () => {
    const edit = (rows: DualRow[]) =>
      changeDualRule('router', at(rows, 0), (each) => ({ ...each, name: 'new name' }))
    expect(edited(edit)[0]).toBe('a:accept/accept')
  })
  test('a row is removed from both', () => {
    expect(edited((rows) => removeDualRow('router', at(rows, 1)))).toEqual([
      'a:accept/accept',
      'c:accept/accept',
    ])
  })
  test.each([
    [0, 2, ['b', 'c', 'a']],
    [2, 0, ['c', 'a', 'b']],
    [1, 2, ['a', 'c', 'b']],
  ])('row %i moves to %i', (from, to, ids) => {
    const moved = applied(design, moveDualRow('router', rowsIn(design), from, to))
    expect(rowsIn(moved).map(({ id }) => id)).toEqual(ids)
  })
  test('a one-sided row moves past rows that its chain does not have', () => {
    const start = withRouter([rule('a'), rule('x'), rule('b')], [rule('a'), rule('b'), rule('y')])
    const rows = rowsIn(start)
    expect(rows.map(({ id }) => id)).toEqual(['a', 'x', 'b', 'y'])
    const moved = rowsIn(applied(start, moveDualRow('router', rows, 3, 0)))
    expect(moved.map(({ id }) => id)).toEqual(['y', 'a', 'x', 'b'])
  })
})
