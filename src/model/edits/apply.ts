import type { Design } from '../project/design'
import { type Result, success, unreachable } from '../result'
import { setDesign, setFlows, setNames, setSets } from './design-edits'
import { addDevice, removeDevice, setDevice, setFirewall } from './device-edits'
import type { Applied, Edit } from './edit'
import { addLink, removeLink } from './link-edits'
import { insertRows, moveRow, removeRows, replaceRow, setPolicy } from './row-edits'

/**
 * The design after the edit and the edit that takes it back, or a sentence that says what the design does not have.
 * What the edit does not touch keeps its identity.
 */
export function applyEdit(design: Design, edit: Edit): Result<Applied> {
  switch (edit.kind) {
    case 'add-device':
      return addDevice(design, edit)
    case 'remove-device':
      return removeDevice(design, edit)
    case 'set-device':
      return setDevice(design, edit)
    case 'set-firewall':
      return setFirewall(design, edit)
    case 'add-link':
      return addLink(design, edit)
    case 'remove-link':
      return removeLink(design, edit)
    case 'insert-rows':
      return insertRows(design, edit)
    case 'remove-rows':
      return removeRows(design, edit)
    case 'replace-row':
      return replaceRow(design, edit)
    case 'move-row':
      return moveRow(design, edit)
    case 'set-policy':
      return setPolicy(design, edit)
    case 'set-flows':
      return setFlows(design, edit)
    case 'set-names':
      return setNames(design, edit)
    case 'set-sets':
      return setSets(design, edit)
    case 'set-design':
      return setDesign(design, edit)
    case 'batch':
      return applyAll(design, edit.edits)
    default:
      return unreachable(edit)
  }
}

function applyAll(design: Design, edits: readonly Edit[]): Result<Applied> {
  const inverses: Edit[] = []
  let current = design
  for (const edit of edits) {
    const applied = applyEdit(current, edit)
    if (!applied.ok) return applied
    current = applied.value.design
    inverses.unshift(applied.value.inverse)
  }
  return success({ design: current, inverse: { kind: 'batch', edits: inverses } })
}
