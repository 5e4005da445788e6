import type { Column } from './columns'

/** The heads of a table's columns. */
export function GridHead({
  columns,
  dual,
  wide,
}: {
  readonly columns: readonly Column[]
  readonly dual: boolean
  readonly wide: boolean
}) {
  const labels = [
    '',
    '#',
    'on',
    ...columns.map(({ label }) => label),
    ...(dual ? ['inbound', 'outbound'] : ['action']),
    ...(wide ? ['log'] : []),
    'hits',
  ]
  return (
    <div role="rowgroup">
      <div role="row" aria-rowindex={1} className="grid-head">
        {labels.map((label, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: two columns are called port, and columns do not move
            key={index}
            role="columnheader"
            aria-colindex={index + 1}
            className={HEAD_CLASS[label] ?? ''}
          >
            {label === '' ? <span className="vh">order</span> : label}
          </span>
        ))}
      </div>
    </div>
  )
}

const HEAD_CLASS: Readonly<Record<string, string>> = { '#': 'right', on: 'c', log: 'c', hits: 'hits' }
