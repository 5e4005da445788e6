import type { NamedSet } from '../ruleset/ruleset'
import type { Device, Link } from '../topology/topology'

/** The application that a person asks for, from where, to what. */
export interface FlowRequest {
  readonly id: string
  /** Shown in the checks strip; empty means that it is made from the request. */
  readonly name: string
  readonly from: string
  /** Id of a member of the applications registry. */
  readonly application: string
  /** As typed: "https://twitter.com", "104.244.42.1", "2001:db8::80", "tcp 22 -> server". */
  readonly to: string
  /** Where `to` does not name it. */
  readonly port?: number
  /** Absent: the host picks. */
  readonly sourcePort?: number
  /** How many connections at once, 1 or more. */
  readonly connections: number
  /** Ask the name server first. */
  readonly resolveFirst: boolean
  /** Present: the flow is a check. */
  readonly expect?: 'works' | 'blocked'
}

/** A name that applications can use without asking a name server. */
export interface NameEntry {
  readonly name: string
  readonly device: string
}

/** What the person drew and typed: the document. A value; edits make new ones. */
export interface Design {
  readonly id: string
  readonly name: string
  readonly devices: readonly Device[]
  readonly links: readonly Link[]
  readonly names: readonly NameEntry[]
  readonly sets: readonly NamedSet[]
  /** In the order of the checks strip. */
  readonly flows: readonly FlowRequest[]
  /** Makes every random choice of a run repeatable. */
  readonly seed: number
  /** The story this design was opened from, if any. */
  readonly lesson?: string
}
