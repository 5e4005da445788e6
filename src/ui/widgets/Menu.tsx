import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import './menu.css'

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactNode
  readonly children: ReactNode
  readonly align?: 'start' | 'center' | 'end'
}

/** A menu that opens from a button; arrows, typing and Escape work as everywhere. */
export function Menu({ trigger, children, align = 'start' }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="pop menu" align={align} sideOffset={4} collisionPadding={8}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

interface MenuItemProps {
  readonly onSelect: () => void
  readonly children: ReactNode
  /** A second, quieter line. */
  readonly note?: string
  readonly end?: ReactNode
}

export function MenuItem({ onSelect, children, note, end }: MenuItemProps) {
  return (
    <DropdownMenu.Item className="opt" onSelect={onSelect}>
      <span className="opt-text">
        {children}
        {note && <span className="opt-note">{note}</span>}
      </span>
      {end && <span className="end">{end}</span>}
    </DropdownMenu.Item>
  )
}

interface MenuChoicesProps {
  readonly label: string
  readonly value: string
  readonly choices: readonly { readonly value: string; readonly label: string; readonly note?: string }[]
  readonly onChoose: (value: string) => void
}

/** One of several. */
export function MenuChoices({ label, value, choices, onChoose }: MenuChoicesProps) {
  return (
    <>
      <DropdownMenu.Label className="cap opt-cap">{label}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={value} onValueChange={onChoose}>
        {choices.map((choice) => (
          <DropdownMenu.RadioItem key={choice.value} value={choice.value} className="opt">
            <i className={`radio ${choice.value === value ? 'on' : ''}`} />
            <span className="opt-text">
              {choice.label}
              {choice.note && <span className="opt-note">{choice.note}</span>}
            </span>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </>
  )
}

export function MenuLine() {
  return <DropdownMenu.Separator className="menu-line" />
}

export function MenuCaption({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="cap opt-cap">{children}</DropdownMenu.Label>
}
