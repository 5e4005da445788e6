import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import './dialog.css'

interface DialogProps {
  readonly title: string
  readonly summary?: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** Buttons at the foot; the reason why one cannot be pressed stands beside it. */
  readonly footer?: ReactNode
}

/** A modal dialog named by its title. Escape closes it; focus returns to where it was. */
export function Dialog({ title, summary, onClose, children, footer }: DialogProps) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dialog-scrim" />
        <Radix.Content className="dialog" aria-describedby={undefined}>
          <header className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            {summary && <p className="t2 s12">{summary}</p>}
            <Radix.Close asChild>
              <button type="button" className="btn quiet icon dialog-close" aria-label="Close">
                <X className="i" />
              </button>
            </Radix.Close>
          </header>
          <div className="dialog-body">{children}</div>
          {footer && <footer className="dialog-foot">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
