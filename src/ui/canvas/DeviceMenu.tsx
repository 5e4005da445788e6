import { DropdownMenu } from 'radix-ui'
import type { FlowRequest } from '@/model/project/design'
import { commit, currentDesign } from '@/state/design-store'
import { selectFlow } from '@/state/view-store'
import { connect, removeSelected } from './canvas-edits'

interface Props {
  readonly device: string
  readonly x: number
  readonly y: number
  /** Opened by `C`: only the devices to connect to. */
  readonly connecting: boolean
  readonly onClose: () => void
}

/** What can be done with a device: connect it, browse from it, delete it. */
export function DeviceMenu({ device, x, y, connecting, onClose }: Props) {
  const design = currentDesign()
  const name = design.devices.find(({ id }) => id === device)?.name ?? ''
  const others = design.devices.filter(({ id }) => id !== device)
  const targets = others.map((other) => (
    <DropdownMenu.Item key={other.id} className="opt" onSelect={() => connect(device, other.id)}>
      {other.name}
    </DropdownMenu.Item>
  ))
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span className="menu-anchor" style={{ left: x, top: y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="pop menu"
          align="start"
          collisionPadding={8}
          aria-label={connecting ? `Connect ${name} to` : name}
        >
          {connecting ? (
            <>
              <DropdownMenu.Label className="cap opt-cap">Connect {name} to</DropdownMenu.Label>
              {targets.length > 0 ? (
                targets
              ) : (
                <DropdownMenu.Item className="opt t3">There is no other device yet</DropdownMenu.Item>
              )}
            </>
          ) : (
            <>
              <DropdownMenu.Item className="opt" onSelect={() => runFrom(device, 'https')}>
                Browse from here
              </DropdownMenu.Item>
              <DropdownMenu.Item className="opt" onSelect={() => runFrom(device, 'tcp')}>
                Attack from here
              </DropdownMenu.Item>
              <DropdownMenu.Separator className="menu-line" />
              <DropdownMenu.Label className="cap opt-cap">Connect to</DropdownMenu.Label>
              {targets}
              <DropdownMenu.Separator className="menu-line" />
              <DropdownMenu.Item className="opt" onSelect={() => removeSelected({ device, link: undefined })}>
                Delete {name}
              </DropdownMenu.Item>
            </>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** Runs a page from the device, or a connection to the router's remote desktop port as an outsider would try. */
function runFrom(device: string, application: 'https' | 'tcp'): void {
  const design = currentDesign()
  const server = design.devices.find(({ id, kind }) => id !== device && kind === 'server')
  const victim = design.devices.find(({ id, kind }) => id !== device && kind === 'router') ?? server
  const target = application === 'https' ? server : victim
  if (!target) return
  const id = 'flow-from-menu'
  const flow: FlowRequest = {
    id,
    name: '',
    from: device,
    application,
    to: application === 'https' ? `https://${target.name}` : target.name,
    ...(application === 'tcp' ? { port: 3389 } : {}),
    connections: 1,
    resolveFirst: false,
  }
  const flows = [...design.flows.filter((each) => each.id !== id), flow]
  commit({ kind: 'set-flows', flows }, `run ${application} from here`)
  selectFlow(id)
}
