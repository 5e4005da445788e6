import type { Design } from '@/model/project/design'
import type { Device, Link } from '@/model/topology/topology'

/** On which side of its card an interface is plugged in: towards the other end of its link. */
export function sideOf(design: Design, device: Device, interfaceId: string): 'left' | 'right' {
  const link = linkOf(design.links, device.id, interfaceId)
  const far = link?.ends.find((end) => end.device !== device.id)
  const other = design.devices.find(({ id }) => id === far?.device)
  if (!other)
    return device.interfaces.findIndex(({ id }) => id === interfaceId) === 0 && device.kind !== 'client'
      ? 'left'
      : 'right'
  return other.position.x < device.position.x ? 'left' : 'right'
}

export function linkOf(links: readonly Link[], device: string, interfaceId: string): Link | undefined {
  return links.find(({ ends }) => ends.some((end) => end.device === device && end.interface === interfaceId))
}

/** The path that each link's line takes on the drawing, for the packets that travel along it. */
const paths = new Map<string, { readonly element: SVGPathElement; readonly source: string }>()

/** `source` is the device where the path begins. */
export function registerPath(link: string, element: SVGPathElement | null, source: string): void {
  if (element) paths.set(link, { element, source })
  else paths.delete(link)
}

/** The point at a share of the way from a device along a link, in canvas units. */
export function pointOn(link: string, from: string, share: number): { x: number; y: number } | undefined {
  const path = paths.get(link)
  if (!path) return undefined
  const along = path.source === from ? share : 1 - share
  const { x, y } = path.element.getPointAtLength(path.element.getTotalLength() * along)
  return { x, y }
}
