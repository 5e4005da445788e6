import type { Names } from '@/model/fields/field'
import { sameRef } from '@/model/ruleset/chains'
import type { Device } from '@/model/topology/topology'
import { selectRuleAndPacket } from '@/state/playback/rule-packets'
import type { Column } from './columns'
import type { Place } from './RuleGrid'
import type { TableReading } from './reading'
import type { GridRow, TableModel } from './table-model'

export type RuleGridRow = Extract<GridRow, { kind: 'rule' }>

/** What every row of the grid is told. */
export interface RowProps {
  readonly row: GridRow
  readonly index: number
  /** Set where only the visible rows are drawn: pixels from the top. */
  readonly top?: number
  readonly device: Device
  readonly model: TableModel
  readonly columns: readonly Column[]
  readonly names: Names
  readonly reading: TableReading
  /** Index of the first verdict cell; the cell of the log follows the verdicts where there is one, and the hits come last. */
  readonly verdictsAt: number
  /** The log has a column of its own. */
  readonly wide: boolean
  readonly place: Place
  readonly editing: boolean
  readonly selected: readonly string[]
  readonly shownRule: string | undefined
  onFocus(row: number, column: number): void
  onEdit(row: number, column: number): void
  onDone(go: 'stay' | 'next' | 'previous'): void
  onSelect(keys: readonly string[]): void
}

/** A gridcell; one of the whole grid can be reached by Tab. */
export function cellProps({ place, onFocus }: RowProps, row: number, column: number, className = '') {
  const focused = place.row === row && place.column === column
  return {
    role: 'gridcell',
    'aria-colindex': column + 1,
    tabIndex: focused ? 0 : -1,
    'data-focus': focused,
    className,
    onFocus: () => onFocus(row, column),
  } as const
}

/** Marks the row that decided the packet under the cursor. */
export function decidedOf({ reading, model }: RowProps, rule: string) {
  const { decided } = reading
  if (decided?.rule !== rule || !model.chains.some((ref) => sameRef(ref, decided.chain))) return {}
  return { 'aria-current': 'true', 'data-decided': decided.verdict } as const
}

/** Selects a rule and a packet that it decided: of two verdicts, those of the chain that had something to say. */
export function selectRow(device: Device, { rule, verdicts }: RuleGridRow, reading: TableReading): void {
  const shown = verdicts.filter((cell) => cell.rule)
  const chain = (shown.find(({ ref }) => reading.hits(ref, rule.id) > 0) ?? shown[0])?.ref
  if (chain) selectRuleAndPacket({ device: device.id, chain, rule: rule.id })
}
