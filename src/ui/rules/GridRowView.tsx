import { useSortable } from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'
import { Check, GripVertical, Lock } from 'lucide-react'
import type { Names } from '@/model/fields/field'
import { BLACK_LIST_DEFENSE, builtinGroup, withBuiltin } from '@/model/firewalls/built-in'
import type { Rule } from '@/model/ruleset/ruleset'
import type { Device } from '@/model/topology/topology'
import { commit, currentDesign } from '@/state/design-store'
import { CellEditor } from './CellEditor'
import { type ColumnId, columnsOf } from './columns'
import { PolicyRow, SeparatorRow } from './EdgeRows'
import { userChainsBeside } from './grid-commands'
import { cellProps, decidedOf, type RowProps, type RuleGridRow, selectRow } from './row-props'
import { suggestionsFor } from './suggestions'
import { VerdictMenu } from './VerdictMenu'

/** A row of the grid. The focus is on one cell of the whole grid. */
export function GridRowView(props: RowProps) {
  const { row } = props
  if (row.kind === 'policy') return <PolicyRow {...props} row={row} />
  if (row.kind === 'separator') return <SeparatorRow {...props} row={row} />
  return <RuleRow {...props} row={row} />
}

function RuleRow(props: RowProps & { readonly row: RuleGridRow }) {
  const {
    row,
    index,
    top,
    device,
    model,
    columns,
    names,
    reading,
    wide,
    place,
    editing,
    selected,
    onEdit,
    onDone,
    onSelect,
  } = props
  const { rule, locked } = row
  const { setNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({
    id: row.key,
    disabled: locked,
  })
  const decided = decidedOf(props, rule.id)
  const verdict = 'data-decided' in decided ? decided['data-decided'] : undefined
  const style = {
    ...(top === undefined ? {} : { position: 'absolute' as const, top, left: 0, right: 0 }),
    ...(transform
      ? { transform: CSS.Translate.toString(transform), transition, zIndex: isDragging ? 2 : undefined }
      : {}),
  }
  const failedField = reading.failed.get(rule.id)
  const userChains = model.chains[0] ? userChainsBeside(device, model.chains[0]) : []
  const change = (next: (rule: Rule) => Rule, label: string) => commit(model.change(row.key, next), label)
  const toggleAssumption = () =>
    change(
      ({ assume, ...before }) => (assume ? before : { ...before, assume: 'matches' }),
      'change an assumption',
    )
  const toggleLog = () =>
    change((before) => ({ ...before, log: !before.log }), rule.log ? 'stop logging' : 'log a rule')
  const hits = row.verdicts.reduce((sum, { ref }) => sum + reading.hits(ref, rule.id), 0)
  return (
    <div
      ref={setNodeRef}
      role="row"
      data-row="rule"
      aria-rowindex={index + 2}
      aria-selected={selected.includes(row.key)}
      className={`rule ${verdict ? `lit lit-${verdict}` : ''} ${rule.enabled ? '' : 'is-off'} ${selected.includes(row.key) || props.shownRule === rule.id ? 'is-selected' : ''} ${locked ? 'locked' : ''} ${isDragging ? 'dragging' : ''}`}
      style={style}
      {...decided}
      onClick={(event) => {
        if (event.shiftKey || event.ctrlKey || event.metaKey)
          onSelect(
            selected.includes(row.key) ? selected.filter((key) => key !== row.key) : [...selected, row.key],
          )
        else if (!(event.target as HTMLElement).closest('button, input')) selectRow(device, row, reading)
      }}
    >
      <span {...cellProps(props, index, 0, 'handle')}>
        {locked ? (
          <Lock className="i" aria-label="comes with the device" />
        ) : (
          <button
            type="button"
            className="grip"
            {...attributes}
            {...listeners}
            tabIndex={-1}
            aria-label={`Move rule ${row.number ?? rule.name}`}
            aria-roledescription="sortable"
          >
            <GripVertical className="i" />
          </button>
        )}
      </span>
      <span {...cellProps(props, index, 1, 'num')}>{locked ? '' : (row.number ?? '–')}</span>
      <span {...cellProps(props, index, 2, 'c')}>
        <OnBox
          rule={rule}
          locked={locked}
          device={device}
          onToggle={() =>
            change(
              (before) => ({ ...before, enabled: !before.enabled }),
              rule.enabled ? 'turn a rule off' : 'turn a rule on',
            )
          }
        />
      </span>
      {columns.map((column, at) => {
        const here = 3 + at
        const isEditing = editing && place.row === index && place.column === here && !locked
        const text = column.read(rule, names)
        const failed = failedField !== undefined && (column.fields as readonly string[]).includes(failedField)
        return (
          <span
            key={column.id}
            {...cellProps(
              props,
              index,
              here,
              `${column.id === 'name' ? 'nm' : 'm d'} ${text === 'any' ? 'any' : ''}`,
            )}
            data-column={column.id}
            title={text.length > 14 ? text : undefined}
            onDoubleClick={() => !locked && onEdit(index, here)}
          >
            {isEditing ? (
              <CellEditor
                label={`${column.label} of rule ${row.number ?? ''}`}
                value={text}
                suggestions={suggestionsFor(column.id, currentDesign(), device)}
                onTake={(written) => {
                  const read = column.write(rule, written, names)
                  if (!read.ok) return read.diagnostics[0]
                  const trouble = change(() => ({ ...read.value }), `change ${column.label}`)
                  return trouble === undefined
                    ? undefined
                    : { kind: 'syntax-error', message: trouble, line: 1, column: 1, length: 0 }
                }}
                onDone={onDone}
              />
            ) : (
              <CellText
                text={text}
                failed={failed}
                interfaceHint={column.id === 'interface' ? implied(device) : undefined}
              />
            )}
          </span>
        )
      })}
      {row.verdicts.map((cell, at) => (
        <span
          key={cell.label}
          {...cellProps(props, index, props.verdictsAt + at, 'act')}
          data-column={cell.label}
        >
          <VerdictMenu
            firewall={device.firewall}
            label={row.verdicts.length > 1 ? cell.label : 'action'}
            target={cell.rule?.target}
            chains={userChains}
            locked={locked}
            {...(wide ? {} : { log: rule.log, onLog: toggleLog })}
            {...(rule.match.some(({ kind }) => kind === 'opaque')
              ? { assume: rule.assume ?? 'does not match', onAssume: toggleAssumption }
              : {})}
            onChoose={(target) =>
              commit(model.setTarget(row.key, cell.ref, target), 'change what a rule does')
            }
          />
        </span>
      ))}
      {wide && (
        <span {...cellProps(props, index, props.verdictsAt + row.verdicts.length, 'c')} data-column="log">
          <Box
            checked={rule.log}
            disabled={locked}
            label={`${rule.name || 'rule'} writes a log line`}
            onToggle={toggleLog}
          />
        </span>
      )}
      <span
        {...cellProps(
          props,
          index,
          props.verdictsAt + row.verdicts.length + (wide ? 1 : 0),
          `hits ${hits === 0 ? 'zero' : ''}`,
        )}
      >
        {hits}
      </span>
      <span className="flow-line" aria-hidden="true">
        {flowLine(rule, names)}
      </span>
    </div>
  )
}

const ON_A_PHONE = columnsOf({ interfaceField: 'iif' })

/** What a rule asks for in one line: "tcp any:443 > any:1024-65535 not SYN". */
function flowLine(rule: Rule, names: Names): string {
  const text = (id: ColumnId) => ON_A_PHONE.find((column) => column.id === id)?.read(rule, names) ?? ''
  const unlessAny = (id: ColumnId) => (text(id) === 'any' ? [] : [text(id)])
  return [...unlessAny('protocol'), text('src'), '>', text('dst'), ...unlessAny('flags')].join(' ')
}

/** A home table asks only what crosses the outside: where a rule names no interface, that is meant. */
function implied(device: Device): string | undefined {
  if (!device.firewall.kind.startsWith('home')) return undefined
  return device.interfaces.find(({ side }) => side === 'outside')?.name
}

function CellText({
  text,
  failed,
  interfaceHint,
}: {
  readonly text: string
  readonly failed: boolean
  readonly interfaceHint: string | undefined
}) {
  const shown = text === 'any' && interfaceHint !== undefined ? interfaceHint : text
  const negated = /^not /.test(shown)
  return (
    <span className={failed ? 'failed' : ''}>
      {negated && <span className="not">not</span>}
      {negated ? shown.slice(4) : shown === '' ? <span className="t3">unnamed</span> : shown}
    </span>
  )
}

function OnBox({
  rule,
  locked,
  device,
  onToggle,
}: {
  readonly rule: Rule
  readonly locked: boolean
  readonly device: Device
  readonly onToggle: () => void
}) {
  const group =
    rule.id === BLACK_LIST_DEFENSE.rule ? builtinGroup(device.firewall, BLACK_LIST_DEFENSE.id) : undefined
  const toggle = () => {
    if (group)
      commit(
        {
          kind: 'set-firewall',
          device: device.id,
          firewall: withBuiltin(device.firewall, { ...group, enabled: !group.enabled }),
        },
        `turn ${BLACK_LIST_DEFENSE.label} ${group.enabled ? 'off' : 'on'}`,
      )
    else onToggle()
  }
  const fixed = locked && !group
  return (
    <Box checked={rule.enabled} disabled={fixed} label={`${rule.name || 'rule'} is on`} onToggle={toggle} />
  )
}

interface BoxProps {
  readonly checked: boolean
  readonly disabled: boolean
  readonly label: string
  readonly onToggle: () => void
}

function Box({ checked, disabled, label, onToggle }: BoxProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      role="checkbox"
      aria-checked={checked}
      aria-label={label}
      disabled={disabled}
      className={`box ${checked ? 'on' : ''}`}
      onClick={onToggle}
    >
      {checked && <Check className="i" />}
    </button>
  )
}
