import type { Firewall } from '../firewalls/firewall-kind'
import type { Design, FlowRequest, NameEntry } from '../project/design'
import type { ChainRef, NamedSet, Policy, Row } from '../ruleset/ruleset'
import type { Device, Link } from '../topology/topology'

/**
 * A change to a design: pure, invertible, serialisable. `applyEdit` returns the changed design and the edit that takes
 * it back, or a failure with a sentence where the design does not have what the edit names.
 */
export type Edit =
  | { readonly kind: 'add-device'; readonly device: Device; readonly index: number }
  /** Takes its links, the host names that mean it and the flows that start at it along. */
  | { readonly kind: 'remove-device'; readonly id: string }
  /** Replaces the named parts of a device; `cleared` names optional parts that are taken away. */
  | {
      readonly kind: 'set-device'
      readonly id: string
      readonly parts: Partial<Omit<Device, 'id' | 'firewall'>>
      readonly cleared?: readonly 'nameServer'[]
    }
  | { readonly kind: 'set-firewall'; readonly device: string; readonly firewall: Firewall }
  | { readonly kind: 'add-link'; readonly link: Link; readonly index: number }
  | { readonly kind: 'remove-link'; readonly id: string }
  | {
      readonly kind: 'insert-rows'
      readonly device: string
      readonly chain: ChainRef
      readonly index: number
      readonly rows: readonly Row[]
    }
  | {
      readonly kind: 'remove-rows'
      readonly device: string
      readonly chain: ChainRef
      readonly index: number
      readonly count: number
    }
  | {
      readonly kind: 'replace-row'
      readonly device: string
      readonly chain: ChainRef
      readonly index: number
      readonly row: Row
    }
  /** Takes the row at `from` out and puts it in so that it ends at index `to`. */
  | {
      readonly kind: 'move-row'
      readonly device: string
      readonly chain: ChainRef
      readonly from: number
      readonly to: number
    }
  | {
      readonly kind: 'set-policy'
      readonly device: string
      readonly chain: ChainRef
      readonly policy: Policy
    }
  | { readonly kind: 'set-flows'; readonly flows: readonly FlowRequest[] }
  | { readonly kind: 'set-names'; readonly names: readonly NameEntry[] }
  | { readonly kind: 'set-sets'; readonly sets: readonly NamedSet[] }
  | {
      readonly kind: 'set-design'
      readonly parts: Partial<Pick<Design, 'name' | 'seed' | 'lesson'>>
      readonly cleared?: readonly 'lesson'[]
    }
  /** Several edits as one; applied in order, taken back in the opposite order. All of them or none. */
  | { readonly kind: 'batch'; readonly edits: readonly Edit[] }

export type EditOf<Kind extends Edit['kind']> = Extract<Edit, { readonly kind: Kind }>

/** A design after an edit, and the edit that takes it back exactly. */
export interface Applied {
  readonly design: Design
  readonly inverse: Edit
}
