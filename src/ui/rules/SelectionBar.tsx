interface Props {
  readonly count: number
  readonly onDuplicate: () => void
  readonly onToggle: () => void
  readonly onDelete: () => void
  readonly onClear: () => void
}

/** What can be done with several rows at once. */
export function SelectionBar({ count, onDuplicate, onToggle, onDelete, onClear }: Props) {
  return (
    <div className="selection-bar" role="toolbar" aria-label="Selected rules">
      <b>{count} rules</b>
      <button type="button" onClick={onDuplicate}>
        Duplicate <kbd>Ctrl D</kbd>
      </button>
      <button type="button" onClick={onToggle}>
        Turn on or off <kbd>Space</kbd>
      </button>
      <button type="button" onClick={onDelete}>
        Delete <kbd>Del</kbd>
      </button>
      <button type="button" onClick={onClear}>
        Unselect <kbd>Esc</kbd>
      </button>
    </div>
  )
}
