import type { HostRules, HostSpec } from '../case'

/** One client: connects to a port and says hello. */
export interface Try {
  readonly from: string
  readonly proto: 'tcp' | 'udp'
  readonly to: string
  readonly port: number
  /** The source port; the host picks one where it is absent. */
  readonly sport?: number
}

/** Hosts as in a replay case, and what is tried between them. */
export interface Question {
  readonly topology: { readonly hosts: Readonly<Record<string, HostSpec>> }
  readonly hosts: Readonly<Record<string, HostRules>>
  readonly tries: readonly Try[]
}

/** "works" or the name of an errno, for each try; or why the tool refused a text. */
export type SocketAnswer = { readonly outcomes: readonly string[] } | { readonly refused: string }
