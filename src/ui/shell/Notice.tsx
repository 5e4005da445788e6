import { X } from 'lucide-react'
import { tell, useNotice } from '@/state/notice-store'

/** What was asked for and did not happen, until it is read or the design changes. */
export function Notice() {
  const sentence = useNotice()
  return (
    <div className="notice-place" role="alert">
      {sentence && (
        <p className="notice">
          <span>{sentence}</span>
          <button
            type="button"
            className="btn quiet icon mini"
            aria-label="Close the notice"
            onClick={() => tell(undefined)}
          >
            <X className="i s12" />
          </button>
        </p>
      )}
    </div>
  )
}
