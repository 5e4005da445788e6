import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Plus } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { namesOf } from '@/model/topology/names'
import type { Device } from '@/model/topology/topology'
import { commit } from '@/state/design-store'
import { useRun } from '@/state/run-store'
import { useView } from '@/state/view-store'
import { useIsWide } from '../widgets/use-is-wide'
import { columnsOf } from './columns'
import { GridHead } from './GridHead'
import { GridRowView } from './GridRowView'
import { copyRows, duplicateRows, insertRule, pasteRows } from './grid-commands'
import { useTableReading } from './reading'
import { selectRow } from './row-props'
import { SelectionBar } from './SelectionBar'
import { freshRowId, ownKeys, type TableModel } from './table-model'

/** Rows past this number are drawn only where they can be seen. */
const VIRTUAL_FROM = 100
const ROW_HEIGHT = 28
/** Pixels from which ports and the log have columns of their own. */
const WIDE_FROM = 1000
/** The column of the rule's number. */
const NUMBER_COLUMN = 1

/** Where the focus of the grid is. */
export interface Place {
  readonly row: number
  readonly column: number
}

interface Props {
  readonly device: Device
  readonly model: TableModel
  readonly filter: string
}

/** One table of rules: a grid with one focus, edited in place. */
export function RuleGrid({ device, model, filter }: Props) {
  const design = useRun((state) => state.design)
  const names = useMemo(() => namesOf(design), [design])
  const grid = useRef<HTMLDivElement>(null)
  const wide = useIsWide(grid, WIDE_FROM)
  const columns = useMemo(
    () => columnsOf({ interfaceField: model.interfaceField, wide }),
    [model.interfaceField, wide],
  )
  const reading = useTableReading(device.id, model.chains)
  const shownRule = useView((view) => (view.rule?.device === device.id ? view.rule : undefined))
  const [place, setPlace] = useState<Place>({ row: 0, column: 1 })
  const [editing, setEditing] = useState(false)
  const [selected, setSelected] = useState<readonly string[]>([])
  const [notice, setNotice] = useState<string>()
  const body = useRef<HTMLDivElement>(null)
  const own = ownKeys(model)
  const dual = model.chains.length > 1
  // Before the cells: handle, number, on. After them: verdicts, log where it has a column, hits.
  const verdictsAt = 3 + columns.length
  const columnCount = verdictsAt + (dual ? 2 : 1) + (wide ? 1 : 0) + 1
  const policy = model.rows.find((row) => row.kind === 'policy')
  const rows = useMemo(() => {
    const wanted = filter.trim().toLowerCase()
    const withoutPolicy = model.rows.filter((row) => row.kind !== 'policy')
    if (wanted === '') return withoutPolicy
    return withoutPolicy.filter(
      (row) =>
        row.kind === 'separator' ||
        columns.some((column) => column.read(row.rule, names).toLowerCase().includes(wanted)),
    )
  }, [model, filter, columns, names])
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => body.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    enabled: rows.length > VIRTUAL_FROM,
  })
  const isVirtual = rows.length > VIRTUAL_FROM
  const visible = isVirtual
    ? virtualizer.getVirtualItems().map(({ index, start }) => ({ index, start }))
    : rows.map((_, index) => ({ index, start: undefined }))

  useEffect(() => {
    if (!shownRule) return
    const index = rows.findIndex((row) => row.kind === 'rule' && row.rule.id === shownRule.rule)
    if (index >= 0) setPlace((at) => ({ ...at, row: index }))
  }, [shownRule, rows])
  useEffect(() => {
    if (!reading.decided || !isVirtual) return
    const index = rows.findIndex((row) => row.kind === 'rule' && row.rule.id === reading.decided?.rule)
    if (index >= 0) virtualizer.scrollToIndex(index)
  }, [reading.decided, isVirtual, rows, virtualizer])

  const focusCell = (next: Place) => {
    const bounded = {
      row: Math.max(0, Math.min(rows.length, next.row)),
      column: Math.max(0, Math.min(columnCount - 1, next.column)),
    }
    setPlace(bounded)
    requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>('[data-focus=true]')?.focus())
  }
  const say = (trouble: string | undefined) => setNotice(trouble)
  const keyAt = (row: number) => {
    const at = rows[row]
    return at && own.includes(at.key) ? at.key : undefined
  }
  const chosen = () =>
    selected.length > 0 ? selected : [keyAt(place.row)].filter((key) => key !== undefined)

  const moveRow = (from: number, by: 1 | -1) => {
    const key = keyAt(from)
    const at = key === undefined ? -1 : own.indexOf(key)
    const to = at + by
    if (at < 0 || to < 0 || to >= own.length) return
    say(commit(model.move(at, to), 'move a rule'))
    setNotice(`Moved to place ${to + 1} of ${own.length}.`)
    focusCell({ ...place, row: from + by })
  }
  const remove = () => {
    const keys = chosen()
    if (keys.length === 0) return
    say(commit(model.remove(keys), keys.length === 1 ? 'delete a rule' : `delete ${keys.length} rules`))
    setSelected([])
    focusCell(place)
  }
  const toggle = (keys: readonly string[]) => {
    const edits = keys
      .filter((key) => model.rows.some((row) => row.kind === 'rule' && row.key === key))
      .map((key) => model.change(key, (rule) => ({ ...rule, enabled: !rule.enabled })))
    if (edits.length > 0) say(commit({ kind: 'batch', edits }, 'turn a rule on or off'))
  }

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (editing || (event.target as HTMLElement).closest('input, [role=menu]')) return
    const { key, altKey, shiftKey } = event
    const command = event.ctrlKey || event.metaKey
    const act = (what: () => void) => {
      event.preventDefault()
      what()
    }
    if (altKey && (key === 'ArrowUp' || key === 'ArrowDown'))
      return act(() => moveRow(place.row, key === 'ArrowUp' ? -1 : 1))
    if (shiftKey && (key === 'ArrowUp' || key === 'ArrowDown')) {
      return act(() => {
        const next = place.row + (key === 'ArrowUp' ? -1 : 1)
        const keys = [keyAt(place.row), keyAt(next)].filter((each) => each !== undefined)
        setSelected((before) => [...new Set([...before, ...keys])])
        focusCell({ ...place, row: next })
      })
    }
    if (command && key.toLowerCase() === 'd') return act(() => say(duplicateRows(model, chosen())))
    if (command && (key.toLowerCase() === 'c' || key.toLowerCase() === 'x')) {
      return act(() => {
        copyRows(model, chosen())
        if (key.toLowerCase() === 'x') remove()
      })
    }
    switch (key) {
      case 'ArrowUp':
        return act(() => focusCell({ ...place, row: place.row - 1 }))
      case 'ArrowDown':
        return act(() => focusCell({ ...place, row: place.row + 1 }))
      case 'ArrowLeft':
        return act(() => focusCell({ ...place, column: place.column - 1 }))
      case 'ArrowRight':
        return act(() => focusCell({ ...place, column: place.column + 1 }))
      case 'Home':
        return act(() => focusCell({ ...place, column: 0 }))
      case 'End':
        return act(() => focusCell({ ...place, column: columnCount - 1 }))
      case 'Enter':
      case 'F2':
        return act(() => openCell())
      case ' ':
        return act(() => toggle(chosen()))
      case 'Delete':
        return act(remove)
      case 'Escape':
        return act(() => setSelected([]))
      case '!':
        return act(() => negate())
    }
  }
  const openCell = () => {
    const row = rows[place.row]
    const cell = grid.current?.querySelector<HTMLElement>('[data-focus=true]')
    const inner = cell?.querySelector<HTMLElement>('button')
    if (row?.kind === 'rule' && !row.locked && place.column >= 3 && place.column < 3 + columns.length)
      setEditing(true)
    else if (row?.kind === 'separator') setEditing(true)
    else if (row?.kind === 'rule' && place.column === NUMBER_COLUMN) selectRow(device, row, reading)
    else if (inner) {
      inner.focus()
      inner.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0, pointerType: 'mouse' }))
      inner.click()
    }
  }
  const negate = () => {
    const row = rows[place.row]
    const column = columns[place.column - 3]
    if (row?.kind !== 'rule' || row.locked || !column) return
    const text = column.read(row.rule, names)
    if (text === 'any' || column.id === 'name') return
    const next = /^not /.test(text) ? text.slice(4) : `not ${text}`
    const written = column.write(row.rule, next, names)
    const rule = written.ok ? written.value : undefined
    if (rule)
      say(
        commit(
          model.change(row.key, () => rule),
          'negate a cell',
        ),
      )
    else setNotice(written.diagnostics[0]?.message)
  }
  const onPaste = (event: React.ClipboardEvent<HTMLDivElement>) => {
    if (editing) return
    const text = event.clipboardData.getData('text/plain')
    if (text.trim() === '') return
    event.preventDefault()
    const key = keyAt(place.row)
    void pasteRows(model, device, design, text, key === undefined ? own.length : own.indexOf(key) + 1).then(
      setNotice,
    )
  }
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    const from = own.indexOf(String(active.id))
    const to = own.indexOf(String(over?.id ?? ''))
    if (from >= 0 && to >= 0 && from !== to) say(commit(model.move(from, to), 'move a rule'))
  }
  const shared = {
    device,
    model,
    columns,
    names,
    reading,
    verdictsAt,
    wide,
    place,
    editing,
    selected,
    shownRule: shownRule?.rule,
  }
  const handlers = {
    onFocus: (row: number, column: number) => setPlace({ row, column }),
    onEdit: (row: number, column: number) => {
      setPlace({ row, column })
      setEditing(true)
    },
    onDone: (go: 'stay' | 'next' | 'previous') => {
      setEditing(false)
      focusCell({ ...place, column: place.column + (go === 'next' ? 1 : go === 'previous' ? -1 : 0) })
    },
    onSelect: setSelected,
  }
  return (
    <>
      <div
        ref={grid}
        role="grid"
        aria-label={`${model.label === 'Rules' ? 'Rules' : `${model.label} rules`}`}
        aria-rowcount={model.rows.length + 1}
        aria-colcount={columnCount}
        className={`rule-grid ${dual ? 'dual' : ''} ${wide ? 'wide' : ''}`}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      >
        <GridHead columns={columns} dual={dual} wide={wide} />
        <div className="grid-body" ref={body} role="rowgroup" tabIndex={-1}>
          {own.length === 0 && filter === '' && (
            <p className="grid-empty t2">
              No rules yet. Everything meets the policy
              {policy?.kind === 'policy' ? `: ${policy.policies.map((each) => each.policy).join(', ')}` : ''}.{' '}
              <b>Add rule</b> or paste rules in any supported language.
            </p>
          )}
          <DndContext
            accessibility={{ container: document.body }}
            sensors={sensors}
            collisionDetection={closestCenter}
            onDragEnd={onDragEnd}
          >
            <SortableContext items={own} strategy={verticalListSortingStrategy}>
              <div
                className="grid-rows"
                style={isVirtual ? { height: virtualizer.getTotalSize() } : undefined}
              >
                {visible.map(({ index, start }) => {
                  const row = rows[index]
                  return (
                    row && (
                      <GridRowView
                        key={row.key}
                        row={row}
                        index={index}
                        {...(start === undefined ? {} : { top: start })}
                        {...shared}
                        {...handlers}
                      />
                    )
                  )
                })}
              </div>
            </SortableContext>
          </DndContext>
        </div>
        {policy && (
          <div role="rowgroup">
            <GridRowView row={policy} index={rows.length} {...shared} {...handlers} />
          </div>
        )}
      </div>
      <div className="addrow">
        <button
          type="button"
          className="btn quiet mini"
          aria-label="Add rule"
          onClick={() => insertRuleBelow()}
        >
          <Plus className="i s12" /> Rule
        </button>
        <button
          type="button"
          className="btn quiet mini"
          aria-label="Add separator"
          onClick={() =>
            say(commit(model.insertSeparator(own.length, freshRowId(model), 'Separator'), 'add a separator'))
          }
        >
          <Plus className="i s12" /> Separator
        </button>
        <span className="end t3 s11" role="status">
          {notice ?? `${own.length} ${own.length === 1 ? 'row' : 'rows'}`}
        </span>
      </div>
      {selected.length > 1 && (
        <SelectionBar
          count={selected.length}
          onDuplicate={() => say(duplicateRows(model, selected))}
          onToggle={() => toggle(selected)}
          onDelete={remove}
          onClear={() => setSelected([])}
        />
      )}
    </>
  )

  function insertRuleBelow(): void {
    const key = shownRule && own.includes(shownRule.rule) ? shownRule.rule : undefined
    const at = key === undefined ? own.length : own.indexOf(key) + 1
    say(insertRule(model, at))
    focusCell({ row: rows.length - own.length + at, column: 3 })
  }
}
