import type { Design } from '../project/design'
import { failure, type Result, success } from '../result'
import { findChain, replaceChain } from '../ruleset/chains'
import type { Chain, ChainRef, Row } from '../ruleset/ruleset'
import { deviceOf, withDevice } from './device-edits'
import type { Applied, Edit, EditOf } from './edit'
import { inserted, removed, replaced } from './lists'

/** What becomes of one chain. */
type ChainChange = (chain: Chain) => Result<{ readonly chain: Chain; readonly inverse: Edit }>

function changeChain(design: Design, id: string, ref: ChainRef, change: ChainChange): Result<Applied> {
  const found = deviceOf(design, id)
  if (!found.ok) return found
  const { device, index } = found.value
  const chain = findChain(device.firewall.ruleset, ref)
  if (!chain) return failure(`${device.name} has no chain ${ref.chain} in its table ${ref.table}.`)
  const changed = change(chain)
  if (!changed.ok) return changed
  const ruleset = replaceChain(device.firewall.ruleset, ref, changed.value.chain)
  const next = { ...device, firewall: { ...device.firewall, ruleset } }
  return success({ design: withDevice(design, index, next), inverse: changed.value.inverse })
}

/** A sentence when a row is not there, else nothing. */
function missing(chain: Chain, index: number, count = 1): string | undefined {
  const inside = Number.isInteger(index) && index >= 0 && index + count <= chain.rows.length
  if (inside) return undefined
  const what = count === 1 ? `no row ${index + 1}` : `no ${count} rows from row ${index + 1} on`
  return `Chain ${chain.name} has ${chain.rows.length} rows, ${what}.`
}

/** The id that would stand twice in the chain, if any. */
function doubled(kept: readonly Row[], added: readonly Row[]): string | undefined {
  const ids = new Set(kept.map((row) => row.id))
  for (const { id } of added) {
    if (ids.has(id)) return id
    ids.add(id)
  }
  return undefined
}

export function insertRows(design: Design, edit: EditOf<'insert-rows'>): Result<Applied> {
  const { device, chain: ref, index, rows } = edit
  return changeChain(design, device, ref, (chain) => {
    const twice = doubled(chain.rows, rows)
    if (twice !== undefined) return failure(`Chain ${chain.name} already has a row with the id ${twice}.`)
    const next = inserted(chain.rows, index, rows)
    if (!next) return failure(`Chain ${chain.name} has ${chain.rows.length} rows, no place ${index + 1}.`)
    return success({
      chain: { ...chain, rows: next },
      inverse: { kind: 'remove-rows', device, chain: ref, index, count: rows.length },
    })
  })
}

export function removeRows(design: Design, edit: EditOf<'remove-rows'>): Result<Applied> {
  const { device, chain: ref, index, count } = edit
  return changeChain(design, device, ref, (chain) => {
    const trouble = count < 0 ? 'A count of rows is 0 or more.' : missing(chain, index, count)
    if (trouble) return failure(trouble)
    return success({
      chain: { ...chain, rows: removed(chain.rows, index, count) },
      inverse: {
        kind: 'insert-rows',
        device,
        chain: ref,
        index,
        rows: chain.rows.slice(index, index + count),
      },
    })
  })
}

export function replaceRow(design: Design, edit: EditOf<'replace-row'>): Result<Applied> {
  const { device, chain: ref, index, row } = edit
  return changeChain(design, device, ref, (chain) => {
    const before = chain.rows[index]
    if (!before) return failure(missing(chain, index) ?? '')
    const twice = doubled(removed(chain.rows, index, 1), [row])
    if (twice !== undefined) return failure(`Chain ${chain.name} already has a row with the id ${twice}.`)
    return success({
      chain: { ...chain, rows: replaced(chain.rows, index, row) },
      inverse: { kind: 'replace-row', device, chain: ref, index, row: before },
    })
  })
}

export function moveRow(design: Design, edit: EditOf<'move-row'>): Result<Applied> {
  const { device, chain: ref, from, to } = edit
  return changeChain(design, device, ref, (chain) => {
    const trouble = missing(chain, from) ?? missing(chain, to)
    if (trouble) return failure(trouble)
    const rows = [...chain.rows]
    rows.splice(to, 0, ...rows.splice(from, 1))
    return success({
      chain: { ...chain, rows },
      inverse: { kind: 'move-row', device, chain: ref, from: to, to: from },
    })
  })
}

export function setPolicy(design: Design, edit: EditOf<'set-policy'>): Result<Applied> {
  const { device, chain: ref, policy } = edit
  return changeChain(design, device, ref, (chain) => {
    if (!chain.base) {
      return failure(
        `Chain ${chain.name} is a user chain and has no policy; it returns to the chain that jumped to it.`,
      )
    }
    return success({
      chain: { ...chain, base: { ...chain.base, policy } },
      inverse: { kind: 'set-policy', device, chain: ref, policy: chain.base.policy },
    })
  })
}
