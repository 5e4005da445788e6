import { client } from './client'
import { internet } from './internet'
import type { NodeKind } from './node-kind'
import { router } from './router'
import { server } from './server'
import { switchNode } from './switch'

/** Kinds of device in the order of the palette. */
export const NODE_KINDS_LIST: readonly NodeKind[] = [client, router, server, internet, switchNode]
