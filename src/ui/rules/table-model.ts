import type { Edit } from '@/model/edits/edit'
import {
  changeDualRule,
  type Direction,
  type DualRow,
  dualRows,
  moveDualRow,
  removeDualRow,
  setDualTarget,
} from '@/model/firewalls/dual'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { findChain, ruleNumbers } from '@/model/ruleset/chains'
import type { Chain, ChainRef, Policy, Rule, Target } from '@/model/ruleset/ruleset'
import type { Device } from '@/model/topology/topology'

/** A verdict cell: which chain it belongs to, and what its rule says there. */
export interface VerdictCell {
  readonly label: string
  readonly ref: ChainRef
  /** Absent where that chain does not have the rule. */
  readonly rule?: Rule
}

export type GridRow =
  | {
      readonly kind: 'rule'
      readonly key: string
      readonly rule: Rule
      readonly locked: boolean
      readonly number?: number
      readonly verdicts: readonly VerdictCell[]
    }
  | { readonly kind: 'separator'; readonly key: string; readonly title: string }
  | {
      readonly kind: 'policy'
      readonly key: 'policy'
      readonly policies: readonly { readonly ref: ChainRef; readonly policy: Policy }[]
    }

/** One table on screen: its rows, and the edit behind each thing a person can do to it. Two shapes, one reading. */
export interface TableModel {
  readonly label: string
  /** "enters by wan, first match decides". */
  readonly hint: string
  readonly chains: readonly ChainRef[]
  readonly interfaceField: 'iif' | 'oif'
  readonly rows: readonly GridRow[]
  /** Number of the person's own rows, separators too. */
  readonly ownRows: number
  change(key: string, change: (rule: Rule) => Rule): Edit
  setTarget(key: string, ref: ChainRef, target: Target): Edit
  setPolicy(ref: ChainRef, policy: Policy): Edit
  /** Puts a new row so that it becomes own row `at`. */
  insertRule(at: number, rule: Rule): Edit
  insertSeparator(at: number, id: string, title: string): Edit
  renameSeparator(key: string, title: string): Edit
  remove(keys: readonly string[]): Edit
  /** Moves own row `from` so that it becomes own row `to`. */
  move(from: number, to: number): Edit
}

const OUTWARDS = /^(outbound|output|postrouting)$/i

function lockedRows(device: Device, ref: ChainRef): GridRow[] {
  return firewallKind(device.firewall.kind)
    .lockedRules(device.firewall, ref)
    .map((rule) => ({
      kind: 'rule',
      key: rule.id,
      rule,
      locked: true,
      verdicts: [{ label: 'action', ref, rule }],
    }))
}

/** The table of one chain. */
export function chainTable(device: Device, ref: ChainRef, chain: Chain): TableModel {
  const numbers = ruleNumbers(chain)
  const own = chain.rows.map((row): GridRow => {
    if (row.kind === 'separator') return { kind: 'separator', key: row.id, title: row.title }
    const number = numbers.get(row.id)
    return {
      kind: 'rule',
      key: row.id,
      rule: row,
      locked: false,
      ...(number === undefined ? {} : { number }),
      verdicts: [{ label: 'action', ref, rule: row }],
    }
  })
  const indexOf = (key: string) => chain.rows.findIndex(({ id }) => id === key)
  const at = { device: device.id, chain: ref }
  const isHome = device.firewall.kind.startsWith('home')
  const outwards = OUTWARDS.test(chain.name)
  const replaceRule = (key: string, change: (rule: Rule) => Rule): Edit => {
    const index = indexOf(key)
    const row = chain.rows[index]
    if (row?.kind !== 'rule') throw new Error(`no rule ${key}`)
    return { kind: 'replace-row', ...at, index, row: change(row) }
  }
  return {
    label: isHome ? chain.name.replace(/^./, (letter) => letter.toUpperCase()) : chain.name,
    hint: hintOf(device, chain, outwards),
    chains: [ref],
    interfaceField: outwards ? 'oif' : 'iif',
    rows: [
      ...lockedRows(device, ref),
      ...own,
      ...(chain.base
        ? [
            {
              kind: 'policy' as const,
              key: 'policy' as const,
              policies: [{ ref, policy: chain.base.policy }],
            },
          ]
        : []),
    ],
    ownRows: chain.rows.length,
    change: replaceRule,
    setTarget: (key, _ref, target) => replaceRule(key, (rule) => ({ ...rule, target })),
    setPolicy: (of, policy) => ({ kind: 'set-policy', device: device.id, chain: of, policy }),
    insertRule: (index, rule) => ({ kind: 'insert-rows', ...at, index, rows: [rule] }),
    insertSeparator: (index, id, title) => ({
      kind: 'insert-rows',
      ...at,
      index,
      rows: [{ kind: 'separator', id, title }],
    }),
    renameSeparator: (key, title) => ({
      kind: 'replace-row',
      ...at,
      index: indexOf(key),
      row: { kind: 'separator', id: key, title },
    }),
    remove: (keys) => ({
      kind: 'batch',
      edits: keys
        .map(indexOf)
        .filter((index) => index >= 0)
        .sort((a, b) => b - a)
        .map((index) => ({ kind: 'remove-rows', ...at, index, count: 1 })),
    }),
    move: (from, to) => ({ kind: 'move-row', ...at, from, to }),
  }
}

function hintOf(device: Device, chain: Chain, outwards: boolean): string {
  if (!chain.base) return 'asked where another chain jumps here'
  const outside = device.interfaces.filter(({ side }) => side === 'outside').map(({ name }) => name)
  const by =
    device.firewall.kind.startsWith('home') && outside.length > 0
      ? `${outwards ? 'leaves' : 'enters'} by ${outside.join(', ')}, `
      : ''
  return `${by}first match decides`
}

/** The table of both chains of a home filter in dual form. */
export function dualTable(device: Device): TableModel {
  const inbound = findChain(device.firewall.ruleset, HOME_INBOUND)
  const outbound = findChain(device.firewall.ruleset, HOME_OUTBOUND)
  if (!inbound || !outbound) throw new Error('a home filter has two chains')
  const rows = dualRows(inbound, outbound)
  const byKey = (key: string): DualRow => {
    const row = rows.find((each) => each.key === key)
    if (!row) throw new Error(`no row ${key}`)
    return row
  }
  const ends = { inbound: inbound.rows.length, outbound: outbound.rows.length }
  const directionOf = (ref: ChainRef): Direction =>
    ref.chain === HOME_INBOUND.chain ? 'inbound' : 'outbound'
  const both = (at: number, row: (direction: Direction) => Chain['rows'][number]): Edit => {
    const place = rows[at]?.at ?? ends
    const insert = (chain: ChainRef, direction: Direction): Edit => ({
      kind: 'insert-rows',
      device: device.id,
      chain,
      index: place[direction],
      rows: [row(direction)],
    })
    return { kind: 'batch', edits: [insert(HOME_INBOUND, 'inbound'), insert(HOME_OUTBOUND, 'outbound')] }
  }
  const locked = [HOME_INBOUND, HOME_OUTBOUND].flatMap((ref) =>
    lockedRows(device, ref).map((row) => ({ row, ref })),
  )
  const lockedKeys = [...new Set(locked.map(({ row }) => row.key))]
  let number = 0
  return {
    label: 'Rules',
    hint: 'one row, a verdict for each direction',
    chains: [HOME_INBOUND, HOME_OUTBOUND],
    interfaceField: 'iif',
    rows: [
      ...lockedKeys.flatMap((key): GridRow[] => {
        const found = locked.filter(({ row }) => row.key === key)
        const first = found[0]?.row
        if (first?.kind !== 'rule') return []
        const verdicts = [HOME_INBOUND, HOME_OUTBOUND].map((ref): VerdictCell => {
          const has = found.some((each) => each.ref === ref)
          return { label: ref.chain, ref, ...(has ? { rule: first.rule } : {}) }
        })
        return [{ ...first, verdicts }]
      }),
      ...rows.map((row): GridRow => {
        const rule = row.inbound?.rule ?? row.outbound?.rule
        if (!rule) return { kind: 'separator', key: row.key, title: row.separator ?? '' }
        return {
          kind: 'rule',
          key: row.key,
          rule,
          locked: false,
          ...(rule.enabled ? { number: ++number } : {}),
          verdicts: [
            { label: 'inbound', ref: HOME_INBOUND, ...(row.inbound ? { rule: row.inbound.rule } : {}) },
            { label: 'outbound', ref: HOME_OUTBOUND, ...(row.outbound ? { rule: row.outbound.rule } : {}) },
          ],
        }
      }),
      {
        kind: 'policy',
        key: 'policy',
        policies: [
          { ref: HOME_INBOUND, policy: inbound.base?.policy ?? 'accept' },
          { ref: HOME_OUTBOUND, policy: outbound.base?.policy ?? 'accept' },
        ],
      },
    ],
    ownRows: rows.length,
    change: (key, change) => changeDualRule(device.id, byKey(key), change),
    setTarget: (key, ref, target) => setDualTarget(device.id, byKey(key), directionOf(ref), target),
    setPolicy: (ref, policy) => ({ kind: 'set-policy', device: device.id, chain: ref, policy }),
    insertRule: (at, rule) => both(at, () => rule),
    insertSeparator: (at, id, title) => both(at, () => ({ kind: 'separator', id, title })),
    renameSeparator: (key, title) => {
      const row = byKey(key)
      return {
        kind: 'batch',
        edits: row.sides.map((side) => ({
          kind: 'replace-row',
          device: device.id,
          chain: side === 'inbound' ? HOME_INBOUND : HOME_OUTBOUND,
          index: row.at[side],
          row: { kind: 'separator', id: row.id, title },
        })),
      }
    },
    remove: (keys) => ({
      kind: 'batch',
      edits: keys.toReversed().map((key) => removeDualRow(device.id, byKey(key))),
    }),
    move: (from, to) => moveDualRow(device.id, rows, from, to),
  }
}

/** An id that no row of the table has. */
export function freshRowId(model: TableModel): string {
  const taken = new Set(model.rows.map(({ key }) => key))
  for (let number = model.rows.length + 1; ; number++) {
    const id = `r${number}`
    if (!taken.has(id) && !taken.has(`${id} outbound`)) return id
  }
}

/** Keys of the person's own rows, in order. */
export function ownKeys(model: TableModel): string[] {
  return model.rows.flatMap((row) =>
    row.kind === 'policy' || (row.kind === 'rule' && row.locked) ? [] : [row.key],
  )
}
