import type { NodeKindId } from '../topology'
import { NODE_KINDS_LIST } from './index'
import type { NodeKind } from './node-kind'

const BY_ID = new Map(NODE_KINDS_LIST.map((kind) => [kind.id, kind]))

/** The kind of node with that id. */
export function nodeKind(id: NodeKindId): NodeKind {
  const kind = BY_ID.get(id)
  if (!kind) throw new Error(`no kind of node ${id}`)
  return kind
}
