import type { Edit } from '../edits/edit'
import type { Chain, ChainRef, Row, Rule, Target } from '../ruleset/ruleset'
import { HOME_INBOUND, HOME_OUTBOUND } from './home-chains'
import { sameValue } from './same-value'

export const DIRECTIONS = ['inbound', 'outbound'] as const
export type Direction = (typeof DIRECTIONS)[number]

const REF: Readonly<Record<Direction, ChainRef>> = { inbound: HOME_INBOUND, outbound: HOME_OUTBOUND }

/** A rule where it stands in its chain. */
export interface DualCell {
  readonly rule: Rule
  /** Index among the rows of the chain. */
  readonly index: number
}

/** One row of the table with two targets. One side is absent where only the other chain has the rule. */
export interface DualRow {
  /** Unique in the table, the same while the row lasts. */
  readonly key: string
  readonly id: string
  /** Title, when the row is a separator. */
  readonly separator?: string
  /** The chains that have the row. */
  readonly sides: readonly Direction[]
  readonly inbound?: DualCell
  readonly outbound?: DualCell
  /** Index of the row in each chain: where the row is, or where it would be put in. */
  readonly at: Readonly<Record<Direction, number>>
}

/**
 * Two chains as one table. Rows are shared when id, name, match, log and being on agree, and when the order of both
 * chains can be kept; all others stand alone. No rule is left out, and each chain's order is kept.
 */
export function dualRows(inbound: Chain, outbound: Chain): DualRow[] {
  const rows: DualRow[] = []
  const inboundIds = new Set(inbound.rows.map((row) => row.id))
  // An id that both chains have without sharing the row stands twice; the outbound one is told apart.
  const outboundKey = (row: Row | undefined) =>
    row && inboundIds.has(row.id) ? `${row.id} outbound` : row?.id
  let [i, o] = [0, 0]
  const take = (inboundEnd: number, outboundEnd: number) => {
    for (; i < inboundEnd; i++) rows.push(dualRow(inbound.rows[i], undefined, i, o))
    for (; o < outboundEnd; o++)
      rows.push(dualRow(undefined, outbound.rows[o], i, o, outboundKey(outbound.rows[o])))
  }
  for (const [atInbound, atOutbound] of sharedPairs(inbound.rows, outbound.rows)) {
    take(atInbound, atOutbound)
    rows.push(dualRow(inbound.rows[i], outbound.rows[o], i, o))
    i++
    o++
  }
  take(inbound.rows.length, outbound.rows.length)
  return rows
}

function dualRow(
  inbound: Row | undefined,
  outbound: Row | undefined,
  i: number,
  o: number,
  key = inbound?.id ?? outbound?.id,
): DualRow {
  const row = inbound ?? outbound
  if (!row || key === undefined) throw new Error('a dual row has at least one side')
  return {
    key,
    id: row.id,
    ...(row.kind === 'separator' && { separator: row.title }),
    sides: DIRECTIONS.filter((direction) => (direction === 'inbound' ? inbound : outbound) !== undefined),
    ...(inbound?.kind === 'rule' && { inbound: { rule: inbound, index: i } }),
    ...(outbound?.kind === 'rule' && { outbound: { rule: outbound, index: o } }),
    at: { inbound: i, outbound: o },
  }
}

function sameRow(a: Row, b: Row): boolean {
  if (a.kind === 'separator' || b.kind === 'separator') {
    return a.kind === 'separator' && b.kind === 'separator' && a.title === b.title
  }
  return a.name === b.name && a.enabled === b.enabled && a.log === b.log && sameValue(a.match, b.match)
}

/**
 * The most rows that both chains have in the same order, as pairs of indices: a longest increasing subsequence
 * (patience sorting), so that 10,000 rows take no time.
 */
function sharedPairs(inbound: readonly Row[], outbound: readonly Row[]): [number, number][] {
  const place = new Map(outbound.map((row, index) => [row.id, index]))
  const pairs = inbound.flatMap((row, i): [number, number][] => {
    const o = place.get(row.id)
    const other = o === undefined ? undefined : outbound[o]
    return o !== undefined && other && sameRow(row, other) ? [[i, o]] : []
  })
  const tails: number[] = []
  const before: (number | undefined)[] = []
  const outboundAt = (pair: number | undefined) => (pair === undefined ? -1 : (pairs[pair]?.[1] ?? -1))
  pairs.forEach(([, o], index) => {
    let [low, high] = [0, tails.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (outboundAt(tails[middle]) < o) low = middle + 1
      else high = middle
    }
    before[index] = low > 0 ? tails[low - 1] : undefined
    tails[low] = index
  })
  const chosen: [number, number][] = []
  for (let at = tails.at(-1); at !== undefined; at = before[at]) {
    const pair = pairs[at]
    if (pair) chosen.push(pair)
  }
  return chosen.reverse()
}

// --- edits of the table -----------------------------------------------------------------------------------

function batch(edits: readonly Edit[]): Edit {
  const [only, ...more] = edits
  return only && more.length === 0 ? only : { kind: 'batch', edits }
}

/** Puts a new rule into both chains, so that it becomes the table's row `at`. */
export function insertDualRule(
  device: string,
  rows: readonly DualRow[],
  at: number,
  rule: Omit<Rule, 'target'>,
  targets: Readonly<Record<Direction, Target>>,
  ends: Readonly<Record<Direction, number>>,
): Edit {
  const place = rows[at]?.at ?? ends
  return batch(
    DIRECTIONS.map((direction) => ({
      kind: 'insert-rows',
      device,
      chain: REF[direction],
      index: place[direction],
      rows: [{ ...rule, target: targets[direction] }],
    })),
  )
}

/** Sets one of the two targets. Where that chain does not have the rule yet it gets it, and the row becomes shared. */
export function setDualTarget(device: string, row: DualRow, direction: Direction, target: Target): Edit {
  const own = row[direction]
  if (own) {
    return {
      kind: 'replace-row',
      device,
      chain: REF[direction],
      index: own.index,
      row: { ...own.rule, target },
    }
  }
  const other = row[direction === 'inbound' ? 'outbound' : 'inbound']
  if (!other) throw new Error('a separator has no targets')
  return {
    kind: 'insert-rows',
    device,
    chain: REF[direction],
    index: row.at[direction],
    rows: [{ ...other.rule, target }],
  }
}

/** Changes everything but the targets, on both sides at once. */
export function changeDualRule(
  device: string,
  row: DualRow,
  change: (rule: Rule) => Omit<Rule, 'target'>,
): Edit {
  return batch(
    DIRECTIONS.flatMap((direction): Edit[] => {
      const cell = row[direction]
      if (!cell) return []
      return [
        {
          kind: 'replace-row',
          device,
          chain: REF[direction],
          index: cell.index,
          row: { ...change(cell.rule), target: cell.rule.target },
        },
      ]
    }),
  )
}

export function removeDualRow(device: string, row: DualRow): Edit {
  return batch(
    row.sides.map((direction) => ({
      kind: 'remove-rows',
      device,
      chain: REF[direction],
      index: row.at[direction],
      count: 1,
    })),
  )
}

/** Moves the table's row `from` so that it becomes row `to`. */
export function moveDualRow(device: string, rows: readonly DualRow[], from: number, to: number): Edit {
  const row = rows[from]
  const target = rows[to]
  if (!row || !target) throw new Error(`no row ${from} or ${to} in a table of ${rows.length}`)
  return batch(
    row.sides.flatMap((direction): Edit[] => {
      // Moving down, the row lands behind the target; a chain that the target is not in ends before its place.
      const behind = to > from && target.sides.includes(direction) ? 0 : to > from ? -1 : 0
      const index = target.at[direction] + behind
      const start = row.at[direction]
      return index === start
        ? []
        : [{ kind: 'move-row', device, chain: REF[direction], from: start, to: index }]
    }),
  )
}
