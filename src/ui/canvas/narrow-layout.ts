import type { Design } from '@/model/project/design'
import type { Device } from '@/model/topology/topology'

type Place = { readonly x: number; readonly y: number }

/** Devices whose left edges are this close stand in one column. */
const SAME_COLUMN = 70
const GAP = 36
/** Height of a card with one interface, and the space below it. */
const STACKED = 98

const widthOf = ({ kind, firewall }: Device) =>
  kind === 'internet' || kind === 'switch' ? 32 : firewall.kind === 'none' ? 156 : 214

/**
 * Where devices stand on a narrow screen: the columns of the drawing move together, and the leftmost one stands on top
 * of the next. Only for looking: the design keeps its places.
 */
export function narrowPlaces(design: Design): ReadonlyMap<string, Place> {
  const columns = columnsOf(design.devices)
  const [first = [], second = [], ...rest] = columns
  if (columns.length < 3) return new Map(design.devices.map(({ id, position }) => [id, position]))
  const top = Math.min(...second.map(({ position }) => position.y))
  const down = first.length * STACKED - top
  const places = new Map<string, Place>()
  first.forEach((device, index) => {
    places.set(device.id, { x: 0, y: index * STACKED })
  })
  let x = 0
  for (const column of [second, ...rest]) {
    for (const device of column) places.set(device.id, { x, y: device.position.y + down })
    x += Math.max(...column.map(widthOf)) + GAP
  }
  return places
}

function columnsOf(devices: readonly Device[]): Device[][] {
  const columns: Device[][] = []
  for (const device of [...devices].sort((a, b) => a.position.x - b.position.x)) {
    const last = columns.at(-1)
    if (last?.[0] && device.position.x - last[0].position.x < SAME_COLUMN) last.push(device)
    else columns.push([device])
  }
  return columns.map((column) => column.sort((a, b) => a.position.y - b.position.y))
}

/** Where the link of an interface leaves a card that stands on top of the one it leads to, or below it. */
export function stackedSide(
  design: Design,
  device: Device,
  interfaceId: string,
): 'top' | 'bottom' | undefined {
  const link = design.links.find(({ ends }) =>
    ends.some((end) => end.device === device.id && end.interface === interfaceId),
  )
  const far = link?.ends.find((end) => end.device !== device.id)?.device
  const places = narrowPlaces(design)
  const [here, there] = [places.get(device.id), places.get(far ?? '')]
  if (!here || !there || here.x !== there.x) return undefined
  return here.y < there.y ? 'bottom' : 'top'
}
