import type { Design } from '../project/design'
import { failure, type Result, success } from '../result'
import type { Applied, EditOf } from './edit'
import { inserted, removed } from './lists'

export function addLink(design: Design, { link, index }: EditOf<'add-link'>): Result<Applied> {
  if (design.links.some((each) => each.id === link.id)) {
    return failure(`There is already a link with the id ${link.id}.`)
  }
  const [a, b] = link.ends
  if (a.device === b.device) return failure('A link joins two devices. Choose another one.')
  for (const end of link.ends) {
    const device = design.devices.find((each) => each.id === end.device)
    if (!device) return failure(`There is no device with the id ${end.device}.`)
    const port = device.interfaces.find((each) => each.id === end.interface)
    if (!port) return failure(`${device.name} has no interface ${end.interface}.`)
    const taken = design.links.some(({ ends }) =>
      ends.some((other) => other.device === end.device && other.interface === end.interface),
    )
    if (taken) {
      return failure(
        `Interface ${port.name} of ${device.name} is plugged in already. Remove its link first, or add an interface.`,
      )
    }
  }
  const links = inserted(design.links, index, [link])
  if (!links) return failure(`There is no place ${index} among ${design.links.length} links.`)
  return success({ design: { ...design, links }, inverse: { kind: 'remove-link', id: link.id } })
}

export function removeLink(design: Design, { id }: EditOf<'remove-link'>): Result<Applied> {
  const index = design.links.findIndex((link) => link.id === id)
  const link = design.links[index]
  if (!link) return failure(`There is no link with the id ${id}.`)
  return success({
    design: { ...design, links: removed(design.links, index, 1) },
    inverse: { kind: 'add-link', link, index },
  })
}
