import { checkDevice } from '../project/checks'
import type { Design } from '../project/design'
import { located } from '../project/issue-sentences'
import { failure, type Result, success } from '../result'
import type { Device } from '../topology/topology'
import type { Applied, Edit, EditOf } from './edit'
import { inserted, removed, replaced } from './lists'

export function deviceOf(design: Design, id: string): Result<{ device: Device; index: number }> {
  const index = design.devices.findIndex((device) => device.id === id)
  const device = design.devices[index]
  return device ? success({ device, index }) : failure(`There is no device with the id ${id}.`)
}

/** The design with that device replaced by one of the same id; every other device keeps its identity. */
export function withDevice(design: Design, index: number, device: Device): Design {
  return { ...design, devices: replaced(design.devices, index, device) }
}

/** Names are how people refer to devices in cells, so two cannot share one, whatever the case. */
function nameTrouble(design: Design, id: string, name: string): string | undefined {
  if (name.trim() === '') return 'A device needs a name.'
  const other = design.devices.find(
    (device) => device.id !== id && device.name.toLowerCase() === name.toLowerCase(),
  )
  return other && `There is already a device named ${other.name}. Choose another name.`
}

export function addDevice(design: Design, { device, index }: EditOf<'add-device'>): Result<Applied> {
  if (design.devices.some((each) => each.id === device.id)) {
    return failure(`There is already a device with the id ${device.id}.`)
  }
  const trouble = nameTrouble(design, device.id, device.name)
  if (trouble) return failure(trouble)
  const inner = deviceTrouble(design, device)
  if (inner) return failure(inner)
  const devices = inserted(design.devices, index, [device])
  if (!devices) return failure(`There is no place ${index} among ${design.devices.length} devices.`)
  return success({ design: { ...design, devices }, inverse: { kind: 'remove-device', id: device.id } })
}

/** What refers to the device goes with it: a link, a host name or a flow cannot start from nothing. */
export function removeDevice(design: Design, { id }: EditOf<'remove-device'>): Result<Applied> {
  const found = deviceOf(design, id)
  if (!found.ok) return found
  const { device, index } = found.value
  const inverse: Edit[] = [{ kind: 'add-device', device, index }]
  design.links.forEach((link, at) => {
    if (link.ends.some((end) => end.device === id)) inverse.push({ kind: 'add-link', link, index: at })
  })
  const links = design.links.filter((link) => link.ends.every((end) => end.device !== id))
  const names = design.names.filter((entry) => entry.device !== id)
  const flows = design.flows.filter((flow) => flow.from !== id)
  if (names.length < design.names.length) inverse.push({ kind: 'set-names', names: design.names })
  if (flows.length < design.flows.length) inverse.push({ kind: 'set-flows', flows: design.flows })
  const kept: Design = {
    ...design,
    devices: removed(design.devices, index, 1),
    ...(links.length < design.links.length && { links }),
    ...(names.length < design.names.length && { names }),
    ...(flows.length < design.flows.length && { flows }),
  }
  const only = inverse.length === 1 ? inverse[0] : undefined
  return success({ design: kept, inverse: only ?? { kind: 'batch', edits: inverse } })
}

export function setDevice(
  design: Design,
  { id, parts, cleared = [] }: EditOf<'set-device'>,
): Result<Applied> {
  const found = deviceOf(design, id)
  if (!found.ok) return found
  const { device, index } = found.value
  if (parts.name !== undefined) {
    const trouble = nameTrouble(design, id, parts.name)
    if (trouble) return failure(trouble)
  }
  const next: { -readonly [Part in keyof Device]: Device[Part] } = { ...device, ...parts }
  for (const part of cleared) delete next[part]
  const trouble = Object.keys(parts).some((part) => HOLDS_IDS.has(part)) && deviceTrouble(design, next)
  if (trouble) return failure(trouble)

  const touched = [...new Set([...Object.keys(parts), ...cleared])] as (keyof typeof parts)[]
  const before = Object.fromEntries(
    touched.filter((part) => device[part] !== undefined).map((part) => [part, device[part]]),
  )
  const absent = touched.filter((part) => part === 'nameServer' && device.nameServer === undefined)
  return success({
    design: withDevice(design, index, next),
    inverse: {
      kind: 'set-device',
      id,
      parts: before,
      ...(absent.length > 0 && { cleared: ['nameServer'] as const }),
    },
  })
}

/** Parts whose entries have to keep apart. The others are moved and renamed often, and need no look at the rules. */
const HOLDS_IDS = new Set(['interfaces', 'routes', 'services', 'nat'])

/** What stands twice in the device, and interfaces that a link holds on to and that are gone. */
function deviceTrouble(design: Design, device: Device): string | undefined {
  const nameless = device.interfaces.some(({ name }) => name.trim() === '')
  if (nameless) return `An interface of ${device.name} needs a name.`
  const [twice] = checkDevice(device, [])
  if (twice) return located(twice.path, twice.sentence)
  const ids = new Set(device.interfaces.map((each) => each.id))
  for (const { ends } of design.links) {
    const gone = ends.find((end) => end.device === device.id && !ids.has(end.interface))
    if (gone) return `Interface ${gone.interface} of ${device.name} is plugged in. Remove its link first.`
  }
  return undefined
}

export function setFirewall(
  design: Design,
  { device: id, firewall }: EditOf<'set-firewall'>,
): Result<Applied> {
  const found = deviceOf(design, id)
  if (!found.ok) return found
  const { device, index } = found.value
  const trouble = deviceTrouble(design, { ...device, firewall })
  if (trouble) return failure(trouble)
  return success({
    design: withDevice(design, index, { ...device, firewall }),
    inverse: { kind: 'set-firewall', device: id, firewall: device.firewall },
  })
}
