import { connectEdit } from '@/model/topology/connect'
import { NODE_KINDS_LIST } from '@/model/topology/nodes'
import type { NodeKindId } from '@/model/topology/topology'
import { commit, currentDesign } from '@/state/design-store'
import { tell } from '@/state/notice-store'
import { selectDevice, selectLink, type ViewState } from '@/state/view-store'

/** Adds a device of that kind, at the place if given, else where there is room. */
export function addDevice(kind: NodeKindId, place?: { x: number; y: number }): void {
  const design = currentDesign()
  const node = NODE_KINDS_LIST.find(({ id }) => id === kind)
  if (!node) return
  const device = node.create(design, place ?? freePlace(kind))
  tell(commit({ kind: 'add-device', device, index: design.devices.length }, `add ${device.name}`))
  selectDevice(device.id)
}

const COLUMN: Readonly<Record<NodeKindId, number>> = {
  client: 16,
  router: 232,
  switch: 208,
  internet: 508,
  server: 595,
}

/** Below what already stands in that kind's column. */
function freePlace(kind: NodeKindId): { x: number; y: number } {
  const x = COLUMN[kind]
  const taken = currentDesign().devices.filter(({ position }) => Math.abs(position.x - x) < 120)
  const y = taken.reduce(
    (lowest, { position, interfaces }) => Math.max(lowest, position.y + 100 + interfaces.length * 22),
    72,
  )
  return { x, y }
}

/** Draws a link; "new" and absent handles let the model choose or make an interface. */
export function connect(
  from: string,
  to: string,
  fromInterface?: string | null,
  toInterface?: string | null,
): void {
  const pick = (end: 'from' | 'to', handle: string | null | undefined) =>
    handle && handle !== 'new' ? { [end]: handle } : {}
  const edit = connectEdit(currentDesign(), from, to, {
    ...pick('from', fromInterface),
    ...pick('to', toInterface),
  })
  tell(edit.ok ? commit(edit.value, 'connect') : edit.diagnostics[0]?.message)
}

/** Deletes the selected link, or else the selected device with its links. */
export function removeSelected({ device, link }: Pick<ViewState, 'device' | 'link'>): void {
  const design = currentDesign()
  if (link !== undefined && design.links.some(({ id }) => id === link)) {
    tell(commit({ kind: 'remove-link', id: link }, 'delete a link'))
    selectLink(undefined)
  } else if (device !== undefined) {
    const found = design.devices.find(({ id }) => id === device)
    if (!found) return
    tell(commit({ kind: 'remove-device', id: device }, `delete ${found.name}`))
    selectDevice(undefined)
  }
}
