import { useStore } from 'zustand'
import { keepThisOne, saveStore, takeTheOther } from '@/state/storage/autosave'

/** Two tabs hold the saved design: the person chooses which of them it is. Nothing is lost either way. */
export function SaveConflict() {
  const { status } = useStore(saveStore)
  if (status !== 'elsewhere') return null
  return (
    <div className="notice-place" role="alert">
      <p className="notice">
        <span>
          Another tab has saved a design since. Nothing of this tab is saved until you choose; what is not
          chosen stays in its tab.
        </span>
        <button type="button" className="btn mini" onClick={() => void keepThisOne()}>
          Keep this one
        </button>
        <button type="button" className="btn mini" onClick={() => void takeTheOther()}>
          Take the other
        </button>
      </p>
    </div>
  )
}
