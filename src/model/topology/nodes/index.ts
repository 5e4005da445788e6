import type { NodeKindId } from '../topology'
import { client } from './client'
import { internet } from './internet'
import type { NodeKind } from './node-kind'
import { router } from './router'
import { server } from './server'
import { switchNode } from './switch'

/** Kinds of device in the order of the palette. */
export const NODE_KINDS_LIST: readonly NodeKind[] = [client, router, server, internet, switchNode]

const BY_ID = new Map(NODE_KINDS_LIST.map((kind) => [kind.id, kind]))

export function nodeKind(id: NodeKindId): NodeKind {
  const kind = BY_ID.get(id)
  if (!kind) throw new Error(`no kind of node ${id}`)
  return kind
}
