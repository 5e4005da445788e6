import type { Design } from '../project/design'
import { failure, type Result, success } from '../result'
import type { Applied, EditOf } from './edit'

/** The first value that stands twice. */
function twice(values: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return values.find((value) => seen.has(value) || !seen.add(value))
}

export function setFlows(design: Design, { flows }: EditOf<'set-flows'>): Result<Applied> {
  const id = twice(flows.map((flow) => flow.id))
  if (id !== undefined) return failure(`Two flows have the id ${id}.`)
  const lost = flows.find((flow) => !design.devices.some((device) => device.id === flow.from))
  if (lost) return failure(`The flow to ${lost.to} starts at a device that is not there: ${lost.from}.`)
  return success({ design: { ...design, flows }, inverse: { kind: 'set-flows', flows: design.flows } })
}

export function setNames(design: Design, { names }: EditOf<'set-names'>): Result<Applied> {
  const name = twice(names.map((entry) => entry.name.toLowerCase()))
  if (name !== undefined) return failure(`The name ${name} stands for two devices. Choose one.`)
  const lost = names.find((entry) => !design.devices.some((device) => device.id === entry.device))
  if (lost) return failure(`The name ${lost.name} stands for a device that is not there: ${lost.device}.`)
  return success({ design: { ...design, names }, inverse: { kind: 'set-names', names: design.names } })
}

export function setSets(design: Design, { sets }: EditOf<'set-sets'>): Result<Applied> {
  const name = twice(sets.map((set) => set.name))
  if (name !== undefined) return failure(`Two sets are named ${name}. Choose another name.`)
  return success({ design: { ...design, sets }, inverse: { kind: 'set-sets', sets: design.sets } })
}

export function setDesign(design: Design, { parts, cleared = [] }: EditOf<'set-design'>): Result<Applied> {
  const next: { -readonly [Part in keyof Design]: Design[Part] } = { ...design, ...parts }
  for (const part of cleared) delete next[part]
  const touched = [...new Set([...Object.keys(parts), ...cleared])] as (keyof typeof parts)[]
  const before = Object.fromEntries(
    touched.filter((part) => design[part] !== undefined).map((part) => [part, design[part]]),
  )
  const absent = touched.includes('lesson') && design.lesson === undefined
  return success({
    design: next,
    inverse: { kind: 'set-design', parts: before, ...(absent && { cleared: ['lesson'] as const }) },
  })
}
