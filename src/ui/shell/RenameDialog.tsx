import { useState } from 'react'
import { commit, useDesign } from '@/state/design-store'
import { Dialog } from '../widgets/Dialog'

/** Asks for the design's name. */
export function RenameDialog({ onClose }: { readonly onClose: () => void }) {
  const name = useDesign((state) => state.design.name)
  const [text, setText] = useState(name)
  const [trouble, setTrouble] = useState<string>()
  const apply = () => {
    const wanted = text.trim()
    if (wanted === '') {
      setTrouble('A design needs a name.')
      return
    }
    const refused =
      wanted === name
        ? undefined
        : commit({ kind: 'set-design', parts: { name: wanted } }, 'rename the design')
    if (refused === undefined) onClose()
    else setTrouble(refused)
  }
  return (
    <Dialog
      title="Rename design"
      onClose={onClose}
      footer={
        <>
          <button type="submit" form="rename-design" className="btn primary big">
            Rename
          </button>
          {trouble && (
            <span className="drop s12" role="alert">
              {trouble}
            </span>
          )}
        </>
      }
    >
      <form
        id="rename-design"
        onSubmit={(event) => {
          event.preventDefault()
          apply()
        }}
      >
        <input
          className="field big name-field"
          aria-label="Name of the design"
          aria-invalid={trouble !== undefined}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setTrouble(undefined)
          }}
          onFocus={(event) => event.target.select()}
        />
      </form>
    </Dialog>
  )
}
