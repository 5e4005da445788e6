import { useSortable } from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'
import { GripVertical } from 'lucide-react'
import { commit } from '@/state/design-store'
import { POLICY_HIT } from '@/state/playback/moment'
import { CellEditor } from './CellEditor'
import { cellProps, decidedOf, type RowProps } from './row-props'
import type { GridRow } from './table-model'
import { PolicyMenu } from './VerdictMenu'

/** A title between rules. */
export function SeparatorRow(props: RowProps & { readonly row: Extract<GridRow, { kind: 'separator' }> }) {
  const { row, index, top, model, editing, place, columns, onEdit, onDone } = props
  const { setNodeRef, attributes, listeners, transform, transition } = useSortable({ id: row.key })
  const isEditing = editing && place.row === index
  return (
    <div
      ref={setNodeRef}
      role="row"
      data-row="separator"
      aria-rowindex={index + 2}
      className="rule separator"
      style={{
        ...(top === undefined ? {} : { position: 'absolute', top, left: 0, right: 0 }),
        ...(transform ? { transform: CSS.Translate.toString(transform), transition } : {}),
      }}
    >
      <span {...cellProps(props, index, 0, 'handle')}>
        <button
          type="button"
          className="grip"
          {...attributes}
          {...listeners}
          tabIndex={-1}
          aria-label={`Move the separator ${row.title}`}
          aria-roledescription="sortable"
        >
          <GripVertical className="i" />
        </button>
      </span>
      <span
        {...cellProps(props, index, 3, 'title strong')}
        aria-colspan={columns.length + 2}
        onDoubleClick={() => onEdit(index, 3)}
      >
        {isEditing ? (
          <CellEditor
            label="title"
            value={row.title}
            suggestions={[]}
            onTake={(text) => {
              const trouble = commit(
                model.renameSeparator(row.key, text.trim().slice(0, 200)),
                'rename a separator',
              )
              return trouble === undefined
                ? undefined
                : { kind: 'syntax-error', message: trouble, line: 1, column: 1, length: 0 }
            }}
            onDone={onDone}
          />
        ) : (
          row.title
        )}
      </span>
    </div>
  )
}

/** What decides when no rule does: always there, always last. */
export function PolicyRow(props: RowProps & { readonly row: Extract<GridRow, { kind: 'policy' }> }) {
  const { row, index, device, model, columns, reading, wide } = props
  const decided = decidedOf(props, POLICY_HIT)
  const verdict = 'data-decided' in decided ? decided['data-decided'] : undefined
  const hits = row.policies.reduce((sum, { ref }) => sum + reading.hits(ref, POLICY_HIT), 0)
  return (
    <div
      role="row"
      data-row="policy"
      aria-rowindex={index + 2}
      className={`rule policy ${verdict ? `lit lit-${verdict}` : ''}`}
      {...decided}
    >
      <span {...cellProps(props, index, 0, 'strong policy-name')} aria-colspan={3}>
        policy
      </span>
      <span {...cellProps(props, index, 3, 'nm policy-note')} aria-colspan={columns.length}>
        everything no rule decided
      </span>
      {row.policies.map(({ ref, policy }, at) => (
        <span
          key={ref.chain}
          {...cellProps(props, index, props.verdictsAt + at, `act ${verdict ? 'strong' : ''}`)}
        >
          <PolicyMenu
            firewall={device.firewall}
            label={`policy of ${ref.chain}`}
            policy={policy}
            onChoose={(next) => commit(model.setPolicy(ref, next), 'change the policy')}
          />
        </span>
      ))}
      {wide && <span />}
      <span
        {...cellProps(
          props,
          index,
          props.verdictsAt + row.policies.length + (wide ? 1 : 0),
          `hits ${hits === 0 ? 'zero' : ''}`,
        )}
      >
        {hits}
      </span>
    </div>
  )
}
